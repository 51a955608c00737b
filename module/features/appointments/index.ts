import type { Feature } from '../../feature.js'
import { homeCard } from './homeCard.js'
import { patientRoutes } from './patientRoutes.js'
import { panelCard, queue } from './queue.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** A visit is asked for, held in the provider's calendar, decided by staff, and may be cancelled. */
export const appointments: Feature = {
  name: 'appointments',
  words,
  routes: [...patientRoutes, ...staffRoutes],
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
  homeCard,
  panelCard,
}
