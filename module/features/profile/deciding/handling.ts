/** The handlers of one proposal: look, claim, decide. */
import { z } from 'zod'
import { waitingChanges } from '../../../host/reads/profileChanges.js'
import { ClaimForm, claimedHow } from '../../../web/claiming.js'
import { optionalText } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer, FlashKey } from '../../../web/show.js'
import type { Choice } from '../merging.js'
import { fieldLabel } from '../fieldText.js'
import { oneLine } from '../reading.js'
import { claimChange, type ClaimOutcome } from './claims.js'
import { decideChange, type DecisionOutcome } from './decisions.js'
import { findChange, type NotDecided, type Which } from './deed.js'
import { itemPage, type Typed } from './itemPage.js'
import { askedOf, askedQuery, nowOf, pathOf, waiting } from './queue.js'

const NOTE_MOST = 500

type Kind = Which['kind']

function whichIn({ params }: StaffContext, kind: Kind): Which {
  return { kind, id: Number(/^[1-9]\d{0,15}$/.exec(params['id'] ?? '')?.[0] ?? 0) }
}

interface Told {
  status: number
  errors: readonly FieldError[]
  typed?: Typed
}

/** GET …/:id, or once more with why nothing was changed. */
export async function look(context: StaffContext, kind: Kind, told?: Told): Promise<Answer> {
  const { portal, show, t } = context
  const which = whichIn(context, kind)
  const change = await findChange(portal.db, which)
  if (!change) return show.notFound()
  const page = await itemPage(context, which, change, told?.errors ?? [], told?.typed)
  const options = { title: t('profileChanges.one.title'), about: [change.pid], wide: true }
  const view = '/profile/deciding/item'
  return told ? show.refused(view, page, { ...options, status: told.status }) : show.page(view, page, options)
}

/** POST …/:id/claim. Without a field: for me. */
export async function claim(context: StaffContext, kind: Kind): Promise<Answer> {
  const { actor, form, fragment, portal, show, staff } = context
  const asked = form(ClaimForm)
  if (!asked.ok) return show.problem(422)
  const how = claimedHow(asked.value)
  const outcome = await claimChange(portal, staff, actor, whichIn(context, kind), how)
  if (!outcome.ok) return notDone(context, kind, outcome)
  const flash: FlashKey = { kind: 'success', key: `profileChanges.claim.${how.kind}` }
  if (fragment) return show.seeOther(`/staff/portal/profile-changes/waiting${askedQuery(askedOf(context))}`, flash)
  return show.seeOther(`/staff/portal${pathOf(whichIn(context, kind))}`, flash)
}

const DecisionForm = z.object({
  pid: optionalText(16),
  version: optionalText(64),
  all: optionalText(1),
  companyId: optionalText(16),
})

/** POST …/:id/decision: `pid` and `version` as the page had them; `outcome_<column>` accept or refuse, `value_<column>`, `note_<column>`; `all` accepts what is open. */
export async function decision(context: StaffContext, kind: Kind): Promise<Answer> {
  const { actor, form, portal, show, staff, t } = context
  const asked = form(DecisionForm)
  if (!asked.ok) return show.problem(422)
  const { typed } = asked
  const { all, companyId, pid, version } = asked.value
  // What does not say what it was shown, and of whom, decides on nothing.
  if (!/^[1-9]\d{0,15}$/.test(pid) || version === '')
    return notDone(context, kind, { ok: false, reason: 'changed' }, typed)
  const { choices, errors } = choicesIn(context, typed)
  if (errors.length > 0) return look(context, kind, { status: 422, errors, typed })
  const outcome = await decideChange(portal, staff, actor, {
    ...{ which: whichIn(context, kind), choices, all: all === '1' },
    ...{ pid: Number(pid), mark: version },
    companyId: /^[1-9]\d{0,9}$/.test(companyId) ? Number(companyId) : undefined,
  })
  if (outcome.ok) return onward(context)
  if (outcome.reason === 'undecided') {
    const missing = outcome.columns.map((column) => ({
      ...{ name: `outcome_${column}`, id: `outcome-${column}-accept` },
      text: t('profileChanges.fault.choose', { field: fieldLabel(context, column) }),
    }))
    return look(context, kind, { status: 422, errors: missing, typed })
  }
  if (outcome.reason === 'unfit') return look(context, kind, { status: 422, errors: faultsIn(context, outcome), typed })
  return notDone(context, kind, outcome, typed)
}

function choicesIn({ t }: StaffContext, typed: Typed): { choices: Map<string, Choice>; errors: FieldError[] } {
  const choices = new Map<string, Choice>()
  const errors: FieldError[] = []
  const named = Object.keys(typed).flatMap((name) => /^(?:outcome|value|note)_(\w{1,40})$/.exec(name)?.[1] ?? [])
  for (const column of new Set(named)) {
    const value = typed[`value_${column}`]
    const said = typed[`outcome_${column}`]
    const note = (typed[`note_${column}`] ?? '')
      .replace(/\r\n?/g, '\n')
      .replace(/(?![\n\t])\p{Cc}/gu, '')
      .trim()
    if (note.length > NOTE_MOST) errors.push({ name: `note_${column}`, id: `note-${column}`, text: t('form.tooLong') })
    const outcome = said === 'accept' || said === 'refuse' ? said : ''
    choices.set(column, { outcome, value: value === undefined ? undefined : oneLine(value), note })
  }
  return { choices, errors }
}

function faultsIn(context: StaffContext, { faults }: Extract<DecisionOutcome, { reason: 'unfit' }>): FieldError[] {
  const { t } = context
  return Object.entries(faults).map(([column, fault]) => {
    const text = t('profile.fault.of', { field: fieldLabel(context, column), fault: t(fault) })
    return column === 'company' ? { name: 'companyId', text } : { name: `value_${column}`, text }
  })
}

/** Deciding leads on to the next that waits and that nobody else is at; else to the queue. */
async function onward(context: StaffContext): Promise<Answer> {
  const { portal, show, staff } = context
  const rows = await waitingChanges(portal.db, nowOf(context), { limit: 20 })
  const next = rows.find(({ holder }) => holder === null || holder === staff.username)
  const to = next ? pathOf(next) : '/profile-changes'
  return show.seeOther(`/staff/portal${to}`, { kind: 'success', key: 'profileChanges.done' })
}

type Refusal = NotDecided | { ok: false; reason: 'changed' } | Extract<ClaimOutcome, { reason: 'no-such-colleague' }>

/** A lost race is 409 and says who did it. What was typed stays, but against what is so now. */
async function notDone(context: StaffContext, kind: Kind, refusal: Refusal, typed?: Typed): Promise<Answer> {
  if (refusal.reason === 'not-found') return context.show.notFound()
  const colleague = refusal.reason === 'no-such-colleague'
  if (context.fragment) return waiting(context, { status: colleague ? 422 : 409, text: whyText(context, refusal) })
  const { version: _old, ...kept } = typed ?? {}
  const error = { text: whyText(context, refusal), ...(colleague ? { name: 'to' } : {}) }
  const errors = [error]
  return look(context, kind, { status: colleague ? 422 : 409, errors, ...(typed ? { typed: kept } : {}) })
}

function whyText(context: StaffContext, refusal: Exclude<Refusal, { reason: 'not-found' }>): string {
  const { t } = context
  switch (refusal.reason) {
    case 'over':
      return t('profileChanges.not.over', {
        state: t(refusal.state === 'decided' ? 'profileChanges.decided' : `profile.state.${refusal.state}`),
        by: refusal.by ?? t('profileChanges.somebody'),
        at: refusal.at === undefined ? '' : writeInstant(context, refusal.at),
      })
    case 'claimed':
      return t('profileChanges.not.claimed', { by: refusal.by, at: writeInstant(context, refusal.since) })
    default:
      return t(`profileChanges.not.${refusal.reason}`)
  }
}
