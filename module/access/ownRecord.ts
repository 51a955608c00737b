/**
 * What an account has entered in its own record, before it had a chart: bookings, files, forms. It goes into a chart with
 * whoever is linked to it, out again where the link was wrong, and along where two accounts become one; always in the
 * transaction that links, so that nobody finds it in between. The caller holds the turns of the record and of the chart.
 */
import { moveBack, moveToChart, type MovedBooking } from '../host/ownBookings.js'
import type { Queryable, Tx } from '../platform/database.js'
import { recordTurn, takeTurn } from '../platform/turns.js'
import { moveFormsToAccount, moveFormsToChart, takeFormsBack, type MovedForms } from './formFiling.js'
import type { Portal } from './portal.js'

/** What went along, so that the same goes back. */
export interface Moved extends MovedForms {
  bookings: MovedBooking[]
  /** foyer_uploads.id */
  uploads: number[]
  /** foyer_submissions.id: of what was sent and waits for staff, or was answered by them. */
  submissions: number[]
}

export const nothingMoved: Moved = {
  ...{ bookings: [], uploads: [], submissions: [] },
  ...{ assignments: [], twins: [], responses: [] },
}

/** A chart, as the grant that opens it: its record is what patients' addresses carry. */
interface Opened {
  record: string
  pid: number
}

/** The own record has found its chart. */
export async function moveOwnRecord(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'site'>,
  own: { record: string },
  to: Opened,
): Promise<Moved> {
  const bookings = await moveToChart(tx, own, to)
  return { bookings, ...(await moveFiles(tx, own, to)), ...(await moveFormsToChart(tx, portal, own, to)) }
}

/** The same where nobody links: the chart is the account holder's own by a PIN or code. Takes the own record's turn. */
export async function moveOwnRecordOf(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'site'>,
  accountId: number,
  to: Opened,
): Promise<void> {
  const own = await tx.first<{ own_record: string }>(`SELECT own_record FROM foyer_accounts WHERE id = :accountId`, {
    accountId,
  })
  if (!own) return
  await takeTurn(tx, [recordTurn(own.own_record)])
  await moveOwnRecord(tx, portal, { record: own.own_record }, to)
}

async function moveFiles(
  tx: Tx,
  own: { record: string },
  { pid }: Opened,
): Promise<Pick<Moved, 'uploads' | 'submissions'>> {
  const lying = async (table: 'foyer_uploads' | 'foyer_submissions') => {
    const rows = await tx.select<{ id: number }>(
      `SELECT id FROM ${table} WHERE record = :record AND pid IS NULL ORDER BY id`, // sql-safe: one of two constants
      own,
    )
    return rows.map(({ id }) => id)
  }
  const moved = { uploads: await lying('foyer_uploads'), submissions: await lying('foyer_submissions') }
  await tx.change(`UPDATE foyer_uploads SET pid = :pid WHERE record = :record AND pid IS NULL`, { ...own, pid })
  await tx.change(
    `UPDATE foyer_submissions SET pid = :pid, version = version + 1 WHERE record = :record AND pid IS NULL`,
    { ...own, pid },
  )
  return moved
}

/**
 * The link was wrong. What staff have filed by now lies in the chart and stays; all else is the account's own again.
 * `accounts`: that of the link and those that were joined with it since.
 */
export async function takeOwnRecordBack(
  tx: Tx,
  from: Opened & { accounts: readonly number[] },
  own: { record: string },
  moved: Moved,
): Promise<void> {
  await moveBack(tx, moved.bookings, from, own)
  await takeFilesBack(tx, from, own, moved)
  await takeFormsBack(tx, from, own, moved)
}

/** Whoever has a page of one open, or ticked it to be filed in a minute, finds it changed. */
export async function takeFilesBack(
  tx: Tx,
  { pid }: Pick<Opened, 'pid'>,
  own: { record: string },
  { submissions, uploads }: Pick<Moved, 'uploads' | 'submissions'>,
): Promise<number> {
  if (uploads.length > 0) {
    await tx.change(
      `UPDATE foyer_uploads u LEFT JOIN foyer_submissions s ON s.id = u.submission_id SET u.pid = NULL, u.record = :record
        WHERE u.id IN (:uploads) AND u.pid = :pid AND (s.id IS NULL OR s.state <> 'charted')`,
      { ...own, pid, uploads },
    )
  }
  // Of a file that was being checked when it moved, what it has become since.
  return tx.change(
    `UPDATE foyer_submissions
        SET pid = NULL, record = :record, filing_due_at = NULL, claimed_by = NULL, claimed_at = NULL, version = version + 1
      WHERE pid = :pid AND state <> 'charted'
        AND (id IN (:submissions) OR id IN (SELECT u.submission_id FROM foyer_uploads u WHERE u.id IN (:uploads)))`,
    { ...own, pid, submissions: [0, ...submissions], uploads: [0, ...uploads] },
  )
}

/** Two accounts have become one: what the own record of `from` holds, or held before it went into a chart, is the other's. */
export async function joinOwnRecords(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  from: { id: number; own_record: string },
  into: { id: number; own_record: string },
): Promise<void> {
  await moveFormsToAccount(tx, portal, from, into)
  const values = { from: from.id, into: into.id, fromRecord: from.own_record, intoRecord: into.own_record }
  for (const table of ['foyer_uploads', 'foyer_submissions', 'foyer_profile_changes', 'foyer_filled'] as const) {
    // Letters go to the account that is in use.
    await tx.change(`UPDATE ${table} SET account_id = :into WHERE account_id = :from`, values) // sql-safe: a constant
  }
  for (const table of ['foyer_uploads', 'foyer_submissions'] as const) {
    await tx.change(`UPDATE ${table} SET record = :intoRecord WHERE record = :fromRecord`, values) // sql-safe: a constant
  }
}

/**
 * As a link's row keeps it. Links made before files were kept there have the bookings alone: of those, all that came out
 * of the own record and lies in the chart counts as moved.
 */
export async function movedIn(db: Queryable, kept: unknown, own: string, pid: number): Promise<Moved> {
  if (!Array.isArray(kept)) return { ...nothingMoved, ...(kept as Partial<Moved>) }
  const ids = async (table: (typeof cameAlong)[number]['table'], column: string) => {
    const rows = await db.select<{ id: number }>(
      `SELECT id FROM ${table} WHERE ${column} = :own AND pid = :pid ORDER BY id`, // sql-safe: constants
      { own, pid },
    )
    return rows.map(({ id }) => id)
  }
  const found = await Promise.all(cameAlong.map(({ column, table }) => ids(table, column)))
  const [uploads = [], submissions = [], assignments = [], responses = []] = found
  return { bookings: kept as MovedBooking[], uploads, submissions, assignments, responses, twins: [] }
}

const cameAlong = [
  { table: 'foyer_uploads', column: 'record' },
  { table: 'foyer_submissions', column: 'record' },
  { table: 'foyer_form_assignments', column: 'from_record' },
  { table: 'foyer_form_responses', column: 'from_record' },
] as const
