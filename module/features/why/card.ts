import type { PanelCard } from '../../feature.js'

/** The way from a patient's panel to the question. */
export const whyCard: PanelCard = {
  key: 'why',
  title: 'why.card.title',
  permission: 'why:ask',
  place: 'side',
  show({ url }, pid) {
    const who = `patient:${String(pid)}`
    const address = (more: string) => url(`/staff/portal/why?person=${String(pid)}${more}`)
    return Promise.resolve({
      view: '/why/card',
      content: { signInHref: address(`&who=${encodeURIComponent(who)}&thing=sign-in`), moreHref: address('') },
    })
  },
}
