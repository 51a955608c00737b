import type { Part } from '../../../feature.js'
import { homeCard } from './homeCard.js'
import { panelCard } from './panelCard.js'
import { patientRoutes } from './patientRoutes.js'
import { staffRoutes } from './staffRoutes.js'
import { sweepUnfiled } from './sweeping.js'
import { letters } from './telling.js'
import { words } from './words.js'

/** The chart’s documents: shared, shown, downloaded, added to. */
export const chart: Part = {
  words,
  routes: [...patientRoutes, ...staffRoutes],
  patientNav: [
    {
      key: 'documents',
      label: 'chart.nav',
      path: '/documents',
      icon: 'file-earmark-text',
      permission: 'documents:view',
    },
    // Who may fill in what is asked for, and see nothing else of the chart.
    {
      key: 'documents-asked',
      label: 'chart.nav',
      path: '/documents/asked',
      icon: 'file-earmark-text',
      permission: 'documents:fill',
      shown: ({ may }) => !may('documents:view'),
    },
  ],
  homeCard: [homeCard],
  panelCards: [panelCard],
  jobs: [sweepUnfiled],
  letters,
}
