/** What the list of a patient’s appointments is given. */
import type { RecordContext } from '../../../web/routes.js'
import type { Appointment } from '../appointment.js'
import type { PatientAppointments } from '../ofPatient.js'
import { callTo, rebookHref, viewOf } from './visitView.js'

/** So many days of one series are shown; the others on demand. */
const SERIES_SHOWN = 6

/** What waits, what is to come, what is over. `paged`: an older page of what is over. */
export function listPage(context: RecordContext, all: PatientAppointments, paged: boolean) {
  const { here, may, t, url } = context
  const view = (appointment: Appointment) => viewOf(context, appointment)
  const { shown, folded } = foldSeries(all.next)
  return {
    newHref: may('appointments:request') ? url(here('/appointments/new')) : undefined,
    callToRequest: may('appointments:request') ? undefined : callTo(context, 'appointments.callToRequest'),
    /** A later page of what is over shows nothing else. */
    onlyPast: paged,
    firstHref: paged ? url(here('/appointments')) : undefined,
    proposed: all.requested.filter((each) => each.standing === 'proposed').map(view),
    requested: all.requested.filter((each) => each.standing !== 'proposed').map(view),
    next: shown.map(view),
    series: folded.map((days) => ({
      label: t('appointments.series.all', { count: days.length, name: days[0]?.category.name ?? '' }),
      days: days.map(view),
    })),
    past: all.past.map((each) => ({ ...view(each), rebookHref: rebookHref(context, each) })),
    olderHref: all.older === undefined ? undefined : url(here(`/appointments?before=${all.older}`)),
  }
}

/** The first days of each series, and the rest of each by itself. */
function foldSeries(next: readonly Appointment[]): { shown: Appointment[]; folded: Appointment[][] } {
  const series = new Map<number, Appointment[]>()
  const shown = next.filter((each) => {
    if (!each.ofSeries) return true
    const days = series.get(each.eid) ?? []
    series.set(each.eid, [...days, each])
    return days.length < SERIES_SHOWN
  })
  return {
    shown,
    folded: [...series.values()].map((days) => days.slice(SERIES_SHOWN)).filter((days) => days.length > 0),
  }
}
