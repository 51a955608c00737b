/** What the host's calendar offers: kinds of visit, providers, and a provider's events (facts §2.2, §2.8). */
import type { HostSite } from './detect.js'
import type { Queryable, Tx } from '../platform/database.js'
import type { Day } from '../platform/clock.js'
import { eventColumns, goesOn, ofDaysBefore, ofTheseDays, repeating, withKind, type PlacedRow } from './eventRows.js'
import { closings } from './holidays.js'
import { IN_OFFICE } from './schedule.js'

export interface Category {
  id: number
  /** The host's constant id, e.g. `office_visit`; '' for a site's own category. */
  constant: string
  name: string
  /** Minutes. */
  minutes: number
}

export interface Provider {
  /** users.id; the calendar keeps it as text (facts §12.7). */
  id: number
  username: string
  name: string
  facilityId: number
  facilityName: string
  facilityPhone: string
}

/**
 * What the calendar has to offer, in one statement: the kinds of visit that patients may choose from at all (active, of
 * patients, not No Show, facts §2.2) in the site's order, and the providers with office hours that still go on, by name.
 * Who has no In Office event cannot be requested (facts §2.8); who is not active and authorized is not offered.
 */
export async function calendarOffer(
  db: Queryable,
  site: HostSite,
  today: Day,
): Promise<{ categories: Category[]; providers: Provider[] }> {
  const rows = await db.select<OfferRow>(
    `SELECT 'category' AS kind, c.pc_catid AS id, c.pc_constant_id AS username, c.pc_catname AS fname, NULL AS lname,
            c.pc_duration AS seconds, c.pc_seq AS place, NULL AS facility_id, NULL AS facility_name, NULL AS facility_phone
       FROM openemr_postcalendar_categories c
      WHERE c.pc_active = 1 AND c.pc_cattype = 0 AND COALESCE(c.pc_constant_id, '') <> 'no_show' AND c.pc_catid <> 1
     UNION ALL
     SELECT 'provider', CAST(u.id AS UNSIGNED), u.username, u.fname, u.lname, 0, 0, u.facility_id, f.name, f.phone
       FROM users u LEFT JOIN facility f ON f.id = u.facility_id
      WHERE u.active = 1 AND u.authorized = 1 AND u.username <> ''
        AND EXISTS (SELECT 1 FROM openemr_postcalendar_events e
                     WHERE e.pc_aid = CONVERT(u.id, CHAR) AND e.pc_catid = ${String(IN_OFFICE)}
                       AND (e.pc_eventDate >= :today OR (e.pc_recurrtype > 0 AND ${goesOn(site, 'e')})))
      ORDER BY kind, place, lname, fname, id`, // sql-safe: constants
    { today },
  )
  return {
    categories: rows.filter(({ kind }) => kind === 'category').map(categoryOf),
    providers: rows.filter(({ kind }) => kind === 'provider').map(providerOf),
  }
}

interface OfferRow {
  kind: 'category' | 'provider'
  id: number
  /** Of a category: its constant. */
  username: string | null
  /** Of a category: its name. */
  fname: string | null
  lname: string | null
  seconds: number
  facility_id: number | null
  facility_name: string | null
  facility_phone: string | null
}

function categoryOf({ id, username, fname, seconds }: OfferRow): Category {
  return { id, constant: username ?? '', name: fname ?? '', minutes: Math.max(1, Math.round(seconds / 60)) }
}

function providerOf(row: OfferRow): Provider {
  return {
    id: row.id,
    username: row.username ?? '',
    name: [row.fname, row.lname].filter(Boolean).join(' ') || (row.username ?? ''),
    facilityId: row.facility_id ?? 0,
    facilityName: row.facility_name ?? '',
    facilityPhone: row.facility_phone ?? '',
  }
}

/**
 * A provider's rows that may fall into [from, until): single ones by date, recurring ones that began before the end
 * and have not ended, and what closes the practice for everybody (holidays.ts). One statement.
 */
export async function providerEvents(
  db: Queryable,
  site: HostSite,
  providerId: number,
  days: Days,
): Promise<PlacedRow[]> {
  return db.select<PlacedRow>(
    `${withKind} WHERE e.pc_aid = :provider AND ${ofTheseDays} UNION ALL
     ${withKind} WHERE e.pc_aid = :provider AND ${ofDaysBefore} UNION ALL
     ${withKind} WHERE e.pc_aid = :provider AND ${repeating(site)} UNION ALL
     ${closings(site, 'of-provider')}`, // sql-safe: constants
    valuesOf(providerId, days),
  )
}

/**
 * The same as it stands now, and held: nobody adds to the provider's rows of these days until we commit. Not held are
 * what closes the practice and absences of several days in one row, since locks on them would reach into the rows of
 * others: whoever commits by this looks again afterwards (overlaps.ts).
 */
export async function lockProviderEvents(tx: Tx, site: HostSite, providerId: number, days: Days): Promise<PlacedRow[]> {
  const values = valuesOf(providerId, days)
  const single = await tx.select<PlacedRow>(
    // Another index would lock the rows of others on its way, and so would the category's row.
    `SELECT ${eventColumns} FROM openemr_postcalendar_events e FORCE INDEX (foyer_provider_day)
      WHERE e.pc_aid = :provider AND ${ofTheseDays} FOR UPDATE`, // sql-safe: constants
    values,
  )
  const recurring = await tx.select<PlacedRow>(
    `SELECT ${eventColumns} FROM openemr_postcalendar_events e FORCE INDEX (foyer_provider_recurring)
      WHERE e.pc_aid = :provider AND ${repeating(site)} FOR UPDATE`, // sql-safe: constants
    values,
  )
  const others = await tx.select<PlacedRow>(
    `${withKind} WHERE e.pc_aid = :provider AND ${ofDaysBefore} UNION ALL ${closings(site, 'of-provider')}`, // sql-safe: constants
    values,
  )
  return [...single, ...recurring, ...others]
}

interface Days {
  from: Day
  until: Day
}

function valuesOf(providerId: number, { from, until }: Days): Record<string, unknown> {
  return { provider: String(providerId), from, until, today: from }
}
