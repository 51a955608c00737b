/** The trail in an archive (archive.ts says what is in it), checked as the one in the database is. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ANCHOR_STATE } from '../platform/auditAnchors.js'
import { readAnchor, type Anchor, type ChainedRow } from '../platform/auditChain.js'
import { checkChain, type BadRow, type Verdict } from '../platform/auditCheck.js'
import { earliestAfter } from '../platform/auditSeal.js'

/**
 * Names the first bad row. The file is read three times and never held: once for what it says of itself, and twice at
 * once for seals and rows, which stand in nearly the same order. Throws where it cannot be read.
 */
export async function verifyArchive(file: string, key: string | undefined): Promise<Verdict> {
  const { intact, anchor, fromFiles } = await readAbout(file, key)
  const whole = { id: undefined, seq: undefined, at: undefined }
  const verdict = { rows: 0, waiting: 0, keyed: key !== undefined, end: undefined }
  if (anchor === 'forged') return { ...verdict, bad: { fault: 'anchor', ...whole } }
  const others = fromFiles.flatMap((other) => other ?? [])
  if (others.length < fromFiles.length) return { ...verdict, bad: { fault: 'anchor', ...whole } }
  const begunAnew = others.find(({ chain }) => chain !== anchor?.chain)
  if (begunAnew) return { ...verdict, bad: { fault: 'begun-anew', ...whole, at: begunAnew.at } }
  const found = await goThrough(file, key, anchor, others)
  const bad = found.bad ?? (intact ? undefined : ({ fault: 'file', ...whole } as const))
  return { ...verdict, ...found, end: anchor, bad }
}

interface About {
  /** The last line has the hash of all lines before. */
  intact: boolean
  anchor: Anchor | 'forged' | undefined
  /** Of the anchor files; undefined: one that was not written with this secret. */
  fromFiles: Array<Anchor | undefined>
}

async function readAbout(file: string, key: string | undefined): Promise<About> {
  const hash = createHash('sha256')
  let anchor: About['anchor']
  let fromFiles: About['fromFiles'] = []
  let intact = false
  let first = true
  for await (const line of linesOf(file)) {
    if (first) fromFiles = anchorsIn(line, key)
    first = false
    if (line.startsWith('{"end":')) {
      intact = (JSON.parse(line) as { sha256?: unknown }).sha256 === hash.digest('hex')
      break
    }
    hash.update(`${line}\n`)
    const state = rowOf<{ name: string; value: string }>(line, 'foyer_state')
    if (state?.name === ANCHOR_STATE) anchor = readAnchor(key, state.value) ?? 'forged'
  }
  return { intact, anchor, fromFiles }
}

/** Of an archive's first line. Those of before 0.4 had none. */
function anchorsIn(line: string, key: string | undefined): Array<Anchor | undefined> {
  if (!line.startsWith('{"archive":')) throw new Error('It is no archive of Foyer’s.')
  const { anchors = [] } = JSON.parse(line) as { anchors?: string[] }
  return anchors.map((text) => readAnchor(key, text))
}

interface Seal {
  seq: number
  audit_id: number | string
  hash: string
  mark: string
}

type ArchivedRow = ChainedRow & { unsealed: number | null }

interface Found {
  bad: BadRow | undefined
  rows: number
  waiting: number
}

async function goThrough(
  file: string,
  key: string | undefined,
  anchor: Anchor | undefined,
  others: readonly Anchor[],
): Promise<Found> {
  const check = checkChain(key, anchor ? [anchor, ...others] : others)
  const rows = rowsOf<ArchivedRow>(file, 'foyer_audit')[Symbol.asyncIterator]()
  /** Read already, and not yet asked for: rows whose transaction ended before that of a lower id. */
  const ahead = new Map<string, ArchivedRow>()

  async function find(id: string): Promise<ArchivedRow | undefined> {
    for (let next; !ahead.has(id) && !(next = await rows.next()).done;) ahead.set(String(next.value.id), next.value)
    const row = ahead.get(id)
    ahead.delete(id)
    return row
  }

  let sealed = 0
  for await (const seal of rowsOf<Seal>(file, 'foyer_audit_seals')) {
    const { seq, hash, mark } = seal
    const auditId = String(seal.audit_id)
    if (anchor === undefined || seq > anchor.seq) return { bad: beyond(auditId, seq), rows: check.rows(), waiting: 0 }
    const bad = check.take({ seq, auditId, hash, mark, row: await find(auditId) })
    if (bad) return { bad, rows: check.rows(), waiting: 0 }
    sealed += 1
  }
  const missing = check.end()
  if (missing) return { bad: missing, rows: sealed, waiting: 0 }
  await find('none')
  const left = [...ahead.values()]
  const earliest = anchor ? earliestAfter(anchor.at) : ''
  const inserted = left.find(({ at, unsealed }) => unsealed === null || at < earliest)
  return {
    bad: inserted && { fault: 'inserted', id: String(inserted.id), seq: undefined, at: inserted.at },
    rows: sealed,
    waiting: left.length,
  }
}

/** A seal that the anchor does not know of. */
function beyond(id: string, seq: number): BadRow {
  return { fault: 'inserted', id, seq, at: undefined }
}

async function* rowsOf<Row>(file: string, table: string): AsyncGenerator<Row> {
  for await (const line of linesOf(file)) {
    const row = rowOf<Row>(line, table)
    if (row) yield row
  }
}

/** Looked at before it is parsed: most lines are of another table. */
function rowOf<Row>(line: string, table: string): Row | undefined {
  return line.startsWith(`{"table":"${table}",`) ? (JSON.parse(line) as { row: Row }).row : undefined
}

/** Split at line feeds and nothing else: a name may hold what readline takes for the end of a line. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const text = createGunzip().setEncoding('utf8')
  // What goes wrong with the file is thrown where the text is read.
  pipeline(createReadStream(file), text, () => undefined)
  let rest = ''
  for await (const chunk of text as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
