import type { Feature, Queue } from '../../feature.js'
import type { NavEntry } from '../../web/site.js'
import type { StaffContext } from '../../web/routes.js'
import { writeAge } from '../../web/times.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** The staff's hall: what waits, who is who, and how a patient stands, as the wings tell it. */
export function dashboard(wings: readonly Feature[]): Feature {
  const queues = wings.flatMap((wing) => wing.queue ?? [])
  return {
    name: 'dashboard',
    words,
    routes: staffRoutes(wings),
    staffNav: [
      { key: 'dashboard', label: 'dashboard.title', path: '', icon: 'speedometer2', permission: 'dashboard:view' },
      ...queues.map(navEntry),
      {
        key: 'patients',
        label: 'dashboard.patients',
        path: '/patients',
        icon: 'search',
        permission: 'patients:search',
      },
    ],
  }
}

/** A queue's place in the navigation, with its count and the age of its oldest. */
function navEntry(queue: Queue): NavEntry<StaffContext> {
  return {
    key: queue.key,
    label: queue.title,
    path: queue.path,
    icon: 'calendar-check',
    permission: queue.permission,
    async badge({ portal, t }) {
      const { count, oldestMinutes } = await queue.read(portal, portal.db, 1)
      const oldest = oldestMinutes === undefined ? {} : { oldest: t('queue.oldest', { age: writeAge(oldestMinutes) }) }
      return { count, label: t('queue.waiting'), ...oldest }
    },
  }
}
