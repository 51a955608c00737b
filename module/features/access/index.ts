import type { Feature } from '../../feature.js'
import { words } from './words.js'

/** Who may do what, and why: the practice's own rules over those that the module comes with. */
export const access: Feature = {
  name: 'access',
  words,
  routes: [],
}
