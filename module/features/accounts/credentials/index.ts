import type { Part } from '../../../feature.js'
import { expireCredentials } from './expiring.js'
import { letterCard } from './letterCard.js'
import { staffRoutes } from './staffRoutes.js'
import { letters } from './telling.js'
import { words } from './words.js'

/** Staff give access: the sign-in that a patient gets from the practice, and the letter that tells of it. */
export const credentials: Part = {
  words,
  routes: staffRoutes,
  letters,
  panelCards: [letterCard],
  jobs: [{ name: 'expire-credentials', everySeconds: 300, run: expireCredentials }],
}
