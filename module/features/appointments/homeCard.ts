import type { Card } from '../../feature.js'
import type { RecordContext } from '../../web/routes.js'
import { appointmentsOf } from './ofPatient.js'
import { viewOf } from './patientPages.js'

/** What is next: the next visit, and what is still asked for. */
export const homeCard: Card<RecordContext> = {
  permission: 'appointments:view',
  place: 'next',
  async show(context) {
    const { scope, portal } = context
    if (scope.kind !== 'chart') return undefined
    const { next, requested } = await appointmentsOf(portal, portal.db, scope)
    const [first, ...more] = [...next, ...requested].sort((a, b) =>
      `${a.day} ${a.start}` < `${b.day} ${b.start}` ? -1 : 1,
    )
    return {
      view: '/appointments/patient/next',
      content: {
        first: first && viewOf(context, first),
        calendarHref: first && context.url(context.here(`/appointments/${first.id}/calendar.ics`)),
        cancelHref:
          first && context.may('appointments:cancel') && !first.ofSeries
            ? context.url(context.here(`/appointments/${first.id}/cancellation`))
            : undefined,
        more: more.length,
        listHref: context.url(context.here('/appointments')),
        newHref: context.may('appointments:request') ? context.url(context.here('/appointments/new')) : undefined,
      },
    }
  },
}
