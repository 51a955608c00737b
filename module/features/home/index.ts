import type { Card, Feature, Fragment, Need } from '../../feature.js'
import { can, routes, type RecordContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { needLines } from './needs.js'
import { words } from './words.js'

/** The patient's front page: what needs them, what is next, what is new, as the wings tell it. */
export function home(wings: readonly Feature[]): Feature {
  const cards = wings.flatMap((wing) => wing.homeCard ?? [])
  const needs = wings.flatMap((wing) => wing.needs ?? [])
  return {
    name: 'home',
    words,
    routes: routes('record', (r) => {
      r.get('/', can('home:view'), (context) => front(context, cards, needs))
    }),
    patientNav: [{ key: 'home', label: 'home.title', path: '', icon: 'house', permission: 'home:view' }],
  }
}

async function front(
  context: RecordContext,
  cards: readonly Card<RecordContext>[],
  needs: readonly Need[],
): Promise<Answer> {
  const open = cards.filter((card) => context.may(card.permission))
  const at = async (place: Card<RecordContext>['place']): Promise<Fragment[]> => {
    const shown = await Promise.all(open.filter((card) => card.place === place).map((card) => card.show(context)))
    return shown.filter((card) => card !== undefined)
  }
  const page = {
    greeting: greetingOf(context),
    unlinked: context.scope.kind === 'own',
    lines: await needLines(context, needs),
    needs: await at('needs'),
    next: await at('next'),
    fresh: await at('new'),
    phone: context.portal.practice().phone,
  }
  return context.show.page('/home/front', page, { title: context.t('home.title') })
}

function greetingOf({ scope, account, t }: RecordContext): string {
  if (scope.kind === 'chart' && scope.relationship !== 'self') {
    return t('home.ofOther', { name: `${scope.patient.firstName} ${scope.patient.lastName}` })
  }
  return t('home.hello', { name: scope.kind === 'chart' ? scope.patient.firstName : account.name })
}
