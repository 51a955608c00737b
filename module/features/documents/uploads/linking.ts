/**
 * What somebody sent in their own record, before they had a chart, goes with them into it: staff audit it as that
 * patient's. Should the link be taken back, what still waits goes back too.
 */
import type { Listener } from '../../../feature.js'
import type { Portal } from '../../../access/portal.js'
import type { Tx } from '../../../platform/database.js'
import { chartTurn, recordTurn, takeTurn } from '../../../platform/turns.js'

export const followLinks: readonly Listener[] = [
  {
    name: 'own-uploads',
    event: 'record.linked',
    hear: (portal, { payload }) => move(portal, payload, intoChart),
  },
  {
    name: 'own-uploads',
    event: 'record.unlinked',
    hear: (portal, { payload }) => move(portal, payload, outOfChart),
  },
]

interface Link {
  /** The account's own record. */
  own: string
  pid: number
}

async function move(
  { db }: Portal,
  { account, pid, record }: Readonly<Record<string, unknown>>,
  work: (tx: Tx, link: Link) => Promise<void>,
): Promise<void> {
  const found = await db.first<{ own: string; relationship: string }>(
    `SELECT a.own_record AS own, g.relationship
       FROM foyer_accounts a JOIN foyer_grants g ON g.account_id = a.id AND g.record = :record
      WHERE a.id = :account`,
    { account, record },
  )
  // Their own chart only: what they sent about themselves is nothing of their child's.
  if (found?.relationship !== 'self' || typeof pid !== 'number') return
  await db.transaction(async (tx) => {
    await takeTurn(tx, [recordTurn(found.own), chartTurn(pid)])
    await work(tx, { own: found.own, pid })
  })
}

async function intoChart(tx: Tx, link: Link): Promise<void> {
  await tx.change(
    `UPDATE foyer_submissions s JOIN foyer_uploads u ON u.submission_id = s.id SET s.pid = :pid
      WHERE u.record = :own AND u.pid IS NULL AND s.pid IS NULL`,
    { ...link },
  )
  await tx.change(`UPDATE foyer_uploads SET pid = :pid WHERE record = :own AND pid IS NULL`, { ...link })
}

async function outOfChart(tx: Tx, link: Link): Promise<void> {
  await tx.change(
    `UPDATE foyer_uploads u LEFT JOIN foyer_submissions s ON s.id = u.submission_id SET u.pid = NULL, s.pid = NULL
      WHERE u.record = :own AND u.pid = :pid AND (s.id IS NULL OR s.state = 'waiting')`,
    { ...link },
  )
}
