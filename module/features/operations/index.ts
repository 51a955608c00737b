import type { Feature } from '../../feature.js'
import { staffRoutes } from './staffRoutes.js'
import { queue } from './undelivered.js'
import { words } from './words.js'

/** What runs by itself, and what could not be delivered. */
export const operations: Feature = { name: 'operations', words, routes: staffRoutes, queue }
