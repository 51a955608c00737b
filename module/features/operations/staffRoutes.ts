/** The page of what runs by itself, and the decisions on what could not be delivered. */
import { z } from 'zod'
import { utc } from '../../platform/clock.js'
import { text } from '../../web/forms.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { undeliveredPage, undeliveredView } from './deliveries.js'
import { jobViews } from './jobRuns.js'
import { findUndelivered, setAside, tryAgain, type Decision } from './undelivered.js'

export const staffRoutes = routes('staff', (r) => {
  r.get('/operations', can('operations:manage'), (context) => overview(context))
  r.get('/operations/undelivered', can('operations:manage'), (context) => list(context), { poll: true })
  r.post('/operations/deliveries/:id/attempt', can('operations:manage'), retry)
  r.get('/operations/deliveries/:id/setting-aside', can('operations:manage'), (context) => askWhy(context))
  r.post('/operations/deliveries/:id/setting-aside', can('operations:manage'), putAside)
})

async function overview(context: StaffContext, refusal?: string): Promise<Answer> {
  const { show, t } = context
  const { about, ...undelivered } = await undeliveredPage(context)
  const page = { undelivered, jobs: await jobViews(context) }
  const title = t('operations.title')
  if (refusal === undefined) return show.page('/operations/staff/operations', page, { title, about })
  const flash = { kind: 'warning', text: refusal } as const
  return show.page('/operations/staff/operations', page, { title, about, status: 409, flash })
}

/** The rows alone, as the page and the dashboard ask for them by themselves. */
async function list(context: StaffContext, refusal?: string): Promise<Answer> {
  const { about, ...page } = await undeliveredPage(context)
  const title = context.t('operations.undelivered')
  if (refusal === undefined) return context.show.page('/operations/staff/undelivered', page, { title, about })
  const flash = { kind: 'warning', text: refusal } as const
  return context.show.page('/operations/staff/undelivered', page, { title, about, status: 409, flash })
}

async function retry(context: StaffContext): Promise<Answer> {
  return answer(context, await tryAgain(context.portal, context.actor, idIn(context)), 'operations.triedAgain')
}

async function askWhy(context: StaffContext, refusal?: { typed: string; error: string }): Promise<Answer> {
  const { portal, show, t, url } = context
  const row = await findUndelivered(portal.db, idIn(context))
  if (!row) return show.notFound()
  const view = undeliveredView(context, row, utc(portal.clock.now()))
  const page = {
    row: view,
    action: url(`/staff/portal/operations/deliveries/${String(row.id)}/setting-aside`),
    backHref: url('/staff/portal/operations'),
    typed: refusal?.typed ?? '',
    error: refusal?.error,
    errors: refusal ? [{ name: 'reason', text: refusal.error }] : [],
  }
  const options = { title: t('operations.setAside.title'), about: view.pid === undefined ? [] : [view.pid] }
  if (refusal) return show.refused('/operations/staff/setting-aside', page, options)
  return show.page('/operations/staff/setting-aside', page, options)
}

const ReasonForm = z.object({ reason: text(500, 'operations.setAside.missingReason') })

async function putAside(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, t } = context
  const asked = form(ReasonForm)
  if (!asked.ok) {
    const error = t(asked.errors['reason'] ?? 'operations.setAside.missingReason')
    return askWhy(context, { typed: asked.typed['reason'] ?? '', error })
  }
  const outcome = await setAside(portal, actor, idIn(context), asked.value.reason)
  return answer(context, outcome, 'operations.wasSetAside')
}

function idIn({ params }: StaffContext): number {
  const id = Number(/^[1-9]\d{0,15}$/.exec(params['id'] ?? '')?.[0] ?? 0)
  return Number.isSafeInteger(id) ? id : 0
}

async function answer(context: StaffContext, outcome: Decision, done: string): Promise<Answer> {
  const { fragment, show, t } = context
  if (!outcome.ok) {
    const refusal = t('operations.decided')
    return fragment ? list(context, refusal) : overview(context, refusal)
  }
  const to = fragment ? '/staff/portal/operations/undelivered' : '/staff/portal/operations'
  return show.seeOther(to, { kind: 'success', key: done })
}
