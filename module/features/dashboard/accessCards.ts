/** How a chart stands towards the portal, and who opens it. */
import { knownRelationship } from '../../access/scope.js'
import type { PanelCard } from '../../feature.js'
import { grantsOfPatient, portalAccess } from '../../host/reads/portalAccess.js'
import { utc, type Utc } from '../../platform/clock.js'
import { writeInstant } from '../../web/instant.js'
import type { StaffContext } from '../../web/routes.js'

export const accessCard: PanelCard = {
  key: 'access',
  title: 'dashboard.accessTitle',
  permission: 'patients:view',
  async show(context, pid) {
    const { portal, t } = context
    const awake = portal.clock.now().minus({ minutes: portal.settings().patientIdle })
    const access = await portalAccess(portal.db, pid, utc(awake))
    const facts = access && [
      { term: t('dashboard.access'), text: t(access.allowed ? 'dashboard.allowed' : 'dashboard.notAllowed') },
      { term: t('dashboard.credential'), text: t(`dashboard.credential.${access.credential}`) },
      ...(access.loginName === '' ? [] : [{ term: t('dashboard.loginName'), text: access.loginName, verbatim: true }]),
      {
        term: t('dashboard.lastSignIn'),
        text: access.lastSignIn === undefined ? t('dashboard.never') : whenText(context, access.lastSignIn),
      },
      { term: t('dashboard.sessions'), text: t('dashboard.sessionsNow', { count: access.sessions }) },
    ]
    const next = access && (access.allowed ? nextOf(access.credential) : 'notAllowed')
    return {
      view: '/dashboard/access',
      content: { facts: facts ?? [], next: next === undefined ? '' : t(`dashboard.accessNext.${next}`) },
    }
  },
}

function nextOf(credential: 'none' | 'unused' | 'current'): 'none' | 'unused' | undefined {
  return credential === 'current' ? undefined : credential
}

export const grantsCard: PanelCard = {
  key: 'grants',
  title: 'dashboard.grantsTitle',
  permission: 'patients:view',
  async show(context, pid) {
    const { portal, t } = context
    const grants = await grantsOfPatient(portal.db, pid, utc(portal.clock.now()))
    return {
      view: '/dashboard/grants',
      content: {
        rows: grants.map((grant) => ({
          name: grant.account_name,
          relationship: t(`dashboard.relationship.${knownRelationship(grant.relationship)}`),
          extent: t('dashboard.grant.extent', { extent: extentText(t, grant.extent) }),
          since: t('dashboard.grant.since', { when: whenText(context, grant.valid_from) }),
          until:
            grant.valid_until === null
              ? t('dashboard.grant.noEnd')
              : t('dashboard.grant.until', { when: whenText(context, grant.valid_until) }),
        })),
      },
    }
  },
}

const extents = ['full', 'appointments', 'forms']

function extentText(t: (key: string) => string, extent: string): string {
  return extents.includes(extent) ? t(`dashboard.extent.${extent}`) : extent
}

/** "today, 08:00", where a time alone would not say which day's. */
function whenText(context: StaffContext, at: Utc): string {
  const text = writeInstant(context, at)
  return text.includes(',') ? text : context.t('dashboard.today', { time: text })
}
