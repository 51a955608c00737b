/** What one press did, with the way back while it stands. */
import type { StaffContext } from '../../../web/routes.js'
import { UNDO_SHOWN, type PressDone } from '../press.js'

/** What one press did, with the way back while it stands. Nothing where there is none to take back or to tell. */
export function undoView({ t, url }: StaffContext, token: string, press: PressDone | undefined, target?: string) {
  if (!press?.open) return undefined
  return {
    action: url('/staff/portal/appointments/undo'),
    token,
    text: pressText(t, press),
    seconds: UNDO_SHOWN,
    empty: press.deeds.length === 0,
    ...(target === undefined ? {} : { target }),
  }
}

/** "3 confirmed. 1 was not: another appointment lies over it." */
export function pressText(t: StaffContext['t'], { deeds, failures }: PressDone): string {
  const [only] = deeds
  if (only && deeds.length === 1 && failures.length === 0) {
    const { encounter, what } = only
    return encounter === undefined ? t(`appointments.done.${what}`) : t('appointments.done.arrived', { encounter })
  }
  return [
    ...counted(deeds.map((deed) => deed.what)).map(([what, count]) => t(`appointments.doneMany.${what}`, { count })),
    ...counted(failures.map((failure) => failure.reason)).map(([reason, count]) =>
      t('appointments.notDone', { count, why: t(`appointments.why.${reason}`) }),
    ),
  ].join(' ')
}

/** Each name, and how often it is there; in the order of their first. */
export function counted<Name extends string>(names: readonly Name[]): [Name, number][] {
  const counts = new Map<Name, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
}
