/** What a patient sent, as staff have it in hand: loaded, claimed, decided on. */
import { formVersion } from '../../../access/formVersions.js'
import { saidIn } from '../../../access/formAssignments.js'
import type { Portal } from '../../../access/portal.js'
import {
  readAnswers,
  type Answers,
  type Band,
  type Flag,
  type Form,
  type Said,
} from '../../../access/questionnaires/model.js'
import { utc, type Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'

export interface SentAnswers {
  id: number
  receipt: string
  responseId: string
  versionId: number
  key: string
  title: Said
  /** Undefined: of an account's own record, before there is a chart. */
  pid: number | undefined
  accountId: number | undefined
  record: string | undefined
  hostId: number | undefined
  answers: Answers
  score: number | undefined
  band: Band | undefined
  flag: Flag
  state: 'waiting' | 'reviewed'
  sentAt: Utc
  claimedBy: string | undefined
  claimedAt: Utc | undefined
  reviewedBy: string | undefined
  reviewedAt: Utc | undefined
  note: string
  /** The assignment by which it was asked again. */
  askedAgain: number | undefined
  version: number
}

interface Row {
  id: number
  receipt: string
  response_id: string
  version_id: number
  form_key: string
  title: string
  pid: number | null
  account_id: number | null
  record: string | null
  host_id: number | null
  answers: string
  score: string | null
  band: string | null
  flag: Flag
  state: SentAnswers['state']
  sent_at: Utc
  claimed_by: string | null
  claimed_at: Utc | null
  reviewed_by: string | null
  reviewed_at: Utc | null
  note: string | null
  asked_again: number | null
  version: number
}

const columns = `id, receipt, response_id, version_id, form_key, title, pid, account_id, record, host_id, answers, score, band,
  flag, state, sent_at, claimed_by, claimed_at, reviewed_by, reviewed_at, note, asked_again, version`

export async function findAnswers(db: Queryable, id: number): Promise<SentAnswers | undefined> {
  const row = await db.first<Row>(`SELECT ${columns} FROM foyer_form_responses WHERE id = :id`, { id }) // sql-safe: a constant
  return row && answersOf(row)
}

/** The same form of the same person, the newest first, up to these and with them. */
export async function answersUntil(db: Queryable, sent: SentAnswers, most: number): Promise<SentAnswers[]> {
  const whose = sent.pid === undefined ? 'record = :record AND pid IS NULL' : 'pid = :pid'
  const rows = await db.select<Row>(
    // sql-safe: constants and a number
    `SELECT ${columns} FROM foyer_form_responses
      WHERE ${whose} AND form_key = :key AND sent_at <= :sentAt
      ORDER BY sent_at DESC, id DESC LIMIT ${String(Math.trunc(most))}`,
    { pid: sent.pid ?? null, record: sent.record ?? null, key: sent.key, sentAt: sent.sentAt },
  )
  return rows.map(answersOf)
}

function answersOf(row: Row): SentAnswers {
  return {
    ...{ id: row.id, receipt: row.receipt, responseId: row.response_id, versionId: row.version_id, key: row.form_key },
    ...{ title: saidIn(row.title), pid: row.pid ?? undefined, accountId: row.account_id ?? undefined },
    ...{ record: row.record ?? undefined, hostId: row.host_id ?? undefined, answers: readAnswers(row.answers) },
    score: row.score === null ? undefined : Number(row.score),
    band: bandIn(row.band),
    ...{ flag: row.flag, state: row.state, sentAt: row.sent_at, claimedBy: row.claimed_by ?? undefined },
    ...{ claimedAt: row.claimed_at ?? undefined, reviewedBy: row.reviewed_by ?? undefined },
    ...{ reviewedAt: row.reviewed_at ?? undefined, note: row.note ?? '', askedAgain: row.asked_again ?? undefined },
    version: row.version,
  }
}

/** What a score is called, as it is kept: JSON, with its translations. */
export function bandIn(text: string | null): Band | undefined {
  return text === null ? undefined : (JSON.parse(text) as Band)
}

/** The questionnaire as it was asked. */
export async function askedForm(db: Queryable, { versionId }: SentAnswers): Promise<Form> {
  return (await formVersion(db, versionId)).form
}

/** A claim made earlier than this has lapsed. */
export function claimedSince(portal: Portal): Utc {
  return utc(portal.clock.now().minus({ minutes: portal.settings().claimMinutes }))
}

/** Who has claimed it and since when, as long as the claim has not lapsed. */
export function holderOf(
  portal: Portal,
  { claimedAt: since, claimedBy: by }: Pick<SentAnswers, 'claimedAt' | 'claimedBy'>,
): { by: string; since: Utc } | undefined {
  return by !== undefined && since !== undefined && since > claimedSince(portal) ? { by, since } : undefined
}

/** Whose it is must be what the page said: `pid` as its form posts it, '' where there is no chart. */
export interface InHand {
  id: number
  pid: string
}

/**
 * Takes it in hand and does the work in one transaction: its own turn and its patient's first, then what it is now.
 * Undefined: there is none, or it is not this patient's.
 */
export async function inHand<Outcome>(
  portal: Portal,
  { id, pid }: InHand,
  work: (tx: Tx, sent: SentAnswers | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  const known = await findAnswers(portal.db, id)
  return portal.db.transaction(async (tx) => {
    if (!known) return work(tx, undefined)
    await takeTurn(tx, [`form-response:${String(id)}`, patientTurn({ pid: known.pid, record: known.record ?? '' })])
    const sent = await findAnswers(tx, id)
    // Its patient may have got a chart since the page was opened, or lost it.
    const isTheirs = sent?.pid === known.pid && pid === String(sent?.pid ?? '')
    return work(tx, isTheirs ? sent : undefined)
  })
}
