/** Staff deal with a letter that did not go: once more, or seen to in another way. */
import { addressNow, isToChart, type WhyNoLetter } from '../../../access/chartAddress.js'
import {
  closeLetter,
  findLetter,
  isLetterOf,
  sendAgain,
  type LettersOf,
  type OneLetter,
} from '../../../access/letters.js'
import { recordAudit } from '../../../platform/audit.js'
import type { Tx } from '../../../platform/database.js'
import { lettersHome, lettersView } from '../../../web/letters.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { Whose } from '../../../web/whose.js'
import { pidIn } from './pid.js'

export function resendFailed(context: StaffContext): Promise<Answer> {
  return again(context, ofPatient(context))
}

export function closeFailed(context: StaffContext): Promise<Answer> {
  return close(context, ofPatient(context))
}

export async function resendFailedOfAccount(context: StaffContext): Promise<Answer> {
  return again(context, await ofAccount(context))
}

export async function closeFailedOfAccount(context: StaffContext): Promise<Answer> {
  return close(context, await ofAccount(context))
}

/** Among whose letters one is dealt with. */
interface Theirs {
  of: LettersOf
  /** Of whom the audit trail says it. */
  whose: Whose
}

function ofPatient(context: StaffContext): Theirs | undefined {
  const pid = pidIn(context)
  return pid === undefined ? undefined : { of: { pid }, whose: pid }
}

/** An account without a chart, or what is no chart's business: a link to it, an answer to a registration. */
async function ofAccount({ params, portal }: StaffContext): Promise<Theirs | undefined> {
  const accountId = numberIn(params['account'])
  const row = await portal.db.first<{ record: string }>(
    `SELECT own_record AS record FROM foyer_accounts WHERE id = :accountId`,
    { accountId },
  )
  return row && { of: { accountId }, whose: row }
}

/** 0: none. */
function numberIn(text = ''): number {
  const number = Number(/^[1-9]\d{0,15}$/.exec(text)?.[0] ?? 0)
  return Number.isSafeInteger(number) ? number : 0
}

function again(context: StaffContext, theirs: Theirs | undefined): Promise<Answer> {
  return deal(context, theirs, 'letter.tried-again', async (tx, letter) => {
    const found = await findLetter(tx, letter.id)
    if (!found || !isToChart(found) || found.pid === undefined) return sendAgain(tx, context.portal, letter)
    // The chart's address may have been put right since: to the old one it would fail again.
    const now = await addressNow(tx, found.pid)
    return now.ok ? sendAgain(tx, context.portal, letter, now.address) : now.reason
  })
}

function close(context: StaffContext, theirs: Theirs | undefined): Promise<Answer> {
  return deal(context, theirs, 'letter.closed', (tx, letter) => closeLetter(tx, context.portal, letter, context.actor))
}

/** A letter of theirs, in a state in which that can be done; else 404 for none, 409 for one that is over. */
async function deal(
  context: StaffContext,
  theirs: Theirs | undefined,
  event: 'letter.tried-again' | 'letter.closed',
  act: (tx: Tx, letter: OneLetter) => Promise<boolean | WhyNoLetter>,
): Promise<Answer> {
  const { actor, fragment, params, portal, show, t } = context
  if (!theirs) return show.notFound()
  const { of, whose } = theirs
  const letter = { ...of, id: numberIn(params['letter']) }
  const about = typeof whose === 'number' ? { pid: whose } : whose
  const done = await portal.db.transaction(async (tx) => {
    if (!(await isLetterOf(tx, letter))) return false
    const outcome = await act(tx, letter)
    if (outcome !== true) return outcome
    await recordAudit(tx, portal.clock, actor, { event, subject: `letter:${String(letter.id)}`, ...about })
    return true
  })
  if (typeof done === 'string') {
    return show.problem(409, { what: t(`letters.why.${done}`), next: t('letters.chartFirst') })
  }
  if (!done) {
    if (!(await isLetterOf(portal.db, letter))) return show.notFound()
    return show.problem(409, { what: t('letters.over'), next: t('letters.overNext') })
  }
  if (!fragment) return show.seeOther(lettersHome(of), { kind: 'success', key: 'letters.done' })
  const view = await lettersView(context, of)
  return show.page('/partials/letters', view, { title: t('letters.title'), about: [whose] })
}
