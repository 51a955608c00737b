/** Patients are told that a document is asked for, that its day comes near, that it comes round again: never which. */
import { writeLetter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import { openingNow } from '../../../access/scope.js'
import { extentParts } from '../../../access/ages.js'
import type { Job, LetterKind } from '../../../feature.js'
import { roundDays } from '../../../host/reads/dueDocuments.js'
import { lettersDue, type LetterRow, type Target } from '../../../host/reads/templates.js'
import type { Actor } from '../../../platform/audit.js'
import { day as dayOf, daysLater, utc, wallClock, type Clock, type Day, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { isEmailAddress } from '../../../platform/emailAddress.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'
import { DateTime } from 'luxon'

const kinds = {
  ...{ asked: 'document.asked', due: 'document.due', again: 'document.asked', remind: 'document.due' },
  late: 'document.overdue',
} as const

/** Over when the request was taken back before the letter went. */
export const letters: readonly LetterKind[] = [...new Set(Object.values(kinds))].map((kind) => ({
  kind,
  values: async ({ db }, { facts }) => {
    const open = await db.first<{ id: number }>(
      `SELECT id FROM foyer_document_requests WHERE id = :id AND withdrawn_at IS NULL`,
      { id: Number(facts['request']) },
    )
    return open && { path: '/portal' }
  },
}))

export const tellJob: Job = { name: 'tell-of-documents', everySeconds: 300, run: tellOfDocuments }

const PATIENTS_AT_ONCE = 100

/** Goes on where a run that was killed had come to: the letters of some patients and how far they go are one transaction. */
async function tellOfDocuments(portal: Portal): Promise<void> {
  await beginRounds(portal)
  for (;;) {
    const notice = await nextNotice(portal)
    if (!notice) return
    while (await tellSome(portal, notice.id));
  }
}

/** What comes round again is looked for once a day, and whose day is near then. */
async function beginRounds(portal: Portal): Promise<void> {
  const today = dayOf(portal.clock.now())
  await portal.db.transaction((tx) =>
    tx.change(
      `INSERT IGNORE INTO foyer_document_notices (request_id, kind, day)
       SELECT r.id, k.kind, :today FROM foyer_document_requests r
         JOIN (SELECT 'again' AS kind UNION ALL SELECT 'remind') k
           ON k.kind = 'again' OR (r.due_on IS NOT NULL AND r.remind_days IS NOT NULL)
        WHERE r.recurring = 1 AND r.withdrawn_at IS NULL`,
      { today },
    ),
  )
}

interface Notice {
  id: number
  kind: 'asked' | 'due' | 'again' | 'remind'
  day: Day
  after_pid: number
  request_id: number
  template_id: number
  target: Target['kind']
  pid: number | null
  set_name: string
  period_days: number
  asked_at: Utc
  due_on: Day | null
  due_days: number | null
  remind_days: number | null
  rounds_from: Day | null
}

const notices = `SELECT n.id, n.kind, n.day, n.after_pid, n.request_id, r.template_id, r.target, r.pid, r.set_name, r.period_days,
         r.asked_at, r.due_on, r.due_days, r.remind_days, r.rounds_from
    FROM foyer_document_notices n JOIN foyer_document_requests r ON r.id = n.request_id`

function nextNotice({ clock, db }: Portal): Promise<Notice | undefined> {
  return db.first<Notice>(
    // sql-safe: a constant
    `${notices} WHERE n.done_at IS NULL AND n.day <= :today AND r.withdrawn_at IS NULL ORDER BY n.day, n.id LIMIT 1`,
    { today: dayOf(clock.now()) },
  )
}

/** True: there are more. */
function tellSome(portal: Portal, noticeId: number): Promise<boolean> {
  return portal.db.transaction(async (tx) => {
    const notice = await tx.first<Notice>(
      `${notices} WHERE n.id = :noticeId AND n.done_at IS NULL AND r.withdrawn_at IS NULL FOR UPDATE`, // sql-safe: a constant
      { noticeId },
    )
    if (!notice) return false
    const rows = await rowsOf(tx, portal, notice)
    let letters = 0
    for (const row of rows) if (await tell(tx, portal, notice, row)) letters += 1
    await noteRounds(tx, portal, notice, rows)
    const last = rows.at(-1)?.pid
    await tx.change(
      `UPDATE foyer_document_notices SET after_pid = :after, letters = letters + :letters, done_at = :done WHERE id = :noticeId`,
      { noticeId, letters, after: last ?? notice.after_pid, done: last === undefined ? utc(portal.clock.now()) : null },
    )
    return last !== undefined
  })
}

function rowsOf(tx: Tx, { clock }: Portal, notice: Notice): Promise<LetterRow[]> {
  const { after_pid: after, kind, period_days: period, request_id: requestId, template_id: templateId } = notice
  const asked = DateTime.fromSQL(notice.asked_at, { zone: 'utc' }).setZone(clock.zone)
  return lettersDue(tx, {
    ...{ kind, requestId, templateId, after, target: targetOf(notice), most: PATIENTS_AT_ONCE },
    ...{ now: utc(clock.now()), askedAt: wallClock(asked), period },
    ...{ toAnswer: toAnswer(notice, clock), morning: utc(clock.now().startOf('day')) },
    ...roundsOf(notice, clock, dayOf(asked)),
  })
}

/** Days from the one on which a round opens to the one on which it is due. */
function toAnswer({ asked_at: at, due_days: said, due_on: due }: Notice, { zone }: Clock): number {
  const asked = dayOf(DateTime.fromSQL(at, { zone: 'utc' }).setZone(zone))
  return due === null ? 0 : roundDays(asked, due, said)
}

/** A reminder of a round that was missed, since the server was down, still goes so many days after the round was due. */
const LATE_DAYS = 14

/**
 * When a round must have opened to be told of today: since rounds are told one by one, or so that its day is near, or was
 * not long ago. Where the reminder would come with the round itself, one letter says it: none is so.
 */
function roundsOf(notice: Notice, clock: Clock, asked: Day) {
  const { kind, remind_days: days, rounds_from: from } = notice
  const today = dayOf(clock.now())
  const dueFrom = daysLater(today, -toAnswer(notice, clock))
  if (kind !== 'remind') return { dueFrom, opensFrom: from ?? asked, opensUntil: today }
  const opensUntil = daysLater(dueFrom, days ?? 0)
  return { dueFrom, opensUntil, opensFrom: opensUntil < today ? daysLater(dueFrom, -LATE_DAYS) : daysLater(today, 1) }
}

/** Of whom a letter was written, or could not be sent: once for each round. */
async function noteRounds(tx: Tx, portal: Portal, { kind, request_id }: Notice, rows: readonly LetterRow[]) {
  const told = new Map(rows.filter((row) => row.opens_on !== null && mayFill(portal, row)).map((row) => [row.pid, row]))
  const column = kind === 'remind' ? 'reminded_at' : 'told_at'
  for (const { opens_on: opensOn, pid } of told.values()) {
    await tx.change(
      // sql-safe: one of two columns
      `INSERT INTO foyer_document_rounds (request_id, pid, opens_on, ${column}) VALUES (:request, :pid, :opensOn, :now)
       ON DUPLICATE KEY UPDATE ${column} = VALUES(${column})`,
      { request: request_id, pid, opensOn, now: utc(portal.clock.now()) },
    )
  }
}

function targetOf({ pid, set_name: set, target }: Notice): Target {
  if (target === 'patient') return { kind: 'patient', pid: pid ?? 0 }
  return target === 'all' ? { kind: 'all' } : { kind: target, set }
}

const foyer: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

/** False: the account does not open the chart's documents today. */
async function tell(tx: Tx, portal: Portal, notice: Notice, row: LetterRow): Promise<boolean> {
  if (!mayFill(portal, row)) return false
  const { to, refused } = addressOf(row)
  await writeLetter(tx, portal, {
    ...{
      kind: kinds[isLate(portal, notice, row) ? 'late' : notice.kind],
      channel: 'mail',
      to,
      language: languageOf(portal, row),
      by: foyer,
    },
    ...{ pid: row.pid, accountId: row.account_id, facts: { request: notice.request_id } },
    ...(refused === undefined ? {} : { refused }),
  })
  return refused === undefined
}

/** Its day is over: the server was down when it was near. */
function isLate({ clock }: Portal, notice: Notice, { opens_on: opensOn }: LetterRow): boolean {
  const dueOn =
    notice.kind === 'remind' && opensOn !== null ? daysLater(opensOn, toAnswer(notice, clock)) : notice.due_on
  return (notice.kind === 'due' || notice.kind === 'remind') && dueOn !== null && dueOn < dayOf(clock.now())
}

function mayFill(portal: Portal, { born, exempt, extent, relationship, valid_until }: LetterRow): boolean {
  const opening = openingNow(
    {
      ...{ relationship, extent, born: born ?? undefined, exempt: exempt === 1 },
      validUntil: valid_until ?? undefined,
    },
    portal,
  )
  if (opening.extent === undefined) return false
  const parts = extentParts(opening.extent).map((part) => `extent:${part}`)
  return portal.policy().allows(['anyone', 'account', ...parts], 'documents:fill')
}

/** Proved by the account's holder; else the trusted one of their own chart, if it may be used (facts §3.2). */
function addressOf({ email, may_mail, trusted }: LetterRow): { to: string; refused?: string } {
  if (email !== null && email !== '') return { to: email }
  const address = trusted ?? ''
  if (address === '') return { to: '', refused: 'no-address' }
  if (may_mail !== 'YES') return { to: address, refused: 'no-consent' }
  return isEmailAddress(address) ? { to: address } : { to: address, refused: 'bad-address' }
}

function languageOf(portal: Portal, { language, spoken }: LetterRow): Language {
  if (isLanguage(language)) return language
  const said = (spoken ?? '').trim().toLowerCase()
  if (/^(?:spanish|español)/.test(said)) return 'es'
  return said.startsWith('english') ? 'en' : portal.settings().defaultLanguage
}
