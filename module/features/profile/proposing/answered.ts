/** On the patient's home: the practice has answered. */
import type { Need } from '../../../feature.js'

/** Decided in the last week, here or (once followed) on the host's own screen. */
export const answeredNeed: Need = {
  key: 'profileAnswered',
  permission: 'profile:view',
  counting: `SELECT COUNT(*) AS count, NULL AS day, COALESCE(MAX(c.receipt), '') AS name FROM foyer_profile_changes c
    WHERE c.pid = :pid AND c.state = 'decided' AND c.decided_at > :utc - INTERVAL 7 DAY`,
  icon: 'person-vcard',
  line: ({ here, t }, { count, name }) => ({
    text: t('profile.need', { count }),
    action: t('profile.need.action'),
    to: here(count === 1 ? `/profile/changes/${name}` : '/profile'),
  }),
}
