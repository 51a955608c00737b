import type { Feature } from '../../feature.js'
import { calendarRoutes, readinessHallCard } from './staff/calendarRoutes.js'
import { followCalendar } from './followHost.js'
import { homeCards } from './patient/homeCard.js'
import { lookAgainAfter } from './overlapLooks.js'
import { patientRoutes } from './patient/routes.js'
import { letters } from './public/letters.js'
import { onwardRoutes, publicRoutes } from './public/routes.js'
import { panelCard, queue } from './staff/queue.js'
import { staffRoutes } from './staff/routes.js'
import { whyCancel, whyRequest } from './why.js'
import { words } from './words.js'

/** A visit is asked for, held in the provider's calendar, decided by staff, and may be cancelled. */
export const appointments: Feature = {
  name: 'appointments',
  words,
  routes: [...patientRoutes, ...publicRoutes, ...onwardRoutes, ...staffRoutes, ...calendarRoutes],
  patientNav: [
    {
      key: 'appointments',
      label: 'appointments.title',
      path: '/appointments',
      icon: 'calendar-event',
      permission: 'appointments:view',
    },
  ],
  queue,
  homeCard: homeCards,
  panelCards: [panelCard],
  hallCards: [readinessHallCard],
  jobs: [followCalendar],
  on: lookAgainAfter,
  letters,
  explain: [whyRequest, whyCancel],
}
