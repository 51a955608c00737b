import type { Part } from '../../../feature.js'
import { panelCard } from './queue.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** Proposed changes, as staff decide on them. */
export const deciding: Part = { words, routes: staffRoutes, panelCards: [panelCard] }
