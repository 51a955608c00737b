/**
 * How the audit trail is sealed. Every row gets a place in a chain, in the order in which it was found committed:
 *
 *     hash(n) = SHA-256( hash(n-1) ‖ row n )         row n: every column, with its length
 *     mark(n) = SHA-256( key ‖ hash(n) ), 128 bits   key: derived from FOYER_SECRET
 *
 * What each part proves:
 * - The hashes alone: that no row was changed, taken out, put in or moved without doing all later hashes anew. Anybody
 *   can check them, with nothing but the rows: an archive in ten years, an auditor without any secret of ours.
 * - The marks: that the hashes were not done anew. Who holds the database but not FOYER_SECRET cannot make one, so the
 *   first row that was tampered with is named even when the whole rest of the chain was recomputed.
 * - The anchor in foyer_state (place, hash and time of the last seal, under an HMAC): that the end was not cut off.
 *   Who holds the database can put an older anchor back together with the rows of that day; so this alone is no proof.
 * - The anchor in a file of FOYER_DATA_DIR: that neither was. Only who can also write that folder can undo both; who has
 *   the secret as well, the server's own administrator, can rewrite everything. Against them only a copy that they
 *   cannot reach helps: an archive, or the last line of `foyer audit verify`, kept elsewhere.
 *
 * What nothing here proves: a row that is not sealed yet, for the seconds until it is (or for as long as no process
 * runs), and a row that somebody with the database wrote as if it were of that very moment.
 */
import { createHmac, hash as digest, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Utc } from './clock.js'

/** A row of foyer_audit as a driver or an archive gives it. */
export interface ChainedRow {
  id: number | string
  at: string
  actor_kind: string
  actor_id: string
  actor_name: string
  pid: number | string | null
  record: string | null
  relationship: string | null
  event: string
  subject: string
  /** The JSON text, or what a driver made of it: text is quicker. */
  details: unknown
  request_id: string | null
}

/** What stands before the first. */
export const BEGINNING = '0'.repeat(64)

/** The hash of a row's seal, hex, given that of the seal before it. */
export function link(previous: string, row: ChainedRow): string {
  return digest('sha256', previous + canonical(row), 'hex')
}

/**
 * The same text for the same row, from whichever database, driver or archive it comes: each column as its length and
 * itself, `-` for none. Made a million times by one check, which is why it is no JSON.
 */
function canonical(row: ChainedRow): string {
  return (
    part(String(row.id)) +
    part(row.at) +
    part(row.actor_kind) +
    part(row.actor_id) +
    part(row.actor_name) +
    part(row.pid === null ? null : String(row.pid)) +
    part(row.record) +
    part(row.relationship) +
    part(row.event) +
    part(row.subject) +
    part(detailsOf(row.details)) +
    part(row.request_id)
  )
}

function part(value: string | null): string {
  return value === null ? '-' : `${value.length}:${value}`
}

/** MySQL orders and spaces JSON in its own way, MariaDB keeps it as it was written: compared by what it says. */
function detailsOf(details: unknown): string {
  return details === '{}' ? '{}' : JSON.stringify(sorted(typeof details === 'string' ? parsed(details) : details))
}

/** What is no JSON (MySQL refuses it, an old MariaDB may not) is compared as it stands. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, sorted(part)]),
  )
}

/** Hex. Derived, so that neither a mark nor this key gives away anything about the secret's other uses. */
export function chainKey(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'foyer audit chain', 32)).toString('hex')
}

/**
 * The mark of a seal. Key and hash have a fixed length and half of the digest is kept, so that a prefixed key is as good
 * as an HMAC here, at a fifth of its time: it is made again for each of a million rows.
 */
export function markOf(key: string, hash: string): string {
  return digest('sha256', key + hash, 'hex').slice(0, 32)
}

/** Where the chain ends, kept outside of it. */
export interface Anchor {
  /** Names the chain: another after Foyer was taken out and installed again. */
  chain: string
  /** Seals so far. */
  seq: number
  /** Of the last seal. */
  hash: string
  /** When sealing last came by and left nothing unsealed; '' during its first visit. */
  at: Utc
}

/** As it is stored: 160 characters of JSON with an HMAC at its end. */
export function writeAnchor(key: string, { chain, seq, hash, at }: Anchor): string {
  return JSON.stringify([chain, seq, hash, at, sign(key, { chain, seq, hash, at })])
}

/** Undefined: not written with this key. Without a key it is taken as it is. */
export function readAnchor(key: string | undefined, text: string): Anchor | undefined {
  const parts = parsed(text)
  if (!Array.isArray(parts)) return undefined
  const [chain, seq, hash, at, signature] = parts as unknown[]
  if (typeof chain !== 'string' || typeof seq !== 'number' || typeof hash !== 'string') return undefined
  if (typeof at !== 'string' || typeof signature !== 'string') return undefined
  const anchor = { chain, seq, hash, at }
  return key === undefined || same(signature, sign(key, anchor)) ? anchor : undefined
}

function sign(key: string, { chain, seq, hash, at }: Anchor): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([chain, seq, hash, at]))
    .digest('hex')
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
