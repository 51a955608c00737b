import type { Part } from '../../../feature.js'
import { jobs } from './following.js'
import { letters } from './letters.js'
import { panelCard } from './panel.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** What patients sent, as staff audit it. */
export const audit: Part = { words, routes: staffRoutes, panelCards: [panelCard], jobs, letters }
