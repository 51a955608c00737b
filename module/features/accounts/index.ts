import { wingOf, type Part } from '../../feature.js'
import { codes } from './codes/index.js'
import { credentials } from './credentials/index.js'
import { patientDoorRoutes, recordRoutes, staffDoorRoutes } from './doors.js'
import { families } from './families/index.js'
import { safety } from './safety/index.js'
import { secondFactor } from './secondFactor/index.js'
import { explaining } from './why/index.js'
import { words } from './words.js'

const doors: Part = { words, routes: [...patientDoorRoutes, ...staffDoorRoutes, ...recordRoutes] }

/** Coming in and staying safe; who opens whose record, and by what. */
export const accounts = wingOf('accounts', [doors, safety, secondFactor, credentials, codes, families, explaining])
