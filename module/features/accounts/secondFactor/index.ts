import type { Part } from '../../../feature.js'
import { letters } from './letters.js'
import { lostCard } from './lostCard.js'
import { accountRoutes, doorRoutes as patientDoorRoutes } from './patientRoutes.js'
import { doorRoutes as staffDoorRoutes, staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** What is asked for besides the password, for patients and for staff. */
export const secondFactor: Part = {
  words,
  routes: [...patientDoorRoutes, ...accountRoutes, ...staffDoorRoutes, ...staffRoutes],
  letters,
  panelCards: [lostCard],
}
