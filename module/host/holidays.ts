/** What closes the practice for everybody, as a part of a statement. */
import type { HostSite } from './detect.js'
import { eventColumns, goesOn, recurrenceTypes } from './eventRows.js'

/** Walks the few events of a kind, and nobody's visits. */
export const BY_CATEGORY = 'FORCE INDEX (foyer_category_day)'

/**
 * Events of the practice's own categories (cattype 2: holidays, closed, facts §2.2) that may fall into [:from, :until),
 * with whatever provider or none they were written; those of one facility for its own people only (`facilities`: those
 * of the provider :provider, or all). Then the host's list of holidays (Administration, Holidays), from which staff
 * make such events: its days are closed before they have. `hint`: '' before Foyer's own indexes are there.
 */
export function closings(site: HostSite, facilities: 'of-provider' | 'all', hint = BY_CATEGORY): string {
  const near =
    facilities === 'all'
      ? '1 = 1'
      : `(e.pc_facility = 0 OR e.pc_facility = (SELECT u.facility_id FROM users u WHERE u.id = :provider))`
  const own = (more: string): string =>
    `SELECT STRAIGHT_JOIN ${eventColumns}, e.pc_title, c.pc_constant_id AS constant, 1 AS clinic
       FROM openemr_postcalendar_categories c ${more} AND ${near}` // sql-safe: constants
  const rows = `JOIN openemr_postcalendar_events e ${hint} ON e.pc_catid = c.pc_catid` // sql-safe: a constant
  // As far back as an absence of several days in one row may reach.
  const single = own(`${rows} AND e.pc_recurrtype = 0 WHERE c.pc_cattype = 2
    AND e.pc_eventDate >= DATE_SUB(:from, INTERVAL 31 DAY) AND e.pc_eventDate < :until`)
  const recurring = own(`JOIN ${recurrenceTypes} ${rows} AND e.pc_recurrtype = repeats.type WHERE c.pc_cattype = 2
    AND e.pc_eventDate < :until AND ${goesOn(site, 'e')}`) // sql-safe: constants
  return `${single} UNION ALL ${recurring}${listed(site)}` // sql-safe: constants
}

function listed(site: HostSite): string {
  if (!site.has('calendar_external', 'date')) return ''
  return ` UNION ALL
   SELECT 0, 0, '', '', h.date, NULL, '00:00:00', 86400, 1, '-', 0, 0, 0, 0, NULL, h.description, 'holidays', 1
     FROM calendar_external h WHERE h.date >= :from AND h.date < :until`
}
