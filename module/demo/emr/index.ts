/**
 * A small EMR around the portal, so that it can be tried on a fresh machine: calendar, finder, chart, messages, and the
 * page on which modules are switched on. It reads and writes host rows only and knows Foyer as any host would: by its
 * menu entry, its part of the chart, and the verbs of its life.
 */
import type { Feature } from '../../feature.js'
import { countOpenMessages } from '../../host/messages.js'
import { calendarRoutes } from './calendar.js'
import { chartRoutes } from './chart.js'
import { eventRoutes } from './event.js'
import { messageRoutes } from './messages.js'
import type { LetterBox } from '../post.js'
import { moduleRoutes, type ModuleHost } from './modules.js'
import { postRoutes } from './post.js'
import { words } from './words.js'

export type { ModuleHost } from './modules.js'

/**
 * The shell as a feature: `wings` bring the portal's part of a chart, `host` is what the Modules page works on, `box`
 * has the letters that were not sent; without one they went to a mail server.
 */
export function emrShell(wings: readonly Feature[], host: ModuleHost, box?: LetterBox): Feature {
  return {
    name: 'emr',
    words,
    routes: [
      ...calendarRoutes,
      ...eventRoutes,
      ...chartRoutes(wings),
      ...messageRoutes,
      ...postRoutes(box),
      ...moduleRoutes(host),
    ],
    emrNav: [
      {
        key: 'emr-calendar',
        label: 'emr.calendar',
        path: '/emr/calendar',
        icon: 'calendar-week',
        permission: 'emr:use',
      },
      { key: 'emr-finder', label: 'emr.finder', path: '/emr/finder', icon: 'search', permission: 'emr:use' },
      {
        ...{ key: 'emr-messages', label: 'emr.messages', path: '/emr/messages', icon: 'inbox', permission: 'emr:use' },
        badge: async ({ portal, staff, t }) => {
          const count = await countOpenMessages(portal.db, staff.username)
          return count === 0 ? undefined : { count, label: t('emr.messages.waiting') }
        },
      },
      {
        ...{
          key: 'emr-portal',
          label: 'emr.portal',
          path: '/staff/portal',
          icon: 'door-open',
          permission: 'portal:use',
        },
        shown: ({ portal }) => portal.enabled(),
      },
      {
        ...{ key: 'emr-post', label: 'emr.post', path: '/emr/post', icon: 'envelope', permission: 'emr:use' },
        shown: () => box !== undefined,
      },
      { key: 'emr-modules', label: 'emr.modules', path: '/emr/modules', icon: 'puzzle', permission: 'modules:manage' },
    ],
  }
}
