import type { Feature } from '../../feature.js'
import { can, routes } from '../../web/routes.js'
import { whyCard } from './card.js'
import { ask } from './page.js'
import { words } from './words.js'

/** Why somebody can do something, or cannot: as the wings tell it that decide. */
export function why(wings: readonly Feature[]): Feature {
  const things = wings.flatMap((wing) => wing.explain ?? [])
  return {
    name: 'why',
    words,
    routes: routes('staff', (r) => {
      r.get('/why', can('why:ask'), (context) => ask(context, things))
    }),
    panelCards: [whyCard],
    staffNav: [{ key: 'why', label: 'why.title', path: '/why', icon: 'question-circle', permission: 'why:ask' }],
  }
}
