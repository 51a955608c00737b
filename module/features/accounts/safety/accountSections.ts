/** The parts of a person's account page, in their order. Another part of this wing brings its own: one line here. */
import { familySection } from '../families/familySection.js'
import type { AccountSection } from './accountSection.js'
import { addressSection, languageSection } from './addressPages.js'
import { historySection } from './historySection.js'
import { passwordSection } from './passwordPages.js'
import { secondFactorSection } from '../secondFactor/section.js'
import { sessionsSection } from './sessionPages.js'

export const accountSections: readonly AccountSection[] = [
  passwordSection,
  secondFactorSection,
  // Second factor, family: here, between how one signs in and where one is signed in.
  familySection,
  addressSection,
  languageSection,
  sessionsSection,
  historySection,
]
