/** Questionnaires of a practice of tests, asked of a patient; and how somebody answers them. */
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { assignForm, type FormTarget, type NewAssignment } from '../../module/access/formAssignments.js'
import type { Path, Value } from '../../module/access/questionnaires/model.js'
import { findAccount, scopeOf, type PatientScope } from '../../module/access/scope.js'
import { begin, fillingOf, save, type SaveOutcome } from '../../module/features/forms/answering/filling.js'
import { assignmentHere } from '../../module/features/forms/answering/ofPatient.js'
import { send, type SendOutcome } from '../../module/features/forms/answering/submitting.js'
import { keepVersion } from '../../module/host/questionnaires.js'
import type { Actor } from '../../module/platform/audit.js'
import { wallClock } from '../../module/platform/clock.js'
import type { TestPractice } from './practice.js'

export const nurse: Actor = { kind: 'staff', id: 'nurse', name: 'Nora Quinn', requestId: undefined }

export function questionnaire(...item: QuestionnaireItem[]): Questionnaire {
  return { resourceType: 'Questionnaire', status: 'active', title: 'Before your visit', item }
}

/** One of each kind of thing that a page has: a group, a branch, something required, something urgent. */
export const INTAKE: Questionnaire = {
  ...questionnaire(
    { linkId: 'name', type: 'string', text: 'What do you like to be called?', required: true, maxLength: 80 },
    { linkId: 'smoke', type: 'boolean', text: 'Do you smoke?', required: true },
    {
      ...{ linkId: 'much', type: 'integer', text: 'How many a day?', required: true },
      enableWhen: [{ question: 'smoke', operator: '=', answerBoolean: true }],
    },
    {
      ...{ linkId: 'mood', type: 'choice', text: 'How are you?' },
      answerOption: [
        { valueCoding: { system: 'urn:test', code: 'well', display: 'Well' } },
        {
          valueCoding: { system: 'urn:test', code: 'bad', display: 'I want to hurt myself' },
          extension: [{ url: 'urn:foyer:fhir:urgent', valueBoolean: true }],
        },
      ],
    },
    {
      ...{ linkId: 'meal', type: 'group', text: 'Meal', repeats: true },
      item: [
        { linkId: 'meal.what', type: 'string', text: 'What?', required: false },
        { linkId: 'meal.when', type: 'time', text: 'When?' },
      ],
    },
  ),
  id: 'intake-test',
}

/** Kept as a new questionnaire, or as the next version of `key`. Answers its key. */
export async function keepForm(practice: TestPractice, resource: Questionnaire, key?: string): Promise<string> {
  const { db, portal, clock, staff } = practice
  const at = wallClock(clock.now())
  const name = resource.title ?? 'A form'
  const row = await db.transaction((tx) =>
    keepVersion(tx, portal.site, { key, resource, name, category: 'Intake', providerId: staff.admin, at }),
  )
  return row.key
}

/** Asks somebody. Answers the assignment's id. */
export async function ask(
  practice: TestPractice,
  form: string,
  to: FormTarget,
  more: Partial<NewAssignment> = {},
): Promise<number> {
  const outcome = await practice.db.transaction((tx) =>
    assignForm(tx, practice.portal, nurse, { form, to, origin: 'hand', ...more }),
  )
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.id
}

export interface Somebody {
  scope: PatientScope
  actor: Actor
}

export async function somebody(practice: TestPractice, accountId: number, record: string): Promise<Somebody> {
  const account = await findAccount(practice.db, practice.portal, accountId)
  const scope = account && scopeOf(account, record)
  if (!scope) throw new Error('no such record')
  return { scope, actor: { kind: 'account', id: String(accountId), name: scope.account.name, requestId: undefined } }
}

export const text = (value: string): Value[] => [{ is: 'string', value }]
export const yes: Value[] = [{ is: 'boolean', value: true }]
export const no: Value[] = [{ is: 'boolean', value: false }]
export const whole = (value: number): Value[] => [{ is: 'integer', value }]

let hands = 0

/** Begins it where it is not, and saves these answers as a page of its own would. */
export async function answer(
  practice: TestPractice,
  { actor, scope }: Somebody,
  id: number,
  values: ReadonlyMap<Path, readonly Value[]> | Record<Path, readonly Value[]>,
  seen = Number.MAX_SAFE_INTEGER,
): Promise<SaveOutcome> {
  await begin(practice.portal, actor, scope, String(id))
  const hand = { id: `test-${String((hands += 1))}`, count: 0 }
  const given = values instanceof Map ? values : new Map(Object.entries(values as Record<Path, readonly Value[]>))
  return save(practice.portal, scope, String(id), { values: given, seen, hand })
}

/** As it stands now. */
export async function filling(practice: TestPractice, { scope }: Somebody, id: number) {
  const assignment = await assignmentHere(practice.db, scope, String(id))
  return assignment && fillingOf(practice.db, assignment)
}

/** Sends what stands there now. */
export async function sendNow(
  practice: TestPractice,
  who: Somebody,
  id: number,
  portal = practice.portal,
): Promise<SendOutcome> {
  const seen = (await filling(practice, who, id))?.revision ?? -1
  return send(portal, who.actor, who.scope, { id: String(id), seen, once: undefined })
}
