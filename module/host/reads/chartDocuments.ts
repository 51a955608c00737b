/** A patient's documents as the chart holds them, with what Foyer knows of their sharing. */
import type { Day, Utc, WallClock } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import type { WhereKept } from '../documents/opening.js'

export interface ChartDocument extends WhereKept {
  /** documents.id */
  id: number
  pid: number
  name: string
  mediaType: string
  bytes: number
  /** When it came into the chart. */
  filedAt: WallClock
  /** The day that it is of. */
  day: Day | undefined
  deleted: boolean
  expiresAt: WallClock | undefined
  /** In the tree's order; usually one. */
  categories: readonly { id: number; name: string; acoSpec: string }[]
  /** The level of the encounter that it belongs to, where that is another than the usual: `high`. */
  sensitivity: string | undefined
  /** The last word on whether the patient sees it. Undefined: nobody has said anything. */
  ruling: { shared: boolean; reason: string; by: string; at: Utc } | undefined
}

/** More than a chart has: those beyond are not listed, and the page says so. */
export const DOCUMENTS_MOST = 2000

/**
 * So many documents of a chart, the newest first, of those that are wanted: what is not takes no place from what is.
 * One statement for each two thousand that the chart holds, deleted ones with them.
 */
export async function documentsOfChart(
  db: Queryable,
  pid: number,
  wanted: (document: ChartDocument) => boolean,
  most = DOCUMENTS_MOST,
): Promise<ChartDocument[]> {
  const found = new Map<number, ChartDocument>()
  for (let from = 0; ; from += DOCUMENTS_MOST) {
    const some = await someOfChart(db, pid, from)
    for (const document of some.filter(wanted)) found.set(document.id, document)
    if (some.length < DOCUMENTS_MOST || found.size >= most) return [...found.values()].slice(0, most)
  }
}

async function someOfChart(db: Queryable, pid: number, from: number): Promise<ChartDocument[]> {
  const range = `LIMIT ${String(DOCUMENTS_MOST)} OFFSET ${String(from)}` // sql-safe: numbers
  return folded(
    await db.select<Row>(
      // sql-safe: constants of this file, and a number
      `SELECT ${COLUMNS}
         FROM (SELECT id FROM documents WHERE foreign_id = :pid ORDER BY date DESC, id DESC ${range}) one
         JOIN documents d ON d.id = one.id
         ${JOINS} ORDER BY d.date DESC, d.id DESC, category.lft`,
      { pid },
    ),
  )
}

/** These of them, whosever they are: who may see which is for access/release.ts to say. */
export async function documentsById(db: Queryable, ids: readonly number[]): Promise<ChartDocument[]> {
  if (ids.length === 0) return []
  return folded(
    await db.select<Row>(
      // sql-safe: constants of this file
      `SELECT ${COLUMNS} FROM documents d ${JOINS} WHERE d.id IN (:ids) ORDER BY d.date DESC, d.id DESC, category.lft`,
      { ids },
    ),
  )
}

const COLUMNS = `d.id, d.foreign_id AS pid, COALESCE(d.name, '') AS name, COALESCE(d.mimetype, '') AS mediaType,
       COALESCE(d.size, 0) AS bytes, d.date AS filedAt, d.docdate AS day, d.deleted, d.date_expires AS expiresAt,
       d.type, d.url, d.storagemethod AS storageMethod, d.path_depth AS pathDepth, d.encrypted,
       category.id AS categoryId, category.name AS categoryName, category.aco_spec AS acoSpec,
       (SELECT MAX(visit.sensitivity) FROM form_encounter visit
         WHERE visit.pid = d.foreign_id AND visit.encounter = d.encounter_id AND d.encounter_id <> 0
           AND visit.sensitivity NOT IN ('', 'normal', 'none')) AS sensitivity,
       ruling.shared, ruling.reason, ruling.decided_by AS decidedBy, ruling.decided_at AS decidedAt`

const JOINS = `LEFT JOIN categories_to_documents linked ON linked.document_id = d.id
         LEFT JOIN categories category ON category.id = linked.category_id
         LEFT JOIN foyer_document_shares ruling ON ruling.rules_for = d.id AND ruling.pid = d.foreign_id`

interface Row {
  id: number
  pid: number | null
  name: string
  mediaType: string
  bytes: number
  filedAt: WallClock | null
  day: Day | null
  deleted: number
  expiresAt: WallClock | null
  type: string | null
  url: string | null
  storageMethod: number
  pathDepth: number | null
  encrypted: number
  categoryId: number | null
  categoryName: string | null
  acoSpec: string | null
  sensitivity: string | null
  shared: number | null
  reason: string | null
  decidedBy: string | null
  decidedAt: Utc | null
}

/** One document for the rows of one, which differ in the category. */
function folded(rows: readonly Row[]): ChartDocument[] {
  const byId = new Map<number, ChartDocument>()
  for (const row of rows) {
    const known = byId.get(row.id)
    byId.set(row.id, known ? { ...known, categories: [...known.categories, ...categoryOf(row)] } : documentOf(row))
  }
  return [...byId.values()]
}

function documentOf(row: Row): ChartDocument {
  return {
    id: row.id,
    pid: row.pid ?? 0,
    name: row.name,
    mediaType: row.mediaType,
    bytes: row.bytes,
    type: row.type,
    url: row.url,
    storageMethod: row.storageMethod,
    pathDepth: row.pathDepth,
    filedAt: row.filedAt ?? '',
    day: row.day ?? undefined,
    deleted: row.deleted !== 0,
    expiresAt: row.expiresAt ?? undefined,
    encrypted: row.encrypted !== 0,
    sensitivity: row.sensitivity ?? undefined,
    categories: categoryOf(row),
    ruling:
      row.shared === null
        ? undefined
        : { shared: row.shared !== 0, reason: row.reason ?? '', by: row.decidedBy ?? '', at: row.decidedAt ?? '' },
  }
}

function categoryOf({ categoryId, categoryName, acoSpec }: Row): ChartDocument['categories'][number][] {
  return categoryId === null ? [] : [{ id: categoryId, name: categoryName ?? '', acoSpec: acoSpec ?? '' }]
}

/** How many a chart holds, and how many of them staff have taken back from its patient. One statement. */
export async function countDocuments(db: Queryable, pid: number): Promise<{ count: number; restricted: number }> {
  const row = await db.first<{ count: number; restricted: string | null }>(
    `SELECT COUNT(*) AS count, SUM(ruling.shared = 0) AS restricted
       FROM documents d LEFT JOIN foyer_document_shares ruling ON ruling.rules_for = d.id AND ruling.pid = d.foreign_id
      WHERE d.foreign_id = :pid AND d.deleted = 0`,
    { pid },
  )
  return { count: row?.count ?? 0, restricted: Number(row?.restricted ?? 0) }
}
