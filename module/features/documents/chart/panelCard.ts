import type { PanelCard } from '../../../feature.js'
import { countDocuments } from '../../../host/reads/chartDocuments.js'
import { pathOf } from './staffList.js'

/** How many documents the chart holds, and from how many the patient is kept. */
export const panelCard: PanelCard = {
  key: 'chart-documents',
  title: 'chart.card.title',
  permission: 'documents:share',
  place: 'side',
  async show({ portal, t, url }, pid) {
    const { count, restricted } = await countDocuments(portal.db, pid)
    const key = restricted > 0 ? 'chart.card.counts' : 'chart.card.allShared'
    return {
      view: '/documents/chart/card',
      content: {
        text: count === 0 ? t('chart.card.none') : t(key, { count, hidden: restricted }),
        href: url(pathOf(pid)),
      },
    }
  },
}
