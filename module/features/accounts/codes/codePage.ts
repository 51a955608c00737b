/** One PIN or code: how it stands, who tried it, and what can be done with it. */
import { z } from 'zod'
import { barKey, barsOfChart, lookedBars, lookedOf } from '../../../access/codeBars.js'
import { letThrough } from '../../../access/codeLetting.js'
import { ACCESS_REVOKED, REISSUED, reissueCode, revokeCode, sendCode } from '../../../access/codeIssuing.js'
import { findCode, triesOfCode, type Code } from '../../../access/codes.js'
import { readFamily, type Family } from '../../../host/family.js'
import type { Utc } from '../../../platform/clock.js'
import { isLanguage } from '../../../platform/i18n.js'
import { opaqueId } from '../../../platform/ids.js'
import { text } from '../../../web/forms.js'
import { writeDayOf, writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import { letterText } from '../../../web/letters.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { pidIn } from '../credentials/pid.js'
import { sheetPath } from './familyPage.js'
import { NotBarred, refusalView, type RefusalView } from './refusals.js'
import { readSending, sendingView } from './sendingFields.js'
import { codeLine, codePath } from './standing.js'

interface One {
  code: Code
  family: Family
}

async function oneIn(context: StaffContext): Promise<One | undefined> {
  const { params, portal } = context
  const pid = pidIn(context)
  const id = Number(/^[1-9]\d{0,15}$/.exec(params['code'] ?? '')?.[0])
  if (pid === undefined || !Number.isSafeInteger(id)) return undefined
  const code = await findCode(portal.db, portal, { pid, id })
  const family = code && (await readFamily(portal.db, portal.site, pid))
  return family && { code, family }
}

interface Typed {
  fields?: Readonly<Record<string, string>>
  errors?: FieldError[]
  refusal?: RefusalView | undefined
}

/** GET …/codes/:code */
export async function code(context: StaffContext): Promise<Answer> {
  const one = await oneIn(context)
  if (!one) return context.show.notFound()
  return context.show.page('/accounts/codes/code', await codeView(context, one, {}), titled(context, one))
}

const Reason = z.object({ reason: text(200, 'codes.revoke.missing') })

/** POST …/codes/:code/revocation */
export async function revoke(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const one = await oneIn(context)
  if (!one) return show.notFound()
  const asked = form(Reason)
  if (!asked.ok) {
    const errors = [{ name: 'reason', text: t(asked.errors['reason'] ?? 'codes.revoke.missing') }]
    return again(context, one, { fields: asked.typed, errors })
  }
  const { id, pid } = one.code
  const outcome = await revokeCode(portal, actor, { pid, id, reason: asked.value.reason })
  return outcome.ok
    ? show.seeOther(codePath(one.code), { kind: 'success', key: 'codes.revoke.done' })
    : over(context, one.code)
}

/** POST …/codes/:code/reissue */
export async function reissue(context: StaffContext): Promise<Answer> {
  const { actor, portal, show, t } = context
  const one = await oneIn(context)
  if (!one) return show.notFound()
  const { id, pid, language } = one.code
  const of = { pid, id, language: isLanguage(language) ? language : 'en' } as const
  const outcome = await reissueCode(portal, actor, of, context.once({ reissued: id, pid }))
  if (outcome.ok) return show.seeOther(sheetPath(pid, outcome.family), { kind: 'success', key: 'codes.reissue.done' })
  if ('reason' in outcome) {
    if (outcome.reason !== 'used-otherwise') return over(context, one.code)
    return again(context, one, { errors: [{ text: t('codes.sentOtherwise') }] })
  }
  const refusal = outcome.refusals.get(pid)
  const { firstName, lastName } = one.family.patient
  const view = refusal && refusalView(context, pid, refusal, `${firstName} ${lastName}`.trim())
  return again(context, one, { refusal: view })
}

const Bars = z.object({ 'bars[]': NotBarred })

/** POST …/codes/:code/bars: it is for somebody else than those who lost the access to this record. */
export async function notTheirs(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const one = await oneIn(context)
  if (!one) return show.notFound()
  const asked = form(Bars)
  const keys = asked.ok ? asked.value['bars[]'] : []
  const wrong = (key: string) => again(context, one, { errors: [{ name: 'bars', text: t(key) }] })
  if (keys.length === 0) return wrong('codes.bars.missing')
  const { id, pid } = one.code
  const outcome = await letThrough(portal, actor, { pid, id, keys })
  if (outcome.ok) return show.seeOther(codePath(one.code), { kind: 'success', key: 'codes.bars.done' })
  return outcome.reason === 'given-back' ? wrong('codes.bars.givenBack') : over(context, one.code)
}

/** POST …/codes/:code/letter */
export async function send(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const one = await oneIn(context)
  if (!one) return show.notFound()
  const sending = readSending(context, false)
  const fields = form(z.object({})).typed
  if (!sending.ok || !sending.value) return again(context, one, { fields, errors: sending.ok ? [] : sending.errors })
  const { id, pid, language } = one.code
  const outcome = await sendCode(portal, actor, {
    ...{ pid, id, send: sending.value },
    language: isLanguage(language) ? language : 'en',
  })
  if (outcome.ok) return show.seeOther(codePath(one.code), { kind: 'success', key: 'codes.one.sent' })
  if (outcome.reason !== 'no-consent') return over(context, one.code)
  const { firstName, lastName } = one.family.patient
  const errors = [{ name: 'asked', text: t('codes.refused.no-consent', { name: `${firstName} ${lastName}` }) }]
  return again(context, one, { fields, errors })
}

/** Somebody was faster, or the family was. */
function over({ show, t, url }: StaffContext, code: Code): Answer {
  const actions = [{ label: t('codes.refused.show'), href: url(codePath(code)) }]
  return show.problem(409, { what: t('codes.over'), next: t('codes.overNext'), actions })
}

async function again(context: StaffContext, one: One, typed: Typed): Promise<Answer> {
  return context.show.refused('/accounts/codes/code', await codeView(context, one, typed), titled(context, one))
}

function titled({ t }: StaffContext, { code: { kind, pid } }: One) {
  return { title: t(`codes.one.of.${kind}`), about: [pid] }
}

async function codeView(context: StaffContext, { code, family }: One, typed: Typed) {
  const { portal, t, url } = context
  const { patient } = family
  const tries = await triesOfCode(portal.db, code.id)
  const looked = await lookedOf(portal.db, code.id)
  const base = codePath(code)
  const at = (name: string) => typed.errors?.find((error) => error.name === name)?.text
  const pending = code.symbols !== undefined
  return {
    ...codeLine(context, code),
    heading: t(`codes.one.of.${code.kind}`),
    name: personName(patient.lastName, patient.firstName),
    born: bornText(context, patient.born),
    backHref: url(`/staff/portal/patients/${String(patient.pid)}`),
    once: opaqueId(),
    facts: [...factsOf(context, code), ...looked.map((each) => lookedFact(context, each))],
    bars: pending ? await barsView(context, code) : [],
    barsAction: url(`${base}/bars`),
    barsError: at('bars'),
    tries: tries.map((each) => ({
      when: writeInstant(context, each.at),
      who: each.account ?? t(each.outcome === 'limited' ? 'codes.tries.anybody' : 'codes.tries.nobody'),
      text: t(`codes.tries.${outcomes.includes(each.outcome) ? each.outcome : 'other'}`, { count: each.tries }),
      good: each.outcome === 'redeemed',
    })),
    errors: [...(typed.errors ?? []), ...(typed.refusal ? [{ text: typed.refusal.text, id: 'refusal' }] : [])],
    refusal: typed.refusal,
    sheetHref: pending ? url(sheetPath(code.pid, code.family)) : undefined,
    reissueAction: code.standing === 'registered' ? undefined : url(`${base}/reissue`),
    revokeAction: pending ? url(`${base}/revocation`) : undefined,
    reason: typed.fields?.['reason'] ?? '',
    reasonError: at('reason'),
    sendAction: pending ? url(`${base}/letter`) : undefined,
    sending: sendingView(context, patient, typed.fields ?? {}, { mayPrint: false, errors: typed.errors ?? [] }),
    askedError: at('asked'),
  }
}

const outcomes = [
  ...['redeemed', 'wrong-birth-date', 'expired', 'used', 'revoked', 'barred', 'closed'],
  ...['somebody-else', 'otherwise-open', 'not-begun', 'weak-password', 'email-taken', 'limited'],
]

/** What is no word of staff's. */
const ourReasons: ReadonlyMap<string, string> = new Map([
  [REISSUED, 'codes.revoked.reissued'],
  [ACCESS_REVOKED, 'codes.revoked.access'],
])

function factsOf(context: StaffContext, code: Code) {
  const { t } = context
  const line = codeLine(context, code)
  const ours = ourReasons.get(code.revokedReason ?? '')
  const reason = ours === undefined ? code.revokedReason : t(ours)
  return [
    { term: t('codes.fact.recipient'), text: `${line.recipient}, ${line.relationship}` },
    { term: t('codes.fact.extent'), text: line.extent },
    ...(code.opensFrom === undefined ? [] : [{ term: t('codes.from'), text: writeDayOf(context, code.opensFrom) }]),
    { term: t('codes.fact.issued'), text: `${writeInstant(context, code.issuedAt)}, ${code.issuedBy}` },
    { term: t('codes.fact.standing'), text: line.when },
    ...(reason === undefined ? [] : [{ term: t('codes.fact.reason'), text: reason }]),
    ...(code.letter ? [{ term: t('codes.fact.letter'), text: letterLine(context, code.letter) }] : []),
  ]
}

/** Who lost the access, and is not yet said to be somebody else. */
async function barsView(context: StaffContext, { id, pid }: Code) {
  const { portal, t } = context
  const known = await lookedBars(portal.db, id)
  const bars = (await barsOfChart(portal.db, pid)).filter((bar) => !known.has(barKey(bar)))
  return bars.map((bar) => ({
    key: barKey(bar),
    text: t('codes.bars.one', {
      name: bar.name,
      ...{ who: bar.revokedBy ?? '', why: bar.revokedReason ?? '', day: writeDayOf(context, bar.revokedAt) },
    }),
  }))
}

function lookedFact(context: StaffContext, { at, by, name }: { name: string; by: string; at: Utc }) {
  const { t } = context
  return { term: t('codes.bars.fact'), text: t('codes.bars.factText', { name, by, when: writeInstant(context, at) }) }
}

function letterLine(context: StaffContext, letter: NonNullable<Code['letter']>): string {
  const { t } = context
  const state = `${t(`codes.letter.${letter.state}`)}, ${letter.to}`
  return letter.state === 'failed' || letter.state === 'refused' ? `${state}: ${letterText(context, letter)}` : state
}
