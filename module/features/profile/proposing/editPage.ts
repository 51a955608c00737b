/** One section of the profile as a form, and one kind of insurance. */
import { z } from 'zod'
import type { ChartScope } from '../../../access/scope.js'
import { chartValues, plainColumn } from '../../../host/profile/chart.js'
import type { Section } from '../../../host/profile/fields.js'
import {
  fieldsBeside,
  hasInsurance,
  insuranceFields,
  policiesOf,
  policyOfType,
} from '../../../host/profile/insurance.js'
import { fieldsHere, type ProfileField } from '../../../host/profile/layout.js'
import { changesOf } from '../../../host/reads/profileChanges.js'
import { day as dayOf } from '../../../platform/clock.js'
import { opaqueId } from '../../../platform/ids.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { typedBy } from '../../../web/typed.js'
import { changeOf, insuranceTypes, type Change, type InsuranceType } from '../changes.js'
import { controlOf, fieldLabel, sectionOf, valueText } from '../fieldText.js'
import { fieldStates, type Values } from '../merging.js'
import { readFields } from '../reading.js'
import { proposeInsurance } from './proposingInsurance.js'
import { proposeProfile, type Proposed } from './proposing.js'
import { openSeen, sealSeen } from './seen.js'

const NOTE_MOST = 500

/** What a form is about: its fields, what the chart says of them, and what waits. */
interface Form {
  key: string
  title: string
  lead: string
  action: string
  fields: readonly ProfileField[]
  /** As the chart says now. */
  now: Values
  open: Change | undefined
  insurance: InsuranceType | undefined
}

/** GET /profile/edit/:section */
export async function edit(context: RecordContext): Promise<Answer> {
  const form = await sectionForm(context)
  return form ? formPage(context, form) : context.show.notFound()
}

/** GET /profile/insurance/:type */
export async function editInsurance(context: RecordContext): Promise<Answer> {
  const form = await insuranceForm(context)
  return form ? formPage(context, form) : context.show.notFound()
}

async function sectionForm(context: RecordContext): Promise<Form | undefined> {
  const { here, params, portal, scope, t, url } = context
  const section = sectionOf(params['section'])
  if (section === undefined || scope.kind !== 'chart') return undefined
  const [chart, all, rows] = await Promise.all([
    chartValues(portal.db, portal.site, scope.pid),
    fieldsHere(portal.db, portal.site),
    changesOf(portal.db, scope.pid, 50),
  ])
  const fields = all.filter((field) => field.section === section)
  if (!chart || fields.length === 0) return undefined
  return {
    key: section,
    title: t(`profile.section.${section}`),
    lead: t(leadOf(section)),
    action: url(here(`/profile/edit/${section}`)),
    fields,
    now: Object.fromEntries(fields.map(({ column }) => [column, plainColumn(column, chart.get(column))])),
    open: rows.map(changeOf).find((each) => each.kind === 'profile' && each.state === 'waiting'),
    insurance: undefined,
  }
}

/** What matters for safety is said where it is typed. */
function leadOf(section: Section): string {
  return section === 'contact' || section === 'preferences' ? `profile.edit.lead.${section}` : 'profile.edit.lead'
}

async function insuranceForm(context: RecordContext): Promise<Form | undefined> {
  const { here, params, portal, scope, t, url } = context
  const type = insuranceTypes.find((each) => each === params['type'])
  if (type === undefined || scope.kind !== 'chart' || !hasInsurance(portal.site, portal.globals())) return undefined
  const [all, policies, rows] = await Promise.all([
    insuranceFields(portal.db, portal.site),
    policiesOf(portal.db, portal.site, { pid: scope.pid, day: dayOf(portal.clock.now()) }),
    changesOf(portal.db, scope.pid, 50),
  ])
  const policy = policyOfType(policies, type)
  const fields = fieldsBeside(all, policy)
  const values = policy?.values ?? {}
  return {
    key: type,
    title: t(`profile.insurance.${type}`),
    lead: t('profile.edit.lead.insurance'),
    action: url(here(`/profile/insurance/${type}`)),
    fields,
    now: Object.fromEntries(fields.map(({ column }) => [column, values[column] ?? ''])),
    open: rows.map(changeOf).find((each) => each.insuranceType === type && each.state === 'waiting'),
    insurance: type,
  }
}

interface Told {
  typed: Values
  faults: Readonly<Record<string, string>>
  /** Of the form as a whole. */
  error?: string
  status?: number
}

function formPage(context: RecordContext, form: Form, told?: Told): Answer {
  const { here, may, portal, scope, show, t, url } = context
  const { fields, now, open } = form
  const columns = fields.map(({ column }) => column)
  const states = open ? fieldStates(columns, open.base, open.proposed, now) : []
  const faults = told?.faults ?? {}
  const errors: FieldError[] = [
    ...(told?.error === undefined ? [] : [{ text: t(told.error) }]),
    ...[...columns, 'note'].flatMap((name) => {
      const fault = faults[name]
      const of = name === 'note' ? t('profile.note') : fieldLabel(context, name)
      return fault === undefined ? [] : [{ name, text: t('profile.fault.of', { field: of, fault: t(fault) }) }]
    }),
  ]
  const page = {
    title: form.title,
    lead: form.lead,
    action: form.action,
    backHref: url(here('/profile')),
    once: told?.typed['_once'] ?? opaqueId(),
    by: typedBy(context),
    // What was seen first stays what was seen: a second try is no look at the chart.
    seen: told?.typed['seen'] ?? sealSeen(portal, scope.record, now),
    controls: fields.map((field) => {
      const { column } = field
      const waits = states.find((state) => state.column === column)
      const value = told ? (told.typed[column] ?? '') : (waits?.proposed ?? now[column] ?? '')
      const fault = faults[column]
      return {
        field: controlOf(context, field, { name: column, value, error: fault === undefined ? undefined : t(fault) }),
        official: waits ? t('profile.edit.official', { value: valueText(context, field, waits.chart) }) : undefined,
      }
    }),
    note: { value: told ? (told.typed['note'] ?? '') : (open?.note ?? ''), error: faults['note'] && t(faults['note']) },
    noteMost: NOTE_MOST,
    uploadHref: form.insurance !== undefined && may('documents:upload') ? url(here('/documents')) : undefined,
    errors,
  }
  const options = { title: form.title, ...(told?.status === undefined ? {} : { status: told.status }) }
  return told
    ? show.refused('/profile/proposing/edit', page, options)
    : show.page('/profile/proposing/edit', page, options)
}

/** POST /profile/edit/:section */
export async function propose(context: RecordContext): Promise<Answer> {
  return sent(context, await sectionForm(context))
}

/** POST /profile/insurance/:type */
export async function proposeOfInsurance(context: RecordContext): Promise<Answer> {
  return sent(context, await insuranceForm(context))
}

/** The section again, with what was typed in it. */
export async function typedBefore(context: RecordContext): Promise<Answer> {
  return shownAgain(context, await sectionForm(context))
}

/** The kind of insurance again, with what was typed in it. */
export async function typedOfInsurance(context: RecordContext): Promise<Answer> {
  return shownAgain(context, await insuranceForm(context))
}

function shownAgain(context: RecordContext, form: Form | undefined): Answer {
  const { typed } = context.form(z.object({}))
  return form ? formPage(context, form, { typed, faults: {}, error: 'typed.again' }) : context.show.notFound()
}

async function sent(context: RecordContext, form: Form | undefined): Promise<Answer> {
  const { once, portal, scope, show } = context
  if (!form || scope.kind !== 'chart') return show.notFound()
  const columns = form.fields.map(({ column }) => [column, z.string().optional()] as const)
  const asked = context.form(
    z.object({ ...Object.fromEntries(columns), seen: optionalText(20_000), note: optionalText(NOTE_MOST) }),
  )
  if (!asked.ok) return formPage(context, form, { typed: asked.typed, faults: asked.errors })
  const { seen: sealed } = asked.value
  // A form without the field leaves what was said before.
  const note = asked.typed['note'] === undefined ? (form.open?.note ?? '') : asked.value.note
  // Undefined: opened long ago, under another secret. Then what the chart says now is what was seen.
  const seen = openSeen(portal, scope.record, sealed) ?? form.now
  const { faults, values } = readFields(form.fields, asked.typed, { ...form.now, ...seen }, portal.clock)
  if (Object.keys(faults).length > 0) return formPage(context, form, { typed: asked.typed, faults })
  const proposal = { values, seen, note }
  const press = once({ key: form.key, note, ...values })
  return answered(context, form, asked.typed, await send(context, scope, form, proposal, press))
}

function send(
  { actor, portal }: RecordContext,
  scope: ChartScope,
  { insurance }: Form,
  proposal: Parameters<typeof proposeProfile>[3],
  press: Parameters<typeof proposeProfile>[4],
): Promise<Proposed> {
  return insurance === undefined
    ? proposeProfile(portal, actor, scope, proposal, press)
    : proposeInsurance(portal, actor, scope, { ...proposal, type: insurance }, press)
}

function answered(context: RecordContext, form: Form, typed: Values, outcome: Proposed): Answer {
  const { here, show } = context
  if (outcome.ok) {
    if (outcome.receipt === undefined) {
      return show.seeOther(here('/profile'), { kind: 'success', key: 'profile.done.withdrawn' })
    }
    return show.seeOther(here(`/profile/changes/${outcome.receipt}`))
  }
  if (outcome.reason === 'no-chart') return show.notFound()
  const error = outcome.reason === 'nothing' ? 'profile.fault.nothing' : 'form.twice'
  return formPage(context, form, { typed, faults: {}, error })
}
