import type { Feature } from '../../feature.js'
import { allWords } from '../../platform/i18n.js'
import { codes } from './codes/index.js'
import { credentials } from './credentials/index.js'
import { patientDoorRoutes, recordRoutes, staffDoorRoutes } from './doors.js'
import { families } from './families/index.js'
import type { Part } from './part.js'
import { safety } from './safety/index.js'
import { secondFactor } from './secondFactor/index.js'
import { explaining } from './why/index.js'
import { words } from './words.js'

const doors: Part = { words, routes: [...patientDoorRoutes, ...staffDoorRoutes, ...recordRoutes] }

const parts: readonly Part[] = [doors, safety, secondFactor, credentials, codes, families, explaining]

/** Coming in and staying safe; who opens whose record, and by what. */
export const accounts: Feature = {
  name: 'accounts',
  words: allWords(...parts.map((part) => part.words)),
  routes: parts.flatMap((part) => part.routes),
  patientNav: parts.flatMap((part) => part.patientNav ?? []),
  staffNav: parts.flatMap((part) => part.staffNav ?? []),
  homeCard: parts.flatMap((part) => part.homeCard ?? []),
  hallCards: parts.flatMap((part) => part.hallCards ?? []),
  panelCards: parts.flatMap((part) => part.panelCards ?? []),
  rowActions: parts.flatMap((part) => part.rowActions ?? []),
  jobs: parts.flatMap((part) => part.jobs ?? []),
  on: parts.flatMap((part) => part.on ?? []),
  letters: parts.flatMap((part) => part.letters ?? []),
  explain: parts.flatMap((part) => part.explain ?? []),
}
