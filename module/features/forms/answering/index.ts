import type { Part } from '../../../feature.js'
import { askAfter, askJob } from './asking.js'
import { formsNeed } from './need.js'
import { patientRoutes } from './patientRoutes.js'
import { words } from './words.js'

/** Questionnaires as patients answer them. */
export const answering: Part = {
  words,
  routes: patientRoutes,
  patientNav: [
    { key: 'forms', label: 'forms.title', path: '/forms', icon: 'clipboard-check', permission: 'forms:view' },
  ],
  needs: [formsNeed],
  jobs: [askJob],
  on: askAfter,
}
