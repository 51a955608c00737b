import type { HallCard } from '../../feature.js'
import { seenSince, type OnlineRow } from '../../host/reads/online.js'
import { utc } from '../../platform/clock.js'
import { personName } from '../../web/person.js'
import type { StaffContext } from '../../web/routes.js'
import { writeInstant } from '../../web/instant.js'
import { whoseOf } from '../../web/whose.js'

const MINUTES = 15
/** Of patients, and of staff. */
const MOST = 40

/** Who is signed in, patients and staff, and was there within a quarter of an hour; where sessions end sooner, within that. */
export const onlineCard: HallCard = {
  key: 'online',
  title: 'dashboard.onlineTitle',
  permission: 'patients:view',
  everySeconds: 60,
  async show(context) {
    const { portal } = context
    const { patientIdle, sessionLimit, staffIdle } = portal.settings()
    const now = portal.clock.now()
    const ago = (minutes: number) => utc(now.minus({ minutes: Math.min(minutes, MINUTES) }))
    const rows = await seenSince(portal.db, {
      since: { patient: ago(patientIdle), staff: ago(staffIdle) },
      young: utc(now.minus({ hours: sessionLimit })),
      each: MOST,
    })
    return {
      view: '/dashboard/online',
      content: {
        groups: (['patient', 'staff'] as const).map((audience) =>
          groupView(
            context,
            audience,
            rows.filter((row) => row.audience === audience),
          ),
        ),
      },
      about: whoseOf(...rows),
    }
  },
}

function groupView(context: StaffContext, audience: OnlineRow['audience'], rows: readonly OnlineRow[]) {
  const { t, url } = context
  const total = rows[0]?.total ?? 0
  return {
    title: t(`dashboard.online.${audience}`, { count: total }),
    more: total - rows.length,
    people: rows.map((row) => ({
      name: personName(row.last_name, row.first_name) || (row.login ?? ''),
      href: row.pid === null ? undefined : url(`/staff/portal/patients/${String(row.pid)}`),
      seen: writeInstant(context, row.seen_at),
    })),
  }
}
