/** How a chart stands towards the portal. */
import type { PanelCard } from '../../feature.js'
import { portalAccess, type PortalAccess } from '../../host/reads/portalAccess.js'
import { utc, type Utc } from '../../platform/clock.js'
import { writeDayOf, writeInstant } from '../../web/instant.js'
import type { StaffContext } from '../../web/routes.js'

export const accessCard: PanelCard = {
  key: 'access',
  title: 'dashboard.accessTitle',
  permission: 'patients:view',
  async show(context, pid) {
    const { portal, t, url } = context
    const { patientIdle, sessionLimit } = portal.settings()
    const now = portal.clock.now()
    const since = { awake: utc(now.minus({ minutes: patientIdle })), young: utc(now.minus({ hours: sessionLimit })) }
    const access = await portalAccess(portal.db, pid, since)
    const facts = access && [
      { term: t('dashboard.access'), text: t(access.allowed ? 'dashboard.allowed' : 'dashboard.notAllowed') },
      { term: t('dashboard.credential'), text: credentialText(context, access) },
      ...(access.loginName === '' ? [] : [{ term: t('dashboard.loginName'), text: access.loginName, verbatim: true }]),
      {
        term: t('dashboard.lastSignIn'),
        text: access.lastSignIn === undefined ? t('dashboard.never') : whenText(context, access.lastSignIn),
      },
      { term: t('dashboard.sessions'), text: t('dashboard.sessionsNow', { count: access.sessions }) },
    ]
    const standing = access && (access.allowed ? access.credential : 'notAllowed')
    const may = context.may('credentials:reset')
    return {
      view: '/dashboard/access',
      content: {
        facts: facts ?? [],
        next: standing === undefined ? '' : t(`dashboard.accessNext.${standing}`),
        step:
          standing === undefined || !may
            ? undefined
            : {
                label: t(`dashboard.accessStep.${standing}`),
                href: url(`/staff/portal/patients/${String(pid)}/credential`),
                main: standing === 'notAllowed' || standing === 'none' || standing === 'expired',
              },
      },
    }
  },
}

function credentialText(context: StaffContext, { credential, expiresAt, madeBy }: PortalAccess): string {
  const { t } = context
  if (expiresAt === undefined || credential !== 'temporary') return t(`dashboard.credential.${credential}`)
  return t('dashboard.credential.temporary', { until: writeDayOf(context, expiresAt), by: madeBy })
}

/** "today, 08:00", where a time alone would not say which day's. */
function whenText(context: StaffContext, at: Utc): string {
  const text = writeInstant(context, at)
  return text.includes(',') ? text : context.t('dashboard.today', { time: text })
}
