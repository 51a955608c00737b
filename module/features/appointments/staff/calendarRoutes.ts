/** Which calendars patients can be offered, for staff. */
import type { HallCard } from '../../../feature.js'
import { can, routes, type StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { readinessCard, readinessPage } from './calendarPages.js'
import { calendarReadiness } from '../calendarReadiness.js'

export const calendarRoutes = routes('staff', (r) => {
  r.get('/calendar-readiness', can('appointments:process'), readiness)
})

async function readiness(context: StaffContext): Promise<Answer> {
  const { portal, show, t } = context
  const all = await calendarReadiness(portal, portal.db, { visits: true })
  return show.page('/appointments/staff/readiness', readinessPage(context, all), {
    title: t('appointments.readiness.title'),
  })
}

/** The hall says how many can be requested, and why the first few cannot: one statement, no visits looked at. */
export const readinessHallCard: HallCard = {
  key: 'calendar-readiness',
  title: 'appointments.readiness.title',
  permission: 'appointments:process',
  async show(context) {
    const all = await calendarReadiness(context.portal, context.portal.db, { visits: false })
    return { view: '/appointments/staff/readinessCard', content: readinessCard(context, all) }
  },
}
