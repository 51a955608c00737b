import type { HallCard, Queue } from '../../feature.js'
import type { StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { hallSlots, type Slot } from './cards.js'
import { queueRows } from './queues.js'

/** The hall is a shell: what waits in numbers, and a place for each queue and card, which come by themselves. */
export async function hall(
  context: StaffContext,
  queues: readonly Queue[],
  cards: readonly HallCard[],
): Promise<Answer> {
  const { may, show, t, url } = context
  const open = queues.filter(({ permission }) => may(permission))
  const rows = await queueRows(context, open)
  const page = {
    searchAction: may('patients:search') ? url('/staff/portal/patients') : undefined,
    queues: rows,
    // The first always, since it brings news by itself; of the others those where something waits.
    lists: open.filter((_queue, at) => at === 0 || (rows[at]?.count ?? 0) > 0).map((queue) => slotOf(context, queue)),
    cards: hallSlots(context, cards),
  }
  return show.page('/dashboard/hall', page, { title: t('dashboard.title') })
}

function slotOf({ t, url }: StaffContext, { fragment, key, path, title }: Queue): Slot {
  const [href, pageHref] = [url(`/staff/portal${fragment}`), url(`/staff/portal${path}`)]
  return { key, title: t(title), href, pageHref, trigger: 'load' }
}
