/** What one press did, with the way back while it stands, and what it could not do. */
import { namedVisits, type NamedVisit } from '../../../host/reads/staffAppointments.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeShortDay, writeTime } from '../../../web/times.js'
import { whoseOf } from '../../../web/whose.js'
import { waitingIdOf } from '../bulk.js'
import { UNDO_SHOWN, type Failure, type PressDone } from '../press.js'
import { personOf } from './queue.js'

/** What one press did, and what it could not do. Nothing where there is none to take back or to tell. */
export async function undoView(
  context: StaffContext,
  token: string,
  press: PressDone | undefined,
  target: string | undefined,
) {
  if (!press?.open) return undefined
  const { t, url } = context
  const { about, notDone } = await notDoneView(context, press.failures)
  return {
    action: url('/staff/portal/appointments/undo'),
    token,
    text: pressText(t, press),
    seconds: UNDO_SHOWN,
    empty: press.deeds.length === 0,
    notDone,
    about,
    ...(target === undefined ? {} : { target }),
  }
}

/** "3 confirmed. One was not: another appointment lies over it." */
function pressText(t: StaffContext['t'], { deeds, failures }: PressDone): string {
  const [only] = deeds
  if (only && deeds.length === 1 && failures.length === 0) {
    const { encounter, what } = only
    return encounter === undefined ? t(`appointments.done.${what}`) : t('appointments.done.arrived', { encounter })
  }
  return [
    ...counted(deeds.map((deed) => deed.what)).map(([what, count]) => t(`appointments.doneMany.${what}`, { count })),
    ...notDoneText(t, failures).map(({ text }) => text),
  ].join(' ')
}

function notDoneText(t: StaffContext['t'], failures: readonly Failure[]) {
  return counted(failures.map(({ reason }) => reason)).map(([reason, count]) => ({
    reason,
    text: t('appointments.notDone', { count, why: t(`appointments.why.${reason}`) }),
  }))
}

/** What was not done and why, each by its name: it stays until the page is left. */
async function notDoneView(context: StaffContext, failures: readonly Failure[]) {
  const eidOf = ({ id }: Failure) => waitingIdOf(id)?.eid
  const named = await namesOf(context, failures.map(eidOf))
  const notDone = notDoneText(context.t, failures).map(({ reason, text }) => ({
    text,
    visits: failures
      .filter((each) => each.reason === reason)
      .flatMap((each) => named.links.get(eidOf(each) ?? 0) ?? []),
  }))
  return { notDone, about: named.about }
}

/** Each of these visits by its patient's name and its time, and of whom that tells. */
export async function namesOf(context: StaffContext, eids: readonly (number | undefined)[]) {
  const { portal, url } = context
  const rows = await namedVisits(portal.db, [...new Set(eids.filter((eid) => eid !== undefined))])
  const link = (row: NamedVisit) => ({
    text: `${personOf(context, row).patient}, ${whenOf(context, row)}`,
    href: url(`/staff/portal/appointments/${String(row.pc_eid)}`),
  })
  return {
    links: new Map(rows.map((row) => [row.pc_eid, link(row)])),
    about: rows.flatMap(({ account_record: record, pid }) => whoseOf({ pid, record })),
  }
}

function whenOf({ language, portal }: StaffContext, { pc_eventDate: day, start }: NamedVisit): string {
  return `${writeShortDay(day ?? '', language, dayOf(portal.clock.now()))}, ${writeTime(start ?? '00:00')}`
}

/** Each name, and how often it is there; in the order of their first. */
export function counted<Name extends string>(names: readonly Name[]): [Name, number][] {
  const counts = new Map<Name, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
}
