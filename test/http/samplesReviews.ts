/** Questionnaires being built, answers to be read, rules: as samples, anew for each asking. */
import { assignForm } from '../../module/access/formAssignments.js'
import { makeRule } from '../../module/access/formRules.js'
import { staffMember } from '../../module/access/staff.js'
import { beginDraft } from '../../module/features/forms/building/drafts.js'
import { INTAKE, keepForm, nurse } from '../support/forms.js'
import type { TestPractice } from '../support/practice.js'
import { ofSentForm } from './samplesForms.js'
import type { Make, Sample } from './sampleMakers.js'

let made = 0

function another() {
  made += 1
  return { ...INTAKE, id: `review-sample-${String(made)}` }
}

/** A version in the library. */
export const ofLibraryForm: Make = async (practice) => {
  const key = await keepForm(practice, another())
  const row = await practice.db.first<{ id: number }>(
    `SELECT id FROM questionnaire_repository WHERE questionnaire_id = :key`,
    { key },
  )
  return { params: { id: String(row?.id) } }
}

/** A draft, with what is posted or asked about it; `version` and `item` fit it. */
export const ofDraft =
  (sample: Sample = {}): Make =>
  async (practice) => {
    const admin = await staffMember(practice.db, practice.staff.admin)
    if (!admin) throw new Error('no admin')
    const { id: _id, ...questionnaire } = another()
    const { id } = await beginDraft(practice.portal, admin, nurse, { questionnaire })
    return { params: { id: String(id) }, ...sample }
  }

export const ofForm =
  (more: Record<string, string>): Make =>
  async (practice, pid) => ({ body: { pid: String(pid), form: await keepForm(practice, another()), ...more } })

export const ofPid: Make = (_practice, pid) => ({ query: { pid: String(pid) } })

/** Asked of this patient, and taken back by what is posted. */
export const ofAssignment: Make = async (practice, pid) => {
  const form = await keepForm(practice, another())
  const outcome = await practice.db.transaction((tx) =>
    assignForm(tx, practice.portal, nurse, { form, to: { pid }, origin: 'hand' }),
  )
  if (!outcome.ok) throw new Error(outcome.reason)
  return { params: { id: String(outcome.id) }, body: { pid: String(pid), reason: 'Asked by mistake' } }
}

export const ofRule: Make = async (practice) => {
  const form = await keepForm(practice, another())
  const outcome = await practice.db.transaction((tx) =>
    makeRule(tx, practice.portal, nurse, {
      ...{ form, categoryId: 5, daysBefore: 14, ageFrom: undefined, ageUntil: undefined },
      ...{ everyDays: undefined, dueDays: undefined },
    }),
  )
  if (!outcome.ok) throw new Error(outcome.reason)
  return { params: { id: String(outcome.id) }, body: {} }
}

/** Answers of this patient that wait. */
export const ofAnswers =
  (more: Record<string, string> = {}): Make =>
  async (practice: TestPractice, pid) => {
    const { params } = await ofSentForm(practice, pid)
    const row = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_form_responses WHERE receipt = :receipt`,
      { receipt: params?.['receipt'] ?? '' },
    )
    return { params: { id: String(row?.id) }, body: { pid: String(pid), ...more } }
  }
