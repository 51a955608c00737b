/** Staff deal with a letter that did not go: once more, or seen to in another way. */
import { closeLetter, lettersAbout, sendAgain } from '../../../access/letters.js'
import { recordAudit } from '../../../platform/audit.js'
import type { Tx } from '../../../platform/database.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { lettersView } from './letterCard.js'
import { pidIn } from './pid.js'

export function resendFailed(context: StaffContext): Promise<Answer> {
  return deal(context, 'letter.tried-again', (tx, letter) => sendAgain(tx, context.portal, letter))
}

export function closeFailed(context: StaffContext): Promise<Answer> {
  return deal(context, 'letter.closed', (tx, letter) => closeLetter(tx, context.portal, letter, context.actor))
}

interface OneLetter {
  id: number
  pid: number
}

/** A letter of this patient, in a state in which that can be done; else 404 for none, 409 for one that is over. */
async function deal(
  context: StaffContext,
  event: 'letter.tried-again' | 'letter.closed',
  act: (tx: Tx, letter: OneLetter) => Promise<boolean>,
): Promise<Answer> {
  const { actor, fragment, params, portal, show, t } = context
  const pid = pidIn(context)
  const id = Number(/^[1-9]\d{0,15}$/.exec(params['letter'] ?? '')?.[0])
  if (pid === undefined || !Number.isSafeInteger(id)) return show.notFound()
  const done = await portal.db.transaction(async (tx) => {
    if (!(await act(tx, { id, pid }))) return false
    await recordAudit(tx, portal.clock, actor, { event, subject: `letter:${String(id)}`, pid })
    return true
  })
  const letters = await lettersAbout(portal.db, pid, 200)
  if (!letters.some((letter) => letter.id === id)) return show.notFound()
  if (!done) return show.problem(409, { what: t('letters.over'), next: t('letters.overNext') })
  if (!fragment) return show.seeOther(`/staff/portal/patients/${String(pid)}`, { kind: 'success', key: 'letters.done' })
  const view = lettersView(context, pid, letters.slice(0, 10))
  return show.page('/accounts/credentials/letters', view, { title: t('letters.title'), about: [pid] })
}
