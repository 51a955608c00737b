import type { PanelCard } from '../../../feature.js'
import { accountsWithFactors } from './resetting.js'

/** Who opens this record with a second factor, and the way to help when it is lost. */
export const lostCard: PanelCard = {
  key: 'second-factors',
  title: 'second.card.title',
  permission: 'second-factors:reset',
  place: 'side',
  async show({ portal, url }, pid) {
    const people = await accountsWithFactors(portal, pid)
    return {
      view: '/accounts/secondFactor/lost-card',
      content: {
        people: people.map(({ id, name }) => ({
          name,
          href: url(`/staff/portal/patients/${String(pid)}/second-factors/${String(id)}`),
        })),
      },
    }
  },
}
