import type { Part } from '../../../feature.js'
import { checkUploads } from './checking.js'
import { letters } from './letters.js'
import { returnedNeed } from './need.js'
import { patientRoutes } from './patientRoutes.js'
import { sweepFiles } from './sweeping.js'
import { words } from './words.js'

/** Files that patients send. */
export const uploads: Part = {
  words,
  routes: patientRoutes,
  needs: [returnedNeed],
  jobs: [checkUploads, sweepFiles],
  letters,
}
