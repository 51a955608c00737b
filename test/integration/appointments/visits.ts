/** What the tests of appointments share: who asks for what, and what a deed wrote. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { findAccount, type ChartScope, type OwnScope, type PatientScope } from '../../../module/access/scope.js'
import { staffMember, type StaffMember } from '../../../module/access/staff.js'
import {
  cancelAppointment,
  requestAppointment,
  type CancelOutcome,
  type RequestInput,
  type RequestOutcome,
} from '../../../module/features/appointments/booking.js'
import {
  declineAppointment,
  processAppointment,
  type DeclineOutcome,
  type ProcessOutcome,
} from '../../../module/features/appointments/processing.js'
import type { Actor } from '../../../module/platform/audit.js'
import { opaqueId } from '../../../module/platform/ids.js'
import type { SiteName } from '../../support/database.js'
import { difference, dumpRows } from '../../support/dump.js'
import {
  MONDAY,
  OFFICE_VISIT,
  openPractice,
  type RecordName,
  type SignInName,
  type StaffName,
  type TestPractice,
} from '../../support/practice.js'

export const TUESDAY = '2026-11-24'

/**
 * One practice for all sentences of the `describe` that calls this, on the demo site unless another is named. Empty
 * until the first hook has run: only hooks and sentences read it.
 */
export function practiceDuring(site?: SiteName): TestPractice {
  const practice = {} as TestPractice
  before(async function () {
    // A real one takes longer to build.
    this.timeout(site ? 60_000 : 30_000)
    Object.assign(practice, await openPractice(site ? { site } : {}))
  })
  after(() => practice.leave())
  return practice
}

/** The same where more is asked for than one patient may; each sentence begins at eight on Monday. */
export function busyPractice(site?: SiteName): TestPractice {
  const practice = practiceDuring(site)
  before(() => practice.setting('openRequestLimit', '20'))
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))
  return practice
}

/** A practice for each sentence, where what one writes into the calendar would be in another's way. */
export function practiceForEach(): TestPractice {
  const practice = {} as TestPractice
  beforeEach(async function () {
    this.timeout(30_000)
    Object.assign(practice, await openPractice())
  })
  afterEach(() => practice.leave())
  return practice
}

export type Wish = Partial<Omit<RequestInput, 'scope'>>

/** The chart as its holder opens it. */
export async function chart(
  practice: TestPractice,
  holder: SignInName,
  record: RecordName = holder,
): Promise<ChartScope> {
  const account = await findAccount(practice.db, practice.portal, practice.accounts[holder])
  const scope = account?.records.find((each) => each.record === practice.records[record])
  if (!scope) throw new Error(`${holder} has no chart ${record}`)
  return scope
}

/** What the holder of an account entered themselves, before any chart. */
export function ownRecord(practice: TestPractice, holder: 'maria' | 'john'): OwnScope {
  const record = practice.records[holder === 'maria' ? 'ownOfMaria' : 'ownOfJohn']
  return { kind: 'own', account: { id: practice.accounts[holder], name: `${holder}.own` }, record }
}

/** A chart of a patient without a story, opened by somebody with an account. */
export async function newChart(practice: TestPractice): Promise<ChartScope> {
  const pid = await practice.patient()
  const patient = { firstName: 'Pat', lastName: 'Example', born: '1980-01-01', providerId: undefined }
  const account = { id: practice.accounts.maria, name: 'maria.santos' }
  return { kind: 'chart', account, record: opaqueId(), pid, relationship: 'self', extent: 'full', patient }
}

export function ask(practice: TestPractice, scope: PatientScope, wish: Wish = {}): Promise<RequestOutcome> {
  return requestAppointment(practice.portal, holderOf(scope), {
    scope,
    provider: practice.staff.lee,
    category: OFFICE_VISIT,
    day: TUESDAY,
    time: '09:00',
    reason: 'Sore throat',
    once: undefined,
    ...wish,
  })
}

/** What somebody new is told who asks for this: 'free', or why not. */
export async function reasonGiven(practice: TestPractice, wish: Wish): Promise<string> {
  const outcome = await ask(practice, await newChart(practice), wish)
  return outcome.ok ? 'free' : outcome.reason
}

/** Asks for what must be free; answers its pc_eid. */
export async function booked(practice: TestPractice, scope: PatientScope, wish: Wish = {}): Promise<number> {
  const outcome = await ask(practice, scope, wish)
  if (!outcome.ok) throw new Error(`not booked: ${outcome.reason}`)
  return outcome.eid
}

export function cancel(practice: TestPractice, scope: PatientScope, id: number | string): Promise<CancelOutcome> {
  return cancelAppointment(practice.portal, holderOf(scope), { scope, id: String(id), reason: 'I am travelling' })
}

export interface Seen {
  note?: string
  seen?: string
  by?: StaffName
}

export async function setStatus(
  practice: TestPractice,
  eid: number,
  status: string,
  { note = '', seen, by = 'admin' }: Seen = {},
): Promise<ProcessOutcome> {
  const member = await colleague(practice, by)
  return processAppointment(practice.portal, member, actorOf(member), { eid, status, note, seen })
}

export async function decline(
  practice: TestPractice,
  eid: number,
  { seen, by = 'admin' }: Seen = {},
): Promise<DeclineOutcome> {
  const member = await colleague(practice, by)
  return declineAppointment(practice.portal, member, actorOf(member), { eid, reason: 'We are closed then', seen })
}

export async function colleague(practice: TestPractice, name: StaffName): Promise<StaffMember> {
  const member = await staffMember(practice.db, practice.staff[name])
  if (!member) throw new Error(`no ${name}`)
  return member
}

export function holderOf(scope: PatientScope): Actor {
  return { kind: 'account', id: String(scope.account.id), name: scope.account.name, requestId: undefined }
}

function actorOf(member: StaffMember): Actor {
  return { kind: 'staff', id: member.username, name: member.name, requestId: undefined }
}

export type Row = Record<string, unknown>

/** The host's calendar row as it stands. */
export async function eventRow(practice: TestPractice, eid: number): Promise<Row> {
  const row = await practice.db.first<Row>(`SELECT * FROM openemr_postcalendar_events WHERE pc_eid = :eid`, { eid })
  if (!row) throw new Error(`no event ${String(eid)}`)
  return row
}

export async function statusOf(practice: TestPractice, eid: number): Promise<string> {
  return String((await eventRow(practice, eid))['pc_apptstatus'])
}

/** As the host's own screens change a row. */
export async function hostSets(practice: TestPractice, eid: number, columns: string): Promise<void> {
  await practice.db.sequelize.query(`UPDATE openemr_postcalendar_events SET ${columns} WHERE pc_eid = :eid`, {
    replacements: { eid },
  })
}

/** Rows that are there now and were not, and those that were there and are not, by table; of a changed row both. */
export interface Written {
  came: Record<string, Row[]>
  went: Record<string, Row[]>
}

/** What a deed wrote, in the whole database. A turn that was taken stays as an empty sign of its name. */
export async function watched<Result>(
  practice: TestPractice,
  deed: () => Promise<Result>,
): Promise<{ result: Result; written: Written }> {
  const before = await dumpRows(practice.db)
  const result = await deed()
  const written: Written = { came: {}, went: {} }
  for (const line of difference(before, await dumpRows(practice.db))) {
    const [, sign, table = '', json = ''] = /^([-+]) (\w+): (.*)$/s.exec(line) ?? []
    if (table === 'foyer_turns') continue
    const side = sign === '+' ? written.came : written.went
    side[table] = [...(side[table] ?? []), JSON.parse(json) as Row]
  }
  return { result, written }
}

/** What changed in the only row of a table that changed: column by column. */
export function changesIn({ came, went }: Written, table: string): Row {
  const [was, ...moreWas] = went[table] ?? []
  const [is, ...moreIs] = came[table] ?? []
  if (!was || !is || moreWas.length > 0 || moreIs.length > 0) throw new Error(`not one changed row in ${table}`)
  return Object.fromEntries(Object.entries(is).filter(([column, value]) => was[column] !== value))
}

/** The host's checksum of a log row, worked out anew (facts §11.1). */
export function checksum(log: Row): string {
  const columns = ['date', 'event', 'category', 'user', 'groupname', 'comments', 'user_notes', 'patient_id', 'success']
  const rest = ['crt_user', 'log_from', 'menu_item_id', 'ccda_doc_id']
  const values = [...columns, ...rest].map((column) => log[column] as string | number | null | undefined)
  return createHash('sha3-512')
    .update(values.map((value) => value ?? '').join(''))
    .digest('hex')
}

/** Makes whatever is inserted into a table fail, until the answer is called. */
export async function failing(practice: TestPractice, table: string): Promise<() => Promise<unknown>> {
  await practice.db.sequelize.query(
    `CREATE TRIGGER test_failure BEFORE INSERT ON ${table} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk is full'`,
  )
  return () => practice.db.sequelize.query(`DROP TRIGGER test_failure`)
}

/** Every pair of active events of one provider that share a minute, by the calendar alone. */
export async function overlapping(practice: TestPractice): Promise<Row[]> {
  return practice.db.select<Row>(
    `SELECT a.pc_eid AS one, b.pc_eid AS other
       FROM openemr_postcalendar_events a
       JOIN openemr_postcalendar_events b ON b.pc_aid = a.pc_aid AND b.pc_eventDate = a.pc_eventDate AND b.pc_eid > a.pc_eid
      WHERE a.pc_catid NOT IN (2, 3) AND b.pc_catid NOT IN (2, 3)
        AND a.pc_apptstatus NOT IN ('x', '%') AND b.pc_apptstatus NOT IN ('x', '%')
        AND TIME_TO_SEC(a.pc_startTime) < TIME_TO_SEC(b.pc_startTime) + b.pc_duration
        AND TIME_TO_SEC(b.pc_startTime) < TIME_TO_SEC(a.pc_startTime) + a.pc_duration`,
  )
}

/** InnoDB renews what it tells of its transactions only for those who did not ask for a tenth of a second. */
const RENEWED_MS = 120

/** Until somebody's statement with these words waits for a lock, or it is over. */
export async function untilWaiting(
  practice: TestPractice,
  words: string,
  over: () => boolean = () => false,
): Promise<void> {
  while (!over()) {
    // First of all, or who waited in the test before is still told of.
    await sleep(RENEWED_MS)
    const waiting = await practice.db.first(
      `SELECT trx_id FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
        WHERE trx_state = 'LOCK WAIT' AND p.db = DATABASE() AND INSTR(trx_query, :words) > 0`,
      { words },
    )
    if (waiting) return
  }
}
