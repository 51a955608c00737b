import type { Feature } from '../../feature.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** What a practice can set, as module.json describes it. */
export const settings: Feature = {
  name: 'settings',
  words,
  routes: staffRoutes,
  staffNav: [
    { key: 'settings', label: 'settings.title', path: '/settings', icon: 'gear', permission: 'settings:manage' },
  ],
}
