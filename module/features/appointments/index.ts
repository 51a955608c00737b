import type { Feature } from '../../feature.js'
import { calendarRoutes, readinessHallCard } from './calendarRoutes.js'
import { followCalendar } from './followHost.js'
import { homeCards } from './homeCard.js'
import { lookAgainAfter } from './overlaps.js'
import { patientRoutes } from './patientRoutes.js'
import { panelCard, queue } from './queue.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** A visit is asked for, held in the provider's calendar, decided by staff, and may be cancelled. */
export const appointments: Feature = {
  name: 'appointments',
  words,
  routes: [...patientRoutes, ...staffRoutes, ...calendarRoutes],
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
  panelCard,
  hallCards: [readinessHallCard],
  jobs: [followCalendar],
  on: lookAgainAfter,
}
