/** The handlers of one submission: look, claim, file, return, deny, sign. */
import { z } from 'zod'
import { nameOfUser, nextFree } from '../../../host/reads/submissions.js'
import { utc } from '../../../platform/clock.js'
import { ClaimForm, claimedHow } from '../../../web/claiming.js'
import { chosenId, text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer, FlashKey } from '../../../web/show.js'
import { fieldsOf } from '../directives.js'
import { claimedSince, findSubmission } from '../submissions.js'
import { denySubmission, returnSubmission, type AnswerOutcome } from './answering.js'
import { auditPage, type Typed } from './auditPage.js'
import { idIn } from './address.js'
import { claimSubmission, type ClaimOutcome } from './claims.js'
import type { Seen } from './deed.js'
import { type FileOutcome, fileSubmission, NAME_MOST } from './filing.js'
import { askedOf, askedQuery, waiting } from './queue.js'
import { fillingOf, remakeSubmission, signForPractice, type SignOutcome } from './remaking.js'

/** GET …/submissions/:id, or once more with why nothing was changed. */
export async function one(
  context: StaffContext,
  told?: { status: number; error: FieldError },
  typed: Typed = {},
): Promise<Answer> {
  const { portal, show, t } = context
  const row = await findSubmission(portal.db, idIn(context))
  if (!row) return show.notFound()
  const { about, page } = await auditPage(context, row, told ? [told.error] : [], typed)
  const options = { title: t('audit.one.title', { title: row.title }), about, wide: true }
  const view = '/documents/audit/one'
  return told ? show.refused(view, page, { ...options, status: told.status }) : show.page(view, page, options)
}

/** POST …/claim. Without a field: for me. */
export async function claim(context: StaffContext): Promise<Answer> {
  const { actor, form, fragment, portal, show, staff } = context
  const asked = form(ClaimForm)
  if (!asked.ok) return show.problem(422)
  const how = claimedHow(asked.value)
  const outcome = await claimSubmission(portal, staff, actor, idIn(context), how)
  if (!outcome.ok) {
    return notDone(context, outcome, {}, outcome.reason === 'no-such-colleague' ? 'to' : undefined)
  }
  const flash: FlashKey = { kind: 'success', key: `audit.claim.done.${how.kind}` }
  if (fragment) return show.seeOther(`/staff/portal/documents/waiting${askedQuery(askedOf(context))}`, flash)
  return show.seeOther(`/staff/portal/documents/submissions/${String(idIn(context))}`, flash)
}

/** What the page showed: a form without it is none of ours. */
const SeenForm = z.object({
  submission: chosenId('form.choose'),
  pid: z
    .union([z.literal(''), chosenId('form.choose')])
    .optional()
    .default(''),
  version: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
})

/** Undefined: it names another submission than the address does, or nothing. */
function seenIn(context: StaffContext): Seen | undefined {
  const asked = context.form(SeenForm)
  if (!asked.ok || asked.value.submission !== idIn(context)) return undefined
  const { pid, sha256, submission: id, version } = asked.value
  return { id, version, sha256, pid: pid === '' ? undefined : pid }
}

/** POST …/filing: the button said what it does. */
export async function file(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(
    z.object({ category: chosenId('audit.missing.category'), name: text(NAME_MOST, 'audit.missing.name') }),
  )
  if (!asked.ok) {
    const [name = 'category', key = 'audit.missing.category'] = Object.entries(asked.errors)[0] ?? []
    return one(context, { status: 422, error: { text: t(key), name } })
  }
  const seen = seenIn(context)
  if (!seen) return changed(context)
  const outcome = await fileSubmission(portal, staff, actor, {
    seen,
    categoryId: asked.value.category,
    name: asked.value.name,
  })
  return outcome.ok ? onward(context, 'audit.done.filed') : notDone(context, outcome)
}

/** POST …/return: the patient's again, with marks at the fields. */
export async function giveBack(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const marks = await marksIn(context)
  const asked = form(z.object({ reason: text(1000, 'audit.missing.return') }))
  if (!asked.ok) {
    const error = { text: t(asked.errors['reason'] ?? 'audit.missing.return'), name: 'reason' }
    return one(context, { status: 422, error }, { reason: asked.typed['reason'] ?? '', marks })
  }
  const seen = seenIn(context)
  if (!seen) return changed(context)
  const outcome = await returnSubmission(portal, staff, actor, { seen, reason: asked.value.reason, marks })
  return outcome.ok ? onward(context, 'audit.done.returned') : notDone(context, outcome, { ...asked.value, marks })
}

const MARK_MOST = 300

/** Only of fields that the document has. */
async function marksIn(context: StaffContext): Promise<Record<string, string>> {
  const { form, portal } = context
  const row = await findSubmission(portal.db, idIn(context))
  const filling = row && (await fillingOf(portal, row))
  const read = form(z.object({}))
  const names = filling
    ? fieldsOf(filling.parts)
        .filter(({ by }) => by !== 'staff')
        .map(({ name }) => name)
    : []
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const said = (read.typed[`mark.${name}`] ?? '')
        .replace(/\p{Cc}/gu, ' ')
        .trim()
        .slice(0, MARK_MOST)
      return said === '' ? [] : [[name, said]]
    }),
  )
}

/** POST …/denial */
export async function deny(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(z.object({ denial: text(1000, 'audit.missing.denial') }))
  if (!asked.ok) {
    const error = { text: t(asked.errors['denial'] ?? 'audit.missing.denial'), name: 'denial' }
    return one(context, { status: 422, error }, { denial: asked.typed['denial'] ?? '' })
  }
  const seen = seenIn(context)
  if (!seen) return changed(context)
  const { denial } = asked.value
  const outcome = await denySubmission(portal, staff, actor, { seen, reason: denial })
  return outcome.ok ? onward(context, 'audit.done.denied') : notDone(context, outcome, { denial })
}

/** POST …/signature: as who is signed in. The page shows the new bytes next. */
export async function sign(context: StaffContext): Promise<Answer> {
  const { actor, address, portal, show, staff } = context
  const seen = seenIn(context)
  if (!seen) return changed(context)
  const outcome = await signForPractice(portal, staff, actor, { seen, address })
  if (!outcome.ok) return notDone(context, outcome)
  const to = `/staff/portal/documents/submissions/${String(seen.id)}`
  return show.seeOther(to, { kind: 'success', key: 'audit.done.signed' })
}

/** Deciding leads on to the next that waits and that nobody else is at; else to the queue. */
async function onward({ portal, show, staff }: StaffContext, key: string): Promise<Answer> {
  const now = { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }
  const next = await nextFree(portal.db, now, staff.username)
  const to = next === undefined ? '' : `/submissions/${String(next)}`
  return show.seeOther(`/staff/portal/documents${to}`, {
    kind: 'success',
    key: next === undefined ? `${key}.last` : key,
  })
}

type Refusal = Extract<ClaimOutcome | FileOutcome | AnswerOutcome | SignOutcome, { ok: false }>

function changed(context: StaffContext): Promise<Answer> {
  return notDone(context, { ok: false, reason: 'changed' })
}

const notTheirs = ['no-such-colleague', 'no-category', 'no-chart', 'not-scanned', 'not-correctable', 'nothing-to-sign']

/** A lost race is 409 and says who did what; what the server cannot do is 503 and says what is missing. */
async function notDone(context: StaffContext, refusal: Refusal, typed: Typed = {}, name?: string): Promise<Answer> {
  if (refusal.reason === 'not-found') return context.show.notFound()
  // Made anew at once, so that what is shown now can be decided.
  if (refusal.reason === 'changed-in-host') await remakeSubmission(context.portal, idIn(context))
  const error = { text: await whyText(context, refusal), ...(name === undefined ? {} : { name }) }
  if (context.fragment) return waiting(context, { status: 409, text: error.text })
  return one(context, { status: notTheirs.includes(refusal.reason) ? 422 : 409, error }, typed)
}

async function whyText(context: StaffContext, refusal: Exclude<Refusal, { reason: 'not-found' }>): Promise<string> {
  const { portal, t } = context
  switch (refusal.reason) {
    case 'over': {
      const by = refusal.by === undefined ? t('audit.somebody') : await nameOfUser(portal.db, refusal.by)
      const state = t(`audit.state.${refusal.state}`)
      if (refusal.at === undefined) return t('audit.not.over-in-host', { state, by })
      return t('audit.not.over', { state, by, at: writeInstant(context, refusal.at) })
    }
    case 'claimed':
      return t('audit.not.claimed', {
        by: await nameOfUser(portal.db, refusal.by),
        at: writeInstant(context, refusal.since),
      })
    default:
      return t(`audit.not.${refusal.reason}`)
  }
}
