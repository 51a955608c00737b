import type { Feature } from '../../feature.js'
import { patientDoorRoutes, recordRoutes, staffDoorRoutes } from './doors.js'
import { words } from './words.js'

/** Coming in and going out, and choosing whose record to open. */
export const accounts: Feature = {
  name: 'accounts',
  words,
  routes: [...patientDoorRoutes, ...staffDoorRoutes, ...recordRoutes],
}
