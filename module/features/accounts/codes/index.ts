import type { Part } from '../../../feature.js'
import { codesCard } from './codesCard.js'
import { welcomeLetter } from './letters.js'
import { patientDoorRoutes, patientRoutes } from './patientRoutes.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** PINs for families and access codes: made, printed, sent and revoked by staff, redeemed by whom they are made out to. */
export const codes: Part = {
  words,
  routes: [...patientDoorRoutes, ...patientRoutes, ...staffRoutes],
  panelCards: [codesCard],
  rowActions: [
    {
      permission: 'pins:issue',
      label: 'codes.register',
      path: (pid) => `/patients/${String(pid)}/welcome`,
    },
    {
      permission: 'pins:issue',
      label: 'codes.card.family',
      path: (pid) => `/patients/${String(pid)}/family`,
    },
  ],
  letters: [welcomeLetter],
}
