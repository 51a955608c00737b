import type { Part } from '../../../feature.js'
import { followProfiles } from '../settling.js'
import { letters } from '../telling.js'
import { answeredNeed } from './answered.js'
import { patientRoutes } from './patientRoutes.js'
import { words } from './words.js'

/** The profile, and changes that the patient proposes. */
export const proposing: Part = {
  words,
  routes: patientRoutes,
  patientNav: [
    { key: 'profile', label: 'profile.nav', path: '/profile', icon: 'person-vcard', permission: 'profile:view' },
  ],
  needs: [answeredNeed],
  jobs: [followProfiles],
  letters,
}
