/** On a patient's panel: what they sent, and what became of it. */
import type { PanelCard } from '../../../feature.js'
import { submissionsOfPatient } from '../../../host/reads/submissions.js'
import { writeInstant } from '../../../web/instant.js'
import type { Submission } from '../submissions.js'
import { stateTag } from './tags.js'

const ROWS = 8

export const panelCard: PanelCard = {
  key: 'sent-documents',
  title: 'audit.panel.title',
  permission: 'documents:audit',
  async show(context, pid) {
    const { portal, t, url } = context
    const rows = await submissionsOfPatient(portal.db, pid, ROWS)
    return {
      view: '/documents/audit/panel',
      content: {
        title: t('audit.panel.title'),
        rows: rows.map((row) => ({
          href: url(`/staff/portal/documents/submissions/${String(row.id)}`),
          title: row.title,
          when: writeInstant(context, row.sent_at),
          status: stateTag(context, row.state as Submission['state']),
        })),
        more: Math.max(0, (rows[0]?.total ?? 0) - rows.length),
      },
    }
  },
}
