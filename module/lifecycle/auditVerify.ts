/**
 * `foyer audit verify`: the audit trail gone through from its first entry to its last, in the database or in an archive
 * that `foyer uninstall --export` wrote. Without FOYER_SECRET the hashes are checked and the marks are not.
 */
import { chainKey } from '../platform/auditChain.js'
import { verifyTrail, type BadRow, type Fault, type Verdict } from '../platform/auditCheck.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { CannotStart } from '../platform/cannotStart.js'
import type { Clock } from '../platform/clock.js'
import type { Config } from '../platform/config.js'
import { saysNoSuchTable, type Database } from '../platform/database.js'
import { verifyArchive } from './auditArchive.js'

export interface AuditVerified {
  verdict: Verdict
  /** For the person at the terminal, in English. */
  sentences: readonly string[]
}

/** Goes through the database's trail, and notes there that it was done. Undefined: there is none. */
export async function auditVerify(
  config: Config,
  { db, clock, actor }: { db: Database; clock: Clock; actor: Actor },
): Promise<AuditVerified | undefined> {
  const key = config.secret === undefined ? undefined : chainKey(config.secret)
  const verdict = await verifyTrail({ db, key, folder: config.dataDir }).catch((error: unknown) => {
    if (saysNoSuchTable(error)) return undefined
    throw error
  })
  if (!verdict) return undefined
  await note(db, clock, actor, verdict)
  return { verdict, sentences: sentencesOf(verdict) }
}

/** The same for an archive; needs no database. Throws CannotStart where the file cannot be read or is no archive. */
export async function auditVerifyArchive(config: Config, file: string): Promise<AuditVerified> {
  const key = config.secret === undefined ? undefined : chainKey(config.secret)
  const verdict = await verifyArchive(file, key).catch((error: unknown) => {
    throw new CannotStart(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  })
  return { verdict, sentences: sentencesOf(verdict) }
}

async function note(db: Database, clock: Clock, actor: Actor, { bad, rows }: Verdict): Promise<void> {
  const details = { rows, all: true, whole: !bad, fault: bad?.fault ?? null, bad: bad?.id ?? null }
  const entry = { event: 'audit-trail.verified', subject: 'audit-trail', details }
  // On a copy that only reads there is nowhere to note it; the verdict is the same.
  await db.transaction((tx) => recordAudit(tx, clock, actor, entry)).catch(() => undefined)
}

function sentencesOf({ bad, end, keyed, rows, waiting }: Verdict): string[] {
  const marks = keyed
    ? []
    : ['FOYER_SECRET is not set: somebody who recomputed the whole chain would not have been found out.']
  if (bad) return [whereIs(bad), faults[bad.fault], ...(bad.file === undefined ? [] : [bad.file]), ...marks]
  const upTo = end ? `, sealed up to ${end.at} UTC` : ''
  return [
    `The audit trail is whole: ${count(rows, 'entry', 'entries')}${upTo}.`,
    ...(waiting === 0 ? [] : [`${count(waiting, 'entry waits for its seal', 'entries wait for their seals')}.`]),
    ...(end
      ? [`It ends with seal ${end.seq}, ${end.hash}. Kept elsewhere, this line shows later that none is gone.`]
      : []),
    ...marks,
  ]
}

function whereIs({ at, id, seq }: BadRow): string {
  if (id === undefined) return 'The audit trail is not whole.'
  const place = seq === undefined ? '' : `, seal ${seq}`
  return `The audit trail is not whole. First bad entry: ${id}${at === undefined ? '' : ` of ${at} UTC`}${place}.`
}

const faults: Record<Fault, string> = {
  changed: 'It is not as it was sealed: it was changed, moved, or put in another’s place.',
  deleted: 'Its seal is there and the entry is not: it was deleted.',
  'missing-before': 'Entries before it are gone, together with their seals.',
  resealed:
    'It was sealed anew by somebody without FOYER_SECRET. (Or FOYER_SECRET is another one than when it was sealed: then the first entry is named.)',
  'cut-off': 'It is the last that is left: the entries after it were cut off, or an older copy was put back.',
  inserted: 'It was not there when it says it was: somebody else than Foyer wrote it.',
  anchor: 'The anchor, which knows where the chain ends, is gone or was not written with this FOYER_SECRET.',
  'begun-anew':
    'The chain was begun anew: this file in FOYER_DATA_DIR knows another one. foyer uninstall takes the file along; where the tables were taken away by hand, remove it by hand as well.',
  file: 'The archive is not as it was written: its last line has another hash of the lines before, or is missing.',
}

function count(number: number, one: string, other: string): string {
  return `${number} ${number === 1 ? one : other}`
}
