import type { Need } from '../../../feature.js'

/** Files that staff returned, for which another is awaited: not those for which one has come and is being checked. */
export const returnedNeed: Need = {
  key: 'returnedUploads',
  permission: 'documents:upload',
  counting: `SELECT COUNT(*) AS count, NULL AS day, COALESCE(MAX(s.title), '') AS name FROM foyer_submissions s
    WHERE s.kind = 'upload' AND s.state = 'returned'
      AND (s.pid = :pid OR s.record = :record AND s.pid IS NULL AND :pid = -1)
      AND NOT EXISTS (SELECT 1 FROM foyer_uploads u WHERE u.replaces = s.id AND u.state = 'checking')`,
  icon: 'upload',
  line: ({ here, t }, { count, name }) => ({
    text: t('uploads.need', { count, name }),
    action: t('uploads.need.action'),
    to: here('/documents/upload'),
  }),
}
