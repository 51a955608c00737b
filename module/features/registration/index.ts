import type { Feature } from '../../feature.js'
import { followNotes } from './closing.js'
import { keepChartKeys } from './keeping.js'
import { letters } from './letters.js'
import { registerWhoBooked } from './ofBooking.js'
import { homeCard, registrationNeed } from './patient/homeCard.js'
import { accountRoutes, doorRoutes } from './patient/routes.js'
import { doublesCard } from './staff/doubles.js'
import { numbersCard, queue } from './staff/queue.js'
import { staffRoutes } from './staff/routes.js'
import { words } from './words.js'

/** Self-registration: people say who they are, staff find their chart. */
export const registration: Feature = {
  name: 'registration',
  words,
  routes: [...doorRoutes, ...accountRoutes, ...staffRoutes],
  queue,
  homeCard,
  needs: [registrationNeed],
  hallCards: [numbersCard],
  panelCards: [doublesCard],
  jobs: [keepChartKeys, followNotes],
  on: [registerWhoBooked],
  letters,
}
