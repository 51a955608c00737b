import { knownRelationship } from '../../../access/scope.js'
import type { PanelCard } from '../../../feature.js'
import { grantsOfCharts, type ChartGrant } from '../../../host/reads/grants.js'
import { extentWords } from '../../../web/frame.js'
import { writeDayOf } from '../../../web/instant.js'
import type { StaffContext } from '../../../web/routes.js'
import { changeText, standingOf, standingTag, untilText } from './standing.js'

const ROWS_SHOWN = 50

/** Whose accounts open a chart, and what each opens today; those that were revoked last. */
export const grantsCard: PanelCard = {
  key: 'grants',
  title: 'families.card.title',
  permission: 'patients:view',
  place: 'side',
  async show(context, pid) {
    const grants = await grantsOfCharts(context.portal.db, [pid], ROWS_SHOWN + 1)
    return {
      view: '/accounts/families/card',
      content: {
        rows: grants.slice(0, ROWS_SHOWN).map((grant) => rowOf(context, grant)),
        more: grants.length > ROWS_SHOWN ? context.t('families.card.more', { count: ROWS_SHOWN }) : '',
      },
    }
  },
}

function rowOf(context: StaffContext, grant: ChartGrant) {
  const { may, t, url } = context
  const standing = standingOf(context, grant)
  return {
    name: grant.accountName,
    relationship: t(`families.relationship.${knownRelationship(grant.relationship)}`),
    extent: extentWords(context, standing.extent),
    tag: standingTag(context, standing),
    since: t(standing.state === 'notYet' ? 'families.from' : 'families.since', {
      day: writeDayOf(context, grant.validFrom),
    }),
    until: untilText(context, grant),
    change: changeText(context, standing.change),
    href: may('grants:manage') ? url(grantPath(grant)) : undefined,
  }
}

/** Staff's page of a grant, without the base path. */
export function grantPath({ pid, id }: Pick<ChartGrant, 'pid' | 'id'>): string {
  return `/staff/portal/patients/${String(pid)}/grants/${String(id)}`
}
