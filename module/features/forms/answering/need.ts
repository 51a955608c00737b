/** On the home page: forms that wait. */
import { day as dayOf } from '../../../platform/clock.js'
import type { Need } from '../../../feature.js'
import { writeShortDay } from '../../../web/times.js'

export const formsNeed: Need = {
  key: 'forms',
  permission: 'forms:fill',
  counting: `SELECT COUNT(*) AS count, DATE_FORMAT(MIN(a.due_on), '%Y-%m-%d') AS day, '' AS name
               FROM foyer_form_assignments a
              WHERE a.state = 'waiting' AND a.opens_on <= :today
                AND (a.pid = :pid OR a.record = :record AND a.pid IS NULL)`,
  icon: 'clipboard-check',
  line: ({ here, language, portal, t }, { count, day }) => ({
    text: t('forms.needs', { count }),
    due:
      day === undefined ? undefined : t('forms.due', { day: writeShortDay(day, language, dayOf(portal.clock.now())) }),
    action: t('forms.needsAction'),
    to: here('/forms'),
  }),
}
