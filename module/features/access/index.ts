import type { Feature } from '../../feature.js'
import type { Route } from '../../web/routes.js'
import { staffRoutes } from './staffRoutes.js'
import { whyPermissions } from './why.js'
import { words } from './words.js'

/** Who may do what, and why: the practice's own rules over those that the module comes with. */
export function access(everywhere: () => readonly Route[]): Feature {
  return {
    name: 'access',
    words,
    routes: staffRoutes(everywhere),
    explain: whyPermissions,
    staffNav: [{ key: 'access', label: 'access.title', path: '/access', icon: 'key', permission: 'access:manage' }],
  }
}
