import type { Part } from '../../../feature.js'
import { sendResetLinks } from './forgetting.js'
import { letters } from './letters.js'
import { accountRoutes, doorRoutes } from './patientRoutes.js'
import { words } from './words.js'

export const safety: Part = {
  words,
  routes: [...doorRoutes, ...accountRoutes],
  letters,
  on: [sendResetLinks],
}
