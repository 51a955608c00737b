/**
 * One for this record: a PIN that goes out with a welcome (from an appointment, from the patient's page), or an access
 * code to an extent, printed or sent.
 */
import { issueCodes, type NewCodes, type Sending } from '../../../access/codeIssuing.js'
import { codeExtents, type CodeExtent, type CodeKind } from '../../../access/codes.js'
import { readFamily, type Family } from '../../../host/family.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'
import { opaqueId } from '../../../platform/ids.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError, FieldOption } from '../../../web/layout.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { pidIn } from '../credentials/pid.js'
import { sheetPath } from './familyPage.js'
import { readFirstDay } from './firstDay.js'
import { languageOfChart, languageOptions } from './language.js'
import { chosenRecipient, recipientChoices } from './recipients.js'
import { NotRegistered, refusalView, type RefusalView } from './refusals.js'
import { readSending, sendingView } from './sendingFields.js'

/** pin: a welcome, which is always sent; code: an access code, printed or sent. */
const paths: Record<CodeKind, string> = { pin: 'welcome', code: 'codes/new' }

/** GET …/welcome, GET …/codes/new */
export async function askForOne(context: StaffContext, kind: CodeKind): Promise<Answer> {
  const pid = pidIn(context)
  const family = pid === undefined ? undefined : await readFamily(context.portal.db, context.portal.site, pid)
  if (!family) return context.show.notFound()
  return context.show.page('/accounts/codes/one', oneView(context, kind, family, {}), titled(context, kind, family))
}

const Form = NotRegistered.extend({ extent: optionalText(32), language: optionalText(8) })

interface Typed {
  fields?: Readonly<Record<string, string>>
  errors?: FieldError[]
  refusal?: RefusalView | undefined
  notRegistered?: readonly number[]
  notBarred?: readonly string[]
}

/** POST …/welcome, POST …/codes/new */
export async function makeOne(context: StaffContext, kind: CodeKind): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const pid = pidIn(context)
  const family = pid === undefined ? undefined : await readFamily(portal.db, portal.site, pid)
  if (pid === undefined || !family) return show.notFound()
  const asked = form(Form)
  const { recipient, error } = chosenRecipient(context, family)
  const sending = readSending(context, kind === 'code')
  const first = readFirstDay(context, recipient)
  const extent = kind === 'pin' ? 'full' : codeExtents.find((each) => asked.ok && each === asked.value.extent)
  const errors: FieldError[] = [
    ...(error ? [error] : []),
    ...(extent === undefined ? [{ name: 'extent', text: t('form.choose') }] : []),
    ...first.errors,
    ...(sending.ok ? [] : sending.errors),
  ]
  const notRegistered = asked.ok ? asked.value['notRegistered[]'] : []
  const notBarred = asked.ok ? asked.value['notBarred[]'] : []
  const typed: Typed = { fields: asked.typed, errors, notRegistered, notBarred }
  if (!recipient || extent === undefined || !sending.ok || errors.length > 0) {
    return refused(context, kind, family, typed)
  }
  const wanted: NewCodes = {
    ...{ kind, pids: [pid], recipient: recipient.name, relationship: recipient.relationship, extent },
    language: languageAsked(context, family, asked.ok ? asked.value.language : ''),
    ...{ from: first.from, send: sending.value, notRegistered, notBarred },
  }
  const issued = await issueCodes(portal, actor, wanted, context.once({ ...wanted }))
  if (issued.ok) return made(context, pid, issued, sending.value)
  if ('reason' in issued)
    return refused(context, kind, family, { ...typed, errors: [{ text: t('codes.sentOtherwise') }] })
  const refusal = issued.refusals.get(pid)
  const view = refusal && refusalView(context, pid, refusal, `${family.patient.firstName} ${family.patient.lastName}`)
  return refused(context, kind, family, { ...typed, refusal: view })
}

function languageAsked({ portal }: StaffContext, { patient }: Family, wished: string): Language {
  return isLanguage(wished) ? wished : languageOfChart(portal, patient.language)
}

function made(
  { show }: StaffContext,
  pid: number,
  { family, codes }: { family: string; codes: ReadonlyArray<{ id: number }> },
  send: Sending | undefined,
): Answer {
  if (!send) return show.seeOther(sheetPath(pid, family), { kind: 'success', key: 'codes.one.made' })
  const id = codes[0]?.id ?? 0
  return show.seeOther(`/staff/portal/patients/${String(pid)}/codes/${String(id)}`, {
    kind: 'success',
    key: 'codes.one.sent',
  })
}

function refused(context: StaffContext, kind: CodeKind, family: Family, typed: Typed): Answer {
  const view = oneView(context, kind, family, typed)
  return context.show.refused('/accounts/codes/one', view, titled(context, kind, family))
}

function titled({ t }: StaffContext, kind: CodeKind, { patient }: Family) {
  return { title: t(`codes.one.title.${kind}`), about: [patient.pid] }
}

function oneView(context: StaffContext, kind: CodeKind, family: Family, typed: Typed) {
  const { portal, t, url } = context
  const { patient } = family
  const fields = typed.fields ?? {}
  const base = `/staff/portal/patients/${String(patient.pid)}`
  const at = (name: string) => typed.errors?.find((error) => error.name === name)?.text
  return {
    once: opaqueId(),
    kind,
    title: t(`codes.one.title.${kind}`),
    lead: t(`codes.one.lead.${kind}`),
    name: personName(patient.lastName, patient.firstName),
    born: bornText(context, patient.born),
    backHref: url(base),
    action: url(`${base}/${paths[kind]}`),
    recipients: recipientChoices(context, family, fields),
    recipientError: at('recipient'),
    nameError: at('name'),
    relationshipError: at('relationship'),
    extents: kind === 'code' ? extentOptions(context, fields['extent']) : undefined,
    extentError: at('extent'),
    from: fields['from'] ?? '',
    fromError: at('from'),
    languages: languageOptions(context, languageAsked(context, family, fields['language'] ?? '')),
    sending: sendingView(context, patient, fields, { mayPrint: kind === 'code', errors: typed.errors ?? [] }),
    refusal: typed.refusal,
    notRegistered: typed.notRegistered ?? [],
    notBarred: typed.notBarred ?? [],
    errors: [...(typed.errors ?? []), ...(typed.refusal ? [{ text: typed.refusal.text, id: 'refusal' }] : [])],
    days: t('codes.family.days', { count: portal.settings().pinDays }),
    submit: t(`codes.one.submit.${kind}`),
  }
}

function extentOptions({ t }: StaffContext, chosen: string | undefined): FieldOption[] {
  const now: CodeExtent = codeExtents.find((each) => each === chosen) ?? 'full'
  return [...codeExtents].reverse().map((each) => ({
    value: each,
    text: t(`codes.extent.${each}`),
    selected: each === now,
  }))
}
