import type { Part } from '../../../feature.js'
import { agesCard } from './agesPage.js'
import { comingCard } from './comingCard.js'
import { firstDayLetter, tellOfFirstDay } from './firstDays.js'
import { grantsCard } from './grantsCard.js'
import { patientRoutes } from './patientRoutes.js'
import { staffRoutes } from './staffRoutes.js'
import { letters, tellOfAges, tellOfChanges } from './telling.js'
import { words } from './words.js'

/** Whose record an account opens, how far and until when; what growing up changes of it. */
export const families: Part = {
  words,
  routes: [...patientRoutes, ...staffRoutes],
  letters: [...letters, firstDayLetter],
  on: [tellOfAges, ...tellOfFirstDay],
  homeCard: [comingCard],
  hallCards: [agesCard],
  panelCards: [grantsCard],
  jobs: [{ name: 'tell-of-changes', everySeconds: 6 * 60 * 60, run: tellOfChanges }],
}
