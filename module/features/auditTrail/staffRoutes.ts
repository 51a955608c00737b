/** The audit trail for those who look after it: to search, to sort, to take away, to have checked. */
import { day as dayOf } from '../../platform/clock.js'
import { recordAudit } from '../../platform/audit.js'
import { patientNames } from '../../host/reads/patientNames.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { chainState, verifyNewest } from './chainState.js'
import { exportEntries, EXPORTED_MOST, pidsIn } from './export.js'
import { chartNumber } from './names.js'
import { listPage } from './page.js'
import { badDays, conditions, findEntries, readSearch, type Search } from './search.js'

export const staffRoutes = routes('staff', (r) => {
  r.get('/audit-trail', can('audit-trail:view'), list)
  r.get('/audit-trail/export', can('audit-trail:view'), takeAway)
  r.post('/audit-trail/verification', can('audit-trail:view'), verify)
})

/**
 * Looking at the trail is one line of it, about the patient whose lines were asked for; one for every patient in the
 * list would bury what it is about.
 */
async function list(context: StaffContext): Promise<Answer> {
  const { portal, query, show, t } = context
  const search = readSearch(query)
  const [found, chain] = await Promise.all([findEntries(portal, t, search), chainState(portal)])
  const names = await patientNames(portal.db, pidsIn(found.rows))
  await noteLook(context, search)
  const wrong = badDays(query)
  const page = listPage(context, { search, found, names, chain, wrong })
  const title = t('auditTrail.title')
  if (wrong.length > 0) return show.refused('/auditTrail/staff/trail', page, { title, wide: true })
  return show.page('/auditTrail/staff/trail', page, { title, wide: true })
}

function noteLook({ actor, portal }: StaffContext, { page, patient }: Search): Promise<void> {
  const { clock, db } = portal
  const details = { page }
  // A filter by name may mean several: they are not named.
  const entry = { event: 'audit-trail.viewed', subject: 'audit-trail', pid: chartNumber(patient), details }
  return db.transaction((tx) => recordAudit(tx, clock, actor, entry))
}

async function takeAway(context: StaffContext): Promise<Answer> {
  const { actor, portal, query, show, t } = context
  const search = readSearch(query)
  const { rows, text } = await exportEntries(portal, t, await conditions(portal, t, search))
  await portal.db.transaction((tx) =>
    recordAudit(tx, portal.clock, actor, {
      event: 'audit-trail.exported',
      subject: 'audit-trail',
      pid: chartNumber(search.patient),
      details: { rows, most: EXPORTED_MOST },
    }),
  )
  return show.file('text/csv', `audit-trail-${dayOf(portal.clock.now())}.csv`, text)
}

async function verify(context: StaffContext): Promise<Answer> {
  const { actor, portal, show } = context
  const { bad } = await verifyNewest(portal, actor)
  const said = bad
    ? ({ kind: 'danger', key: 'auditTrail.broken' } as const)
    : ({ kind: 'success', key: 'auditTrail.verified' } as const)
  return show.seeOther('/staff/portal/audit-trail', said)
}
