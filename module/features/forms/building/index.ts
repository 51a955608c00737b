import type { Part } from '../../../feature.js'
import { askedCard } from './assigning.js'
import { assigningRoutes, libraryRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** Questionnaires as staff make and assign them. */
export const building: Part = {
  words,
  routes: [...libraryRoutes, ...assigningRoutes],
  panelCards: [askedCard],
  staffNav: [
    {
      key: 'questionnaires',
      label: 'building.nav',
      path: '/forms/library',
      icon: 'journal-text',
      permission: 'forms:manage',
    },
  ],
}
