/** Staff ask one patient to answer a questionnaire, once or again and again, and take that back. */
import { z } from 'zod'
import { assignForm, findAssignment, saidIn, withdrawForm } from '../../../access/formAssignments.js'
import { inLanguage } from '../../../access/questionnaires/model.js'
import type { PanelCard } from '../../../feature.js'
import { findPatient, searchPatients, type Patient } from '../../../host/patients.js'
import { keepsQuestionnaires } from '../../../host/questionnaires.js'
import { askedOfPatient, libraryRows, type LibraryRow } from '../../../host/reads/formReviews.js'
import { day as dayOf, isDay } from '../../../platform/clock.js'
import { optionalText, text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeShortDay } from '../../../web/times.js'
import { formState } from './libraryPages.js'

const ASSIGNING = '/staff/portal/forms/assigning'
const FOUND_MOST = 20

/** Questionnaires that can be asked now, by name. */
export async function askableForms({ portal }: Pick<StaffContext, 'portal'>): Promise<LibraryRow[]> {
  if (!keepsQuestionnaires(portal.site)) return []
  const rows = await libraryRows(portal.db)
  const newest = rows.filter((row, at) => rows.findIndex(({ form_key: key }) => key === row.form_key) === at)
  return newest.filter((row) => formState(row) === 'active').sort((one, other) => one.name.localeCompare(other.name))
}

export function pidIn(typed: string | undefined): number {
  return Number(/^[1-9]\d{0,14}$/.exec(typed ?? '')?.[0] ?? 0)
}

/** GET /forms/assigning: whom (found by name), or, with `pid`, what. */
export async function askWhat(
  context: StaffContext,
  told?: { status: number; errors: FieldError[] },
  typed: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { portal, query } = context
  const pid = pidIn(typed['pid'] ?? query['pid'])
  const patient = pid === 0 ? undefined : await findPatient(portal.db, pid)
  if (pid !== 0 && !patient) return context.show.notFound()
  return patient ? whatPage(context, patient, told, typed) : whomPage(context)
}

async function whomPage(context: StaffContext): Promise<Answer> {
  const { portal, query, show, t, url } = context
  const typed = (query['q'] ?? '').slice(0, 100)
  const form = (query['form'] ?? '').slice(0, 255)
  const found = typed.trim() === '' ? [] : await searchPatients(portal.db, typed, FOUND_MOST)
  const page = {
    ...{ typed, form, asked: typed.trim() !== '' },
    action: url(ASSIGNING),
    found: found.map((patient) => ({
      name: personName(patient.lastName, patient.firstName),
      born: bornText(context, patient.born),
      href: url(`${ASSIGNING}?pid=${String(patient.pid)}${form === '' ? '' : `&form=${encodeURIComponent(form)}`}`),
    })),
  }
  return show.page('/forms/building/whom', page, { title: t('assigning.title'), about: found.map(({ pid }) => pid) })
}

async function whatPage(
  context: StaffContext,
  patient: Patient,
  told: { status: number; errors: FieldError[] } | undefined,
  typed: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { query, show, t, url } = context
  const forms = await askableForms(context)
  const chosen = typed['form'] ?? query['form'] ?? ''
  const page = {
    ...{
      pid: patient.pid,
      name: personName(patient.lastName, patient.firstName),
      born: bornText(context, patient.born),
    },
    backHref: url(`/staff/portal/patients/${String(patient.pid)}`),
    action: url(ASSIGNING),
    allowed: patient.portalAllowed,
    forms: [
      { value: '', text: t('assigning.choose') },
      ...forms.map(({ form_key: value, name }) => ({ value, text: name, selected: value === chosen })),
    ],
    none: forms.length === 0,
    typed: { dueOn: typed['dueOn'] ?? '', everyDays: typed['everyDays'] ?? '', note: typed['note'] ?? '' },
    errors: told?.errors ?? [],
    errorAt: Object.fromEntries((told?.errors ?? []).map(({ name = '', text: said }) => [name, said])),
  }
  const options = { title: t('assigning.title'), about: [patient.pid] }
  return told
    ? show.refused('/forms/building/assign', page, { ...options, status: told.status })
    : show.page('/forms/building/assign', page, options)
}

/** A number of days that may be missing. */
export const someDays = z
  .string()
  .trim()
  .regex(/^([1-9]\d{0,3})?$/, 'assigning.wrong.days')
  .optional()
  .default('')
  .transform((value) => (value === '' ? undefined : Number(value)))

const Assign = z.object({
  pid: z.string().max(16),
  form: text(255, 'assigning.missing.form'),
  dueOn: optionalText(10).refine((value) => value === '' || isDay(value), 'assigning.wrong.day'),
  everyDays: someDays,
  note: optionalText(1000),
})

/** POST /forms/assigning */
export async function assign(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const asked = form(Assign)
  if (!asked.ok) {
    const errors = Object.entries(asked.errors).map(([name, key]) => ({ name, text: t(key) }))
    return askWhat(context, { status: 422, errors }, asked.typed)
  }
  const { dueOn, everyDays, form: key, note, pid: typedPid } = asked.value
  const pid = pidIn(typedPid)
  const again = (status: number, name: string, said: string) =>
    askWhat(context, { status, errors: [{ name, text: t(said) }] }, asked.typed)
  if (dueOn !== '' && dueOn < dayOf(portal.clock.now())) return again(422, 'dueOn', 'assigning.wrong.past')
  const input = {
    form: key,
    to: { pid },
    origin: 'hand' as const,
    everyDays,
    note,
    dueOn: dueOn === '' ? undefined : dueOn,
  }
  const outcome = await portal.db.transaction((tx) => assignForm(tx, portal, actor, input))
  if (outcome.ok) {
    return show.seeOther(`/staff/portal/patients/${String(pid)}`, { kind: 'success', key: 'assigning.done.asked' })
  }
  if (outcome.reason === 'no-such-patient') return show.notFound()
  return again(outcome.reason === 'waits-already' ? 409 : 422, 'form', `assigning.not.${outcome.reason}`)
}

const Withdraw = z.object({ pid: z.string().max(16), reason: text(1000, 'assigning.missing.reason') })

/** GET /forms/assignments/:id/withdrawal */
export async function askWithdrawal(
  context: StaffContext,
  told?: { status: number; error: FieldError },
  typed = '',
): Promise<Answer> {
  const { language, params, portal, show, t, url } = context
  const found = await findAssignment(portal.db, pidIn(params['id']))
  if (found?.pid === undefined) return show.notFound()
  const patient = await findPatient(portal.db, found.pid)
  const page = {
    title: inLanguage(found.title, language),
    name: patient ? personName(patient.lastName, patient.firstName) : '',
    pid: found.pid,
    backHref: url(`/staff/portal/patients/${String(found.pid)}`),
    action: url(`/staff/portal/forms/assignments/${String(found.id)}/withdrawal`),
    waits: found.state === 'waiting',
    reason: typed,
    errors: told ? [told.error] : [],
    error: told?.error.text,
  }
  const options = { title: t('assigning.withdraw.title'), about: [found.pid] }
  const view = '/forms/building/withdraw'
  return told ? show.refused(view, page, { ...options, status: told.status }) : show.page(view, page, options)
}

/** POST /forms/assignments/:id/withdrawal */
export async function withdraw(context: StaffContext): Promise<Answer> {
  const { actor, form, params, portal, show, t } = context
  const asked = form(Withdraw)
  if (!asked.ok) {
    const error = { name: 'reason', text: t(asked.errors['reason'] ?? 'assigning.missing.reason') }
    return askWithdrawal(context, { status: 422, error }, asked.typed['reason'] ?? '')
  }
  const pid = pidIn(asked.value.pid)
  const input = { id: pidIn(params['id']), of: { pid }, reason: asked.value.reason }
  const outcome = await portal.db.transaction((tx) => withdrawForm(tx, portal, actor, input))
  if (outcome.ok) {
    return show.seeOther(`/staff/portal/patients/${String(pid)}`, { kind: 'success', key: 'assigning.done.withdrawn' })
  }
  if (outcome.reason === 'not-found') return show.notFound()
  const error = { text: t(`assigning.not.${outcome.state}`, { by: outcome.by ?? '' }) }
  return askWithdrawal(context, { status: 409, error })
}

/** What a patient is asked, on their panel. */
export const askedCard: PanelCard = {
  key: 'asked-forms',
  title: 'assigning.card',
  permission: 'forms:assign',
  async show(context, pid) {
    const { language, portal, t, url } = context
    const today = dayOf(portal.clock.now())
    const day = (on: string) => writeShortDay(on, language, today)
    const rows = await askedOfPatient(portal.db, pid)
    return {
      view: '/forms/building/card',
      content: {
        assignHref: url(`${ASSIGNING}?pid=${String(pid)}`),
        rows: rows.map((row) => ({
          title: inLanguage(saidIn(row.title), language),
          withdrawHref: url(`/staff/portal/forms/assignments/${String(row.id)}/withdrawal`),
          facts: [
            t('assigning.by', { by: row.asked_by }),
            row.opens_on > today ? t('assigning.opens', { day: day(row.opens_on) }) : '',
            row.due_on === null ? '' : t('assigning.due', { day: day(row.due_on) }),
            row.every_days === null ? '' : t('assigning.every', { count: row.every_days }),
            row.begun === 1 ? t('assigning.begun') : '',
          ].filter((part) => part !== ''),
        })),
      },
    }
  },
}
