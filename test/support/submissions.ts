/** Submissions for tests: made without the pages between, and the pages on which staff decide. */
import { storeBytes } from '../../module/access/storedFiles.js'
import { sendForAudit, type SubmissionKind } from '../../module/features/documents/submissions.js'
import type { Actor } from '../../module/platform/audit.js'
import { utc } from '../../module/platform/clock.js'
import { receiptNumber } from '../../module/platform/ids.js'
import { htmlToPdf } from '../../module/platform/pdf/paper.js'
import { chartTurn, takeTurn } from '../../module/platform/turns.js'
import type { TestPractice } from './practice.js'
import type { Page } from './visitor.js'

export interface SubmissionForTest {
  pid?: number | undefined
  accountId?: number
  record?: string
  kind?: SubmissionKind
  title?: string
  note?: string
  scan?: string
  bytes?: Buffer
  mediaType?: string
  name?: string
}

const sender: Actor = { kind: 'account', id: '1', name: 'Maria Santos', requestId: undefined }

let pdf: Promise<Buffer> | undefined

/** One page that says so. */
export function somePdf(): Promise<Buffer> {
  const words = { page: '{n} / {m}', unknownLetters: '', unknownPicture: '' }
  pdf ??= htmlToPdf({
    ...{ html: '<p>Something that was sent.</p>', title: 'Sent', language: 'en', at: '2026-11-23T13:00:00Z' },
    ...{ head: [], foot: [], words },
  })
  return pdf
}

/** A file that Maria sent, unless told otherwise. Answers foyer_submissions.id. */
export async function aSubmission(practice: TestPractice, given: SubmissionForTest = {}): Promise<number> {
  const { accounts, patients, portal, records } = practice
  const { kind = 'upload', mediaType = 'application/pdf', note = '', title = 'Insurance card' } = given
  const pid = 'pid' in given ? given.pid : patients.maria
  const bytes = given.bytes ?? (await somePdf())
  return practice.db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(pid ?? 0)])
    const name = given.name ?? `${title}.pdf`
    const fileId = await storeBytes(portal, { name, mediaType, bytes, keptBy: 'test' }, tx)
    const { id } = await sendForAudit(tx, portal, sender, {
      ...{ kind, pid, fileId, title, note, accountId: given.accountId ?? accounts.maria },
      ...{ record: given.record ?? records.maria, scan: given.scan },
    })
    return id
  })
}

export function pathOfSubmission(id: number, rest = ''): string {
  return `/staff/portal/documents/submissions/${String(id)}${rest}`
}

/** What the page says that it shows: sent along with every decision. */
export function seenOn({ body }: Pick<Page, 'body'>): Record<string, string> {
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? ''
  return Object.fromEntries(['submission', 'pid', 'version', 'sha256'].map((name) => [name, value(name)]))
}

/** What the button that files sends. */
export function filingOn(page: Pick<Page, 'body'>): Record<string, string> {
  const [, form = ''] = /action="[^"]*\/filing">([^]*?)<\/form>/.exec(page.body) ?? []
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1] ?? ''
  return { ...seenOn(page), category: value('category'), name: value('name') }
}

export interface SubmissionColumns {
  state: string
  version: number
  file_id: number
  document_id: number | null
  decided_by: string | null
  reason: string | null
  pid: number | null
  marks: string | Readonly<Record<string, string>> | null
  category_id: number | null
  claimed_by: string | null
  filing_due_at: string | null
  filing_failed: string | null
  filing_failed_at: string | null
}

export async function submissionRow(practice: TestPractice, id: number): Promise<SubmissionColumns> {
  const row = await practice.db.first<SubmissionColumns>(`SELECT * FROM foyer_submissions WHERE id = :id`, { id })
  if (!row) throw new Error(`No submission ${String(id)}`)
  return row
}

/** So many rows as they wait, without a byte behind them: for lists. */
export async function manySubmissions(practice: TestPractice, rows: number, state = 'waiting'): Promise<void> {
  const { accounts, patients, records } = practice
  const AT_ONCE = 1000
  for (let from = 0; from < rows; from += AT_ONCE) {
    const values = Array.from({ length: Math.min(AT_ONCE, rows - from) }, (_each, at) => [
      ...[receiptNumber(), 'upload', accounts.maria, records.maria, at % 2 === 0 ? patients.maria : patients.john],
      ...[`File ${String(from + at)}`, '', state, utc(practice.clock.now().minus({ minutes: rows - from - at }))],
    ])
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_submissions (receipt, kind, account_id, record, pid, title, note, state, sent_at) VALUES :values`,
        { values },
      ),
    )
  }
}
