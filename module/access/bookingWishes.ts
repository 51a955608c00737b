/**
 * What somebody without an account asks for (`/portal/book`), kept until they open the link that is sent to them. Both
 * who books it and who finds the person's chart read it here: an event or a letter names it by its number alone.
 */
import { utc, utcBefore, type Clock, type Day, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { isLanguage, type Language } from '../platform/i18n.js'
import { sha256 } from '../platform/ids.js'
import { makeLink } from './links.js'
import type { Portal } from './portal.js'

export interface BookingPerson {
  firstName: string
  lastName: string
  born: Day
  phone: string
  email: string
}

/** A time of the calendar that somebody would like to have. */
export interface BookingTime {
  /** users.id */
  provider: number
  /** pc_catid */
  category: number
  day: Day
  /** HH:MM */
  time: string
}

export interface NewBookingWish extends BookingPerson, BookingTime {
  reason: string
  language: Language
}

export interface BookingWish extends NewBookingWish {
  id: number
  linkId: string
  /** Undefined: the link still opens it. */
  usedAt: Utc | undefined
  /** What came of it; undefined while nothing has. */
  made: { accountId: number; eid: number; passwordLink: string } | undefined
}

/** A day: letters are read in the evening. */
const LINK_HOURS = 24

/** Keeps the wish and makes its link, whose id it returns for the letter. No time is held. */
export async function keepWish(tx: Tx, portal: Portal, wish: NewBookingWish): Promise<string> {
  const link = await makeLink(tx, portal, { purpose: 'book', minutes: LINK_HOURS * 60 })
  await tx.insert(
    `INSERT INTO foyer_booking_wishes
       (link_id, email, language, first_name, last_name, born, phone, reason, provider_id, category_id, day, start_time,
        created_at)
     VALUES (:link, :email, :language, :firstName, :lastName, :born, :phone, :reason, :provider, :category, :day, :start,
        :now)`,
    { ...wish, link, start: `${wish.time}:00`, now: utc(portal.clock.now()) },
  )
  return link
}

interface Row {
  id: number
  link_id: string
  email: string
  language: string
  first_name: string
  last_name: string
  born: Day
  phone: string
  reason: string
  provider_id: number
  category_id: number
  day: Day
  start_time: string
  account_id: number | null
  pc_eid: number | null
  password_link: string | null
  used_at: Utc | null
}

const columns = `w.id, w.link_id, w.email, w.language, w.first_name, w.last_name, w.born, w.phone, w.reason, w.provider_id,
  w.category_id, w.day, w.start_time, w.account_id, w.pc_eid, w.password_link, l.used_at`

const wishes = `SELECT ${columns} FROM foyer_booking_wishes w JOIN foyer_links l ON l.id = w.link_id`

/** Of this link, whether or not it was used, until its time is over. Undefined: too old, or never a link of ours. */
export async function wishOfLink(
  db: Queryable,
  { clock }: Pick<Portal, 'clock'>,
  token: string,
): Promise<BookingWish | undefined> {
  const row = await db.first<Row>(
    `${wishes} WHERE l.token_hash = :hash AND l.purpose = 'book' AND l.expires_at > :now`, // sql-safe: a constant
    { hash: sha256(token), now: utc(clock.now()) },
  )
  return row && wishOf(row)
}

/** The same, locked: who presses at the same moment sees what came of it. */
export async function lockWish(tx: Tx, id: number): Promise<BookingWish | undefined> {
  // sql-safe: a constant
  const row = await tx.first<Row>(`${wishes} WHERE w.id = :id FOR UPDATE`, { id })
  return row && wishOf(row)
}

function wishOf(row: Row): BookingWish {
  const { account_id: accountId, pc_eid: eid, password_link: passwordLink } = row
  return {
    ...{ id: row.id, linkId: row.link_id, email: row.email, language: isLanguage(row.language) ? row.language : 'en' },
    ...{ firstName: row.first_name, lastName: row.last_name, born: row.born, phone: row.phone, reason: row.reason },
    ...{ provider: row.provider_id, category: row.category_id, day: row.day, time: row.start_time.slice(0, 5) },
    usedAt: row.used_at ?? undefined,
    made: accountId === null || eid === null ? undefined : { accountId, eid, passwordLink: passwordLink ?? '' },
  }
}

/** It has become this account's request. `time`: as it was asked for in the end. */
export async function settleWish(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  id: number,
  made: NonNullable<BookingWish['made']>,
  { provider, category, day, time }: BookingTime,
): Promise<void> {
  await tx.change(
    `UPDATE foyer_booking_wishes
        SET account_id = :accountId, pc_eid = :eid, password_link = :passwordLink, made_at = :now,
            provider_id = :provider, category_id = :category, day = :day, start_time = :start
      WHERE id = :id`,
    { ...made, id, provider, category, day, start: `${time}:00`, now: utc(clock.now()) },
  )
}

/** Whose it is, once: undefined for who comes second, or when nothing came of it. */
export async function handOnPerson(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  id: number,
): Promise<(BookingPerson & { accountId: number; ownRecord: string; accountName: string }) | undefined> {
  const handed = await tx.change(
    `UPDATE foyer_booking_wishes SET registered_at = :now
      WHERE id = :id AND account_id IS NOT NULL AND registered_at IS NULL`,
    { id, now: utc(clock.now()) },
  )
  if (handed === 0) return undefined
  return tx.first(
    `SELECT w.first_name AS firstName, w.last_name AS lastName, w.born, w.phone, w.email, a.id AS accountId,
            a.own_record AS ownRecord, a.display_name AS accountName
       FROM foyer_booking_wishes w JOIN foyer_accounts a ON a.id = w.account_id WHERE w.id = :id`,
    { id },
  )
}

const HOUR_MS = 60 * 60 * 1000
/** Of what came true, so long that the person was handed on for sure. */
const MADE_DAYS = 30

/** Which may go: statements and values for the sweep. Nobody can open what was never confirmed after a day. */
export function staleWishes(clock: Clock): { statement: string; values: Record<string, string> }[] {
  return [
    {
      statement: `DELETE FROM foyer_booking_wishes WHERE made_at IS NULL AND created_at < :before`,
      values: { before: utcBefore(clock.now(), (LINK_HOURS + 1) * HOUR_MS) },
    },
    {
      statement: `DELETE FROM foyer_booking_wishes WHERE created_at < :before`,
      values: { before: utcBefore(clock.now(), MADE_DAYS * 24 * HOUR_MS) },
    },
  ]
}
