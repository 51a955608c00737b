import type { Feature } from '../../feature.js'
import { words } from './words.js'

/** What a practice can set, as module.json describes it. */
export const settings: Feature = {
  name: 'settings',
  words,
  routes: [],
}
