/** One grant for staff: what it opens and why, what became of it, and what can be decided. */
import { z } from 'zod'
import { grantExtents } from '../../../access/codes.js'
import { guardians } from '../../../access/ages.js'
import { firstDayOf, lastDayOf } from '../../../access/grantDays.js'
import { knownRelationship } from '../../../access/scope.js'
import { findGrant, type ChartGrant } from '../../../host/reads/grants.js'
import { day as dayOf, utc, type Day } from '../../../platform/clock.js'
import { extentWords } from '../../../web/frame.js'
import { optionalText, text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { typedDay } from '../../../web/typedDay.js'
import { relationships } from '../codes/recipients.js'
import { pidIn } from '../credentials/pid.js'
import { decide, type Decision } from './deciding.js'
import { grantPath } from './grantsCard.js'
import { historyOfGrant, type GrantEntry } from './history.js'
import { changeText, standingOf, standingTag, untilText } from './standing.js'

async function grantIn(context: StaffContext): Promise<ChartGrant | undefined> {
  const pid = pidIn(context)
  const id = Number(/^[1-9]\d{0,15}$/.exec(context.params['grant'] ?? '')?.[0])
  if (pid === undefined || !Number.isSafeInteger(id)) return undefined
  return findGrant(context.portal.db, { pid, id })
}

/** GET …/grants/:grant */
export async function grantPage(context: StaffContext): Promise<Answer> {
  const grant = await grantIn(context)
  if (!grant) return context.show.notFound()
  return context.show.page('/accounts/families/grant', await grantView(context, grant, nothing), titled(context, grant))
}

const version = z
  .string()
  .regex(/^\d{1,9}$/)
  .optional()
  .catch(undefined)
  .transform((value) => (value === undefined ? undefined : Number(value)))

const Change = z.object({
  version,
  relationship: z.enum(['self', ...relationships], 'form.choose'),
  extent: z.enum(grantExtents, 'form.choose'),
  from: typedDay('families.until.notADay'),
  until: typedDay('families.until.notADay'),
  reason: optionalText(255),
})

/** POST …/grants/:grant */
export async function changeGrant(context: StaffContext): Promise<Answer> {
  const { form, t } = context
  const grant = await grantIn(context)
  if (!grant) return context.show.notFound()
  const asked = form(Change)
  if (!asked.ok)
    return again(context, grant, { form: 'change', fields: asked.typed, errors: errorsOf(context, asked.errors) })
  const { extent, from, reason, relationship, until } = asked.value
  const wrong = wrongDay(context, grant, from, until)
  if (wrong) {
    const errors = [{ name: wrong.name, text: t(wrong.key) }]
    return again(context, grant, { form: 'change', fields: asked.typed, errors })
  }
  const begins = from === '' || from === shownFrom(context, grant) ? undefined : from
  const decision: Decision = {
    ...{ what: 'changed', relationship, extent },
    from: from !== '' && isAhead(context, grant) ? from : begins,
    until: until === '' ? undefined : until,
  }
  return decided(context, grant, { version: asked.value.version, reason, decision })
}

/** A first day that is over would change what the trail says of it; a last one before it opens nothing. */
function wrongDay(context: StaffContext, grant: ChartGrant, from: string, until: string) {
  const today = dayOf(context.portal.clock.now())
  if (from !== '' && from < today && from !== shownFrom(context, grant))
    return { name: 'from', key: 'families.from.past' }
  if (until !== '' && until < today && until !== shownUntil(context, grant))
    return { name: 'until', key: 'families.until.past' }
  return from !== '' && until !== '' && until < from ? { name: 'until', key: 'families.until.beforeFrom' } : undefined
}

function isAhead({ portal }: StaffContext, { validFrom }: ChartGrant): boolean {
  return validFrom > utc(portal.clock.now())
}

function shownFrom({ portal }: StaffContext, { validFrom }: ChartGrant): Day {
  return firstDayOf(validFrom, portal.clock.zone)
}

const Reasoned = z.object({ version, reason: text(255, 'families.reason.missing') })

type Reasoned = Exclude<Decision['what'], 'changed'>

/** POST …/revocation, …/restoration, …/exemption, …/exemption/end: each with its reason. */
export function decideWithReason(what: Reasoned) {
  return async (context: StaffContext): Promise<Answer> => {
    const grant = await grantIn(context)
    if (!grant) return context.show.notFound()
    const asked = context.form(Reasoned)
    if (!asked.ok) {
      const id = `reason-${what}`
      const errors = errorsOf(context, asked.errors).map((error) => ({ ...error, id }))
      return again(context, grant, { form: what, fields: asked.typed, errors })
    }
    return decided(context, grant, { ...asked.value, decision: { what } })
  }
}

async function decided(
  context: StaffContext,
  grant: ChartGrant,
  input: { version: number | undefined; reason: string; decision: Decision },
): Promise<Answer> {
  const { actor, portal, show, t, url } = context
  const { pid, id } = grant
  const outcome = await decide(portal, actor, { pid, id, ...input })
  if (outcome.ok)
    return show.seeOther(grantPath(grant), { kind: 'success', key: `families.done.${input.decision.what}` })
  if (outcome.reason === 'not-found') return show.notFound()
  const actions = [{ label: t('families.conflict.show'), href: url(grantPath(grant)) }]
  return show.problem(409, { what: t('families.conflict'), next: t('families.conflict.next'), actions })
}

interface Typed {
  /** The form that was sent. */
  form: 'change' | Reasoned | undefined
  fields: Readonly<Record<string, string>>
  errors: FieldError[]
}

const nothing: Typed = { form: undefined, fields: {}, errors: [] }

async function again(context: StaffContext, grant: ChartGrant, typed: Typed): Promise<Answer> {
  return context.show.refused(
    '/accounts/families/grant',
    await grantView(context, grant, typed),
    titled(context, grant),
  )
}

function titled({ t }: StaffContext, { pid }: ChartGrant) {
  return { title: t('families.grant.title'), about: [pid] }
}

function errorsOf({ t }: StaffContext, errors: Readonly<Record<string, string>>): FieldError[] {
  return Object.entries(errors).map(([name, key]) => ({ name, text: t(key) }))
}

async function grantView(context: StaffContext, grant: ChartGrant, typed: Typed) {
  const { portal, t, url } = context
  const standing = standingOf(context, grant)
  const history = await historyOfGrant(portal.db, grant)
  const base = grantPath(grant)
  const isGuardian = guardians.some((each) => each === grant.relationship)
  const reasonOf = (what: Reasoned) => ({
    id: `reason-${what}`,
    value: typed.form === what ? (typed.fields['reason'] ?? '') : '',
    error: typed.form === what ? typed.errors[0]?.text : undefined,
  })
  const at = (name: string) => (typed.form === 'change' ? typed.errors.find((error) => error.name === name)?.text : '')
  const field = (name: string, now: string) => (typed.form === 'change' ? (typed.fields[name] ?? '') : now)
  return {
    account: grant.accountName,
    patient: personName(grant.lastName, grant.firstName),
    born: bornText(context, grant.born),
    backHref: url(`/staff/portal/patients/${String(grant.pid)}`),
    tag: standingTag(context, standing),
    facts: factsOf(context, grant),
    change: changeText(context, standing.change),
    errors: typed.errors,
    version: grant.version,
    action: url(base),
    fields: {
      relationships: (grant.relationship === 'self' ? ['self' as const] : relationships).map((value) => ({
        value,
        text: t(`families.relationship.${value}`),
        selected: value === field('relationship', knownRelationship(grant.relationship)),
      })),
      relationshipError: at('relationship'),
      extents: grantExtents.map((value) => ({
        value,
        text: t(`extent.${value}`),
        selected: value === field('extent', grant.extent),
      })),
      extentError: at('extent'),
      from: field('from', shownFrom(context, grant)),
      fromError: at('from'),
      until: field('until', shownUntil(context, grant) ?? ''),
      untilError: at('until'),
      reason: field('reason', ''),
      reasonError: at('reason'),
    },
    revoke: grant.revoked ? undefined : { action: url(`${base}/revocation`), reason: reasonOf('revoked') },
    restore: grant.revoked ? { action: url(`${base}/restoration`), reason: reasonOf('restored') } : undefined,
    exempt:
      isGuardian && !grant.exemption ? { action: url(`${base}/exemption`), reason: reasonOf('exempted') } : undefined,
    endExemption: grant.exemption
      ? { action: url(`${base}/exemption/end`), reason: reasonOf('exemption-ended') }
      : undefined,
    history: history.map((entry) => entryView(context, entry)),
  }
}

function shownUntil({ portal }: StaffContext, { validUntil }: ChartGrant): Day | undefined {
  return validUntil === undefined ? undefined : lastDayOf(validUntil, portal.clock.zone)
}

function factsOf(context: StaffContext, grant: ChartGrant) {
  const { t } = context
  const standing = standingOf(context, grant)
  const decidedBy = (what: 'revoked' | 'exemption') => {
    const { [what]: decision } = grant
    if (!decision) return []
    const values = { when: writeInstant(context, decision.at), by: decision.by, reason: decision.reason }
    return [{ term: t(`families.fact.${what}`), text: t('families.decided', values) }]
  }
  return [
    {
      term: t('families.fact.relationship'),
      text: t(`families.relationship.${knownRelationship(grant.relationship)}`),
    },
    { term: t('families.fact.granted'), text: `${extentWords(context, grant.extent)}, ${untilText(context, grant)}` },
    { term: t('families.fact.today'), text: extentWords(context, standing.extent) },
    isAhead(context, grant)
      ? { term: t('families.fact.opensOn'), text: writeInstant(context, grant.validFrom) }
      : { term: t('families.fact.since'), text: `${writeInstant(context, grant.validFrom)}, ${grant.grantedBy}` },
    ...decidedBy('revoked'),
    ...decidedBy('exemption'),
  ]
}

const told = ['made', 'widened', 'changed', 'revoked', 'restored', 'exempted', 'exemption-ended']

function entryView(context: StaffContext, entry: GrantEntry) {
  const { portal, t } = context
  const { after, before } = entry
  const until = (at: string | null | undefined) => untilText({ ...context, portal }, { validUntil: at ?? undefined })
  const lines = [
    ...(before.relationship !== undefined && before.relationship !== after.relationship
      ? [
          [before.relationship, after.relationship ?? 'other'].map((each) =>
            t(`families.relationship.${knownRelationship(each)}`),
          ),
        ]
      : []),
    ...(before.extent !== undefined && before.extent !== after.extent
      ? [[extentWords(context, before.extent), extentWords(context, after.extent)]]
      : []),
    ...(before.from !== undefined && after.from !== undefined && before.from !== after.from
      ? [[before.from, after.from].map((each) => t('families.from', { day: writeInstant(context, each) }))]
      : []),
    ...(before.until !== undefined && before.until !== after.until ? [[until(before.until), until(after.until)]] : []),
  ]
  return {
    when: writeInstant(context, entry.at),
    by: entry.by,
    what: t(`families.history.${told.includes(entry.what) ? entry.what : 'changed'}`),
    lines: lines.map(([was = '', is = '']) => t('families.history.fromTo', { was, is })),
    reason: entry.reason,
  }
}
