import type { PanelCard } from '../../feature.js'
import { patientWaits } from '../../host/reads/waiting.js'
import { day as dayOf, utc, wallClock } from '../../platform/clock.js'
import { writeAge, writeShortDay, writeTime } from '../../web/times.js'

const MOST = 10

/** What of this patient waits for staff, or for the patient's own answer. */
export const waitingCard: PanelCard = {
  key: 'waiting',
  title: 'dashboard.waitingTitle',
  permission: 'appointments:process',
  async show({ language, portal, t, url }, pid) {
    const now = portal.clock.now()
    const today = dayOf(now)
    const rows = await patientWaits(portal.db, pid, { utc: utc(now), wall: wallClock(now), today }, MOST)
    return {
      view: '/dashboard/waiting',
      content: {
        rows: rows.map((row) => ({
          href: url(`/staff/portal/appointments/${String(row.pc_eid)}`),
          what: t(`dashboard.waits.${row.kind}`, { what: row.category }),
          when: `${writeShortDay(row.day, language, today)}${row.start === null ? '' : `, ${writeTime(row.start)}`}`,
          provider: row.provider,
          waiting: t('dashboard.waitingSince', { age: writeAge(row.waiting_seconds / 60) }),
          status:
            row.state === 'proposed'
              ? { tone: 'info', text: t('dashboard.waits.forPatient') }
              : { tone: 'warning', icon: 'hourglass-split', text: t('dashboard.waits.forStaff') },
        })),
      },
    }
  },
}
