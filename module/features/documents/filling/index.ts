import type { Part } from '../../../feature.js'
import { homeCard } from './homeCard.js'
import { returnedNeed } from './need.js'
import { patientRoutes } from './patientRoutes.js'
import { words } from './words.js'

/** What patients fill, sign and send. */
export const filling: Part = { words, routes: patientRoutes, homeCard: [homeCard], needs: [returnedNeed] }
