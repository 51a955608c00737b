import { knownRelationship } from '../../access/scope.js'
import type { Feature } from '../../feature.js'
import { findPatient, searchPatients, type Patient } from '../../host/patients.js'
import { portalAccess, type PortalAccess } from '../../host/reads/portalAccess.js'
import { utc } from '../../platform/clock.js'
import type { StatusTag } from '../../web/layout.js'
import { bornText, personName } from '../../web/person.js'
import { can, routes, type RouteOf, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'

export function staffRoutes(wings: readonly Feature[]): RouteOf<'staff'>[] {
  return routes('staff', (r) => {
    r.get('/', can('dashboard:view'), (context) => hall(context, wings))
    r.get('/patients', can('patients:search'), search)
    r.get('/patients/:pid', can('patients:view'), (context) => panel(context, wings))
  })
}

async function hall(context: StaffContext, wings: readonly Feature[]): Promise<Answer> {
  const { show, t, url } = context
  const queues = wings.flatMap((wing) => wing.queue ?? []).filter((queue) => context.may(queue.permission))
  const cards = await Promise.all(
    queues.map(async (queue) => ({
      ...(await queue.card(context)),
      title: t(queue.title),
      href: url(`/staff/portal${queue.path}`),
    })),
  )
  const searchAction = context.may('patients:search') ? url('/staff/portal/patients') : undefined
  return show.page('/dashboard/hall', { cards, searchAction }, { title: t('dashboard.title') })
}

const FOUND_MOST = 20

async function search(context: StaffContext): Promise<Answer> {
  const { portal, query, show, t, url } = context
  const typed = (query['q'] ?? '').slice(0, 100)
  const found = await searchPatients(portal.db, typed, FOUND_MOST + 1)
  const page = {
    action: url('/staff/portal/patients'),
    typed,
    searched: typed.trim() !== '',
    more: found.length > FOUND_MOST,
    rows: found.slice(0, FOUND_MOST).map((patient) => personView(context, patient)),
  }
  return show.page('/dashboard/search', page, { title: t('dashboard.patients') })
}

function personView(context: StaffContext, patient: Patient) {
  const { t, url } = context
  return {
    href: url(`/staff/portal/patients/${String(patient.pid)}`),
    name: personName(patient.lastName, patient.firstName),
    chart: patient.pubpid === '' ? String(patient.pid) : patient.pubpid,
    born: bornText(context, patient.born) || t('dashboard.bornUnknown'),
    access: accessTag(context, patient.portalAllowed),
  }
}

function accessTag({ t }: StaffContext, allowed: boolean): StatusTag {
  return allowed
    ? { tone: 'success', icon: 'shield-check', text: t('dashboard.allowed') }
    : { tone: 'neutral', icon: 'slash-circle', text: t('dashboard.notAllowed') }
}

async function panel(context: StaffContext, wings: readonly Feature[]): Promise<Answer> {
  const { params, portal, show, t } = context
  const pid = Number(/^[1-9]\d{0,15}$/.exec(params['pid'] ?? '')?.[0])
  const patient = Number.isSafeInteger(pid) ? await findPatient(portal.db, pid) : undefined
  const access = patient && (await portalAccess(portal.db, pid, utc(portal.clock.now())))
  if (!patient || !access) return show.notFound()
  const open = wings.flatMap((wing) => wing.panelCard ?? []).filter((card) => context.may(card.permission))
  const page = {
    patient: personView(context, patient),
    access: accessView(context, access),
    cards: await Promise.all(open.map((card) => card.show(context, pid))),
  }
  return show.page('/dashboard/panel', page, { title: t('dashboard.panelTitle') })
}

function accessView(context: StaffContext, access: PortalAccess) {
  const { t } = context
  return {
    tag: accessTag(context, access.allowed),
    credential: t(`dashboard.credential.${access.credential}`),
    loginName: access.loginName,
    grants: access.grants.map((grant) => ({
      name: grant.accountName,
      relationship: t(`dashboard.relationship.${knownRelationship(grant.relationship)}`),
    })),
  }
}
