/** The queue as a page and as its rows alone, and the way back from what was done in it. */
import { z } from 'zod'
import { isOpaqueId } from '../../../platform/ids.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { Deed } from '../press.js'
import { undoPress } from '../undo.js'
import { waitingPage } from './queue.js'
import type { Told } from './told.js'
import { counted, namesOf } from './undoNotice.js'
import { undoOf } from './visit.js'

/**
 * The queue: the whole page, or its rows alone as the page and the hall ask for them by themselves. `press`: what can be
 * taken back, where the address does not name it.
 */
export async function waiting(context: StaffContext, told?: Told, press?: string): Promise<Answer> {
  const { fragment, show, t } = context
  const undo = await undoOf(context, '#appointment-queue', press)
  // The way back has been gone: the notice that led there goes.
  const page = { ...(await waitingPage(context)), undone: told !== undefined || context.query['undone'] === '1' }
  const options = {
    title: t('appointments.queue.title'),
    about: [...page.about, ...(undo?.about ?? []), ...(told?.about ?? [])],
    ...(told ? { status: told.status, flash: { kind: 'warning', text: told.text } as const } : {}),
  }
  return show.page(fragment ? '/appointments/staff/waiting' : '/appointments/staff/queue', { ...page, undo }, options)
}

/** POST /undo: what one press did is taken back, as far as nothing has changed since. */
export async function undo(context: StaffContext): Promise<Answer> {
  const { actor, form, fragment, portal, show, staff, t } = context
  const asked = form(z.object({ token: z.string().refine(isOpaqueId) }))
  if (!asked.ok) return waiting(context, { status: 422, text: t('appointments.undo.not-found') })
  const outcome = await undoPress(portal, staff, actor, asked.value.token)
  if (!outcome.ok) return waiting(context, { status: 409, text: t(`appointments.undo.${outcome.reason}`) })
  if (outcome.kept.length === 0) {
    const flash = {
      kind: 'success',
      key: `appointments.undo.${outcome.arrived === true ? 'doneArrived' : 'done'}`,
    } as const
    return show.seeOther(`/staff/portal/appointments${fragment ? '/waiting?undone=1' : ''}`, flash)
  }
  const undone = outcome.undone === 0 ? [] : [t('appointments.undo.some', { count: outcome.undone })]
  const { about, texts } = await keptText(context, outcome.kept)
  // What failed can be tried again.
  return waiting(context, { status: 409, text: [...undone, ...texts].join(' '), about }, asked.value.token)
}

/** What could not be taken back and why, each by its name. */
async function keptText(context: StaffContext, kept: readonly { deed: Deed; why: string }[]) {
  const { t } = context
  const { about, links } = await namesOf(
    context,
    kept.map(({ deed }) => deed.eid),
  )
  const texts = counted(kept.map(({ why }) => why)).map(([why, count]) => {
    const names = kept.flatMap((each) => (each.why === why ? (links.get(each.deed.eid)?.text ?? []) : []))
    const text = t('appointments.undo.kept', { count, why: t(`appointments.why.${why}`) })
    return names.length === 0 ? text : `${text} (${names.join('; ')})`
  })
  return { about, texts }
}
