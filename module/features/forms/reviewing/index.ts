import type { Part } from '../../../feature.js'
import { formLetters } from '../letters/writing.js'
import { remindJob, tellAsked } from '../letters/telling.js'
import { tellUrgent, urgentLetter } from '../letters/urgent.js'
import { answersCard } from './queue.js'
import { reviewRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** Answers as staff review them. */
export const reviewing: Part = {
  words,
  routes: reviewRoutes,
  panelCards: [answersCard],
  jobs: [remindJob],
  on: [tellAsked, tellUrgent],
  letters: [...formLetters, urgentLetter],
}
