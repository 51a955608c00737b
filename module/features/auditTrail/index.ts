import type { Feature } from '../../feature.js'
import { words } from './words.js'

/** Who did what, and who saw what: to search, to sort, to take away. */
export const auditTrail: Feature = {
  name: 'auditTrail',
  words,
  routes: [],
}
