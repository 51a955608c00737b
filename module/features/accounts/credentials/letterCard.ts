import type { PanelCard } from '../../../feature.js'
import { lettersView } from '../../../web/letters.js'

export const letterCard: PanelCard = {
  key: 'letters',
  title: 'letters.title',
  permission: 'letters:manage',
  async show(context, pid) {
    return { view: '/partials/letters', content: await lettersView(context, { pid }) }
  },
}
