import type { Feature, HallCard, Queue } from '../../feature.js'
import type { NavEntry } from '../../web/site.js'
import { routes, can, type StaffContext } from '../../web/routes.js'
import { accessCard } from './accessCards.js'
import { activityCard, patientActivityCard } from './activity.js'
import { cardRoutes } from './cards.js'
import { hall } from './hall.js'
import { onlineCard } from './online.js'
import { panel, type PanelCards } from './panel.js'
import { badgeOf } from './queues.js'
import { search } from './search.js'
import { countForStatistics, statisticsCard } from './statistics.js'
import { waitingCard } from './waitingCard.js'
import { words } from './words.js'

/** The staff's hall: what waits, who is who, and how a patient stands, as the wings tell it. */
export function dashboard(wings: readonly Feature[]): Feature {
  const queues = wings.flatMap((wing) => wing.queue ?? [])
  const hallCards: HallCard[] = [
    ...wings.flatMap((wing) => wing.hallCards ?? []),
    onlineCard,
    activityCard,
    statisticsCard,
  ]
  const theirs = wings.flatMap((wing) => wing.panelCards ?? [])
  const panelCards: PanelCards = {
    main: [waitingCard, ...theirs.filter(({ place }) => place !== 'side'), patientActivityCard],
    side: [accessCard, ...theirs.filter(({ place }) => place === 'side')],
  }
  return {
    name: 'dashboard',
    words,
    routes: [
      ...routes('staff', (r) => {
        r.get('/', can('dashboard:view'), (context) => hall(context, queues, hallCards))
        r.get('/patients', can('patients:search'), search)
        r.get('/patients/:pid', can('patients:view'), (context) => panel(context, panelCards))
      }),
      ...cardRoutes(hallCards, [...panelCards.main, ...panelCards.side]),
    ],
    staffNav: [
      { key: 'dashboard', label: 'dashboard.title', path: '', icon: 'speedometer2', permission: 'dashboard:view' },
      ...queues.map((queue) => navEntry(queue, queues)),
      {
        key: 'patients',
        label: 'dashboard.patients',
        path: '/patients',
        icon: 'search',
        permission: 'patients:search',
      },
    ],
    jobs: [{ name: 'statistics', everySeconds: 300, run: countForStatistics }],
  }
}

/** A queue's place in the navigation, with its count and the age of its oldest. */
function navEntry(queue: Queue, queues: readonly Queue[]): NavEntry<StaffContext> {
  return {
    key: queue.key,
    label: queue.title,
    path: queue.path,
    icon: queue.icon ?? 'inbox',
    permission: queue.permission,
    badge: (context) => badgeOf(context, queue, queues),
  }
}
