/** The host's templates: those of the library (pid -1), and what was sent to all (0) or to one patient (facts §6.1). */
import { createHash } from 'node:crypto'
import { utc, wallClock, type Clock, type Utc, type WallClock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'

/** Whose a template is: the library's, everybody's, or one patient's. */
export const LIBRARY = -1
export const EVERYBODY = 0

/** Foyer and the host write HTML and text alike as text (facts §6.1). */
export const TEXT = 'text/plain'
export const PDF = 'application/pdf'

export interface Template {
  id: number
  pid: number
  name: string
  /** Option of the list Document_Template_Categories; '' for none. */
  category: string
  profile: string
  mime: string
  modified: WallClock
  content: Buffer
}

interface Row {
  id: number
  pid: number | null
  template_name: string | null
  category: string
  profile: string
  mime: string | null
  modified_date: WallClock
  template_content: Buffer | null
}

const columns = `t.id, t.pid, t.template_name, t.category, t.profile, t.mime, t.modified_date, t.template_content`

/** `lock`: until the transaction ends. */
export async function findTemplate(
  db: Queryable,
  id: number,
  lock: 'lock' | 'look' = 'look',
): Promise<Template | undefined> {
  const row = await db.first<Row>(
    `SELECT ${columns} FROM document_templates t WHERE t.id = :id${lock === 'lock' ? ' FOR UPDATE' : ''}`, // sql-safe: constants
    { id },
  )
  return row && templateOf(row)
}

function templateOf(row: Row): Template {
  return {
    id: row.id,
    pid: row.pid ?? EVERYBODY,
    name: row.template_name ?? '',
    category: row.category,
    profile: row.profile,
    mime: row.mime ?? TEXT,
    modified: row.modified_date,
    content: row.template_content ?? Buffer.alloc(0),
  }
}

export interface NewTemplate {
  pid: number
  name: string
  category: string
  mime: string
  content: Buffer
  /** users.id of who sends or makes it. */
  providerId: number
  /** 'Repository', or `lname, fname` of the patient. */
  location: string
}

/** Written as the host does: sent again, it takes the place of what was sent (facts §6.1). Returns its id. */
export async function putTemplate(tx: Tx, { clock }: { clock: Clock }, template: NewTemplate): Promise<number> {
  const values = {
    ...template,
    name: template.name.slice(0, 255),
    location: template.location.slice(0, 255),
    size: template.content.length,
    now: wallClock(clock.now()),
  }
  return tx.insert(
    `INSERT INTO document_templates
       (pid, provider, modified_date, profile, category, location, template_name, status, send_date, size, template_content, mime)
     VALUES (:pid, :providerId, :now, '', :category, :location, :name, 'New', :now, :size, :content, :mime)
     ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), provider = VALUES(provider), modified_date = VALUES(modified_date),
       location = VALUES(location), status = VALUES(status), send_date = VALUES(send_date), size = VALUES(size),
       template_content = VALUES(template_content), mime = VALUES(mime)`,
    values,
  )
}

export interface Namesake {
  id: number
  /** It is offered to nobody, but stands there: the host's key lets no other have its name (facts A3). */
  retired: boolean
}

/** The library's template of this name in this category, if there is one. */
export async function libraryNamesake(
  db: Queryable,
  { category, name, profile = '' }: { name: string; category: string; profile?: string },
): Promise<Namesake | undefined> {
  const row = await db.first<{ id: number; retired: number }>(
    `SELECT t.id, x.template_id IS NOT NULL AS retired
       FROM document_templates t LEFT JOIN foyer_template_retirements x ON x.template_id = t.id
      WHERE t.pid = -1 AND t.profile = :profile AND t.category = :category AND t.template_name = :name`,
    { category, name, profile },
  )
  return row && { id: row.id, retired: row.retired === 1 }
}

export interface TemplateChange {
  id: number
  name: string
  category: string
  mime: string
  content: Buffer
}

/** Its places in profiles carry its name and category, too: the host's own lists of a profile read them there. */
export async function changeTemplate(tx: Tx, { clock }: { clock: Clock }, change: TemplateChange): Promise<void> {
  await tx.change(
    `UPDATE document_templates SET template_name = :name, category = :category, mime = :mime, template_content = :content,
            size = :size, modified_date = :now
      WHERE id = :id AND pid = -1`,
    { ...change, size: change.content.length, now: wallClock(clock.now()) },
  )
  const { category, id, name } = change
  await tx.change(
    `UPDATE document_template_profiles SET template_name = :name, category = :category WHERE template_id = :id`,
    { category, id, name },
  )
}

/** document_templates.id: what was sent of a library's template under another name or category than it has now, and is asked for still. */
export async function copiesOtherwise(
  tx: Tx,
  of: { sourceId: number; target: string; pid: number | null; category: string; name: string },
): Promise<number[]> {
  const rows = await tx.select<{ id: number }>(
    `SELECT DISTINCT t.id FROM foyer_document_requests r JOIN document_templates t ON t.id = r.template_id
      WHERE r.source_id = :sourceId AND r.target = :target AND r.pid <=> :pid AND r.withdrawn_at IS NULL AND t.pid >= 0
        AND NOT (t.template_name = :name AND t.category = :category)
      ORDER BY t.id DESC`,
    of,
  )
  return rows.map(({ id }) => id)
}

/** What was sent gets the name and category that its template has now. False: another of that name was sent there already. */
export async function renameSent(
  tx: Tx,
  { category, id, name }: { id: number; name: string; category: string },
): Promise<boolean> {
  const other = await tx.first(
    `SELECT o.id FROM document_templates t
       JOIN document_templates o ON o.pid = t.pid AND o.profile = t.profile AND o.id <> t.id
      WHERE t.id = :id AND o.category = :category AND o.template_name = :name`,
    { id, category, name: name.slice(0, 255) },
  )
  if (other) return false
  await tx.change(
    `UPDATE document_templates SET template_name = :name, category = :category WHERE id = :id AND pid >= 0`,
    { id, category, name: name.slice(0, 255) },
  )
  return true
}

/** Takes back what was sent to one patient or to all; never the library's own. */
export async function removeSent(tx: Tx, id: number): Promise<void> {
  await tx.change(`DELETE FROM document_templates WHERE id = :id AND pid >= 0`, { id })
}

/** What a version did: the library's own screens, or one of the host's. */
export type Changed = 'written' | 'uploaded' | 'edited' | 'back' | 'host'

export interface TemplateVersion {
  id: number
  templateId: number
  version: number
  sha256: string
  mime: string
  content: Buffer
}

/** Undefined: there is no such version. */
export async function findVersion(db: Queryable, id: number): Promise<TemplateVersion | undefined> {
  const row = await db.first<VersionRow>(
    `SELECT id, template_id, version, sha256, mime, content FROM foyer_template_versions WHERE id = :id`,
    { id },
  )
  return (
    row && {
      ...{ id: row.id, templateId: row.template_id, version: row.version },
      ...{ sha256: row.sha256, mime: row.mime, content: row.content },
    }
  )
}

interface VersionRow {
  id: number
  template_id: number
  version: number
  sha256: string
  mime: string
  content: Buffer
}

export interface VersionLine {
  id: number
  version: number
  sha256: string
  mime: string
  changed: Changed
  note: string
  by: string
  at: Utc
}

/** The newest first, without their contents. */
export function versionsOf(db: Queryable, templateId: number): Promise<VersionLine[]> {
  return db.select<VersionLine>(
    `SELECT id, version, sha256, mime, changed, note, made_by AS \`by\`, made_at AS at
       FROM foyer_template_versions WHERE template_id = :templateId ORDER BY version DESC LIMIT 100`,
    { templateId },
  )
}

/** Adds the version, if the newest is not the same bytes. Returns the id of what is now the newest. */
export async function addVersion(
  tx: Tx,
  clock: Clock,
  { templateId, mime, content }: { templateId: number; mime: string; content: Buffer },
  { by, changed, note = '' }: { by: string; changed: Changed; note?: string },
): Promise<number> {
  const newest = await tx.first<{ id: number; version: number; sha256: string }>(
    `SELECT id, version, sha256 FROM foyer_template_versions WHERE template_id = :templateId
      ORDER BY version DESC LIMIT 1 FOR UPDATE`,
    { templateId },
  )
  const sha256 = hashOf(content)
  if (newest?.sha256 === sha256) return newest.id
  return tx.insert(
    `INSERT INTO foyer_template_versions (template_id, version, sha256, mime, content, changed, note, made_by, made_at)
     VALUES (:templateId, :version, :sha256, :mime, :content, :changed, :note, :by, :now)`,
    {
      ...{ templateId, sha256, mime, content, changed, by },
      note: note.slice(0, 255),
      version: (newest?.version ?? 0) + 1,
      now: utc(clock.now()),
    },
  )
}

/** Hex SHA-256 */
function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * The bytes that a template has now, as a version of it that stays: what is filled from now on is filled on these.
 * Bytes that one of the host's own screens wrote become a version here. Undefined: there is no such template.
 */
export async function pinVersion(tx: Tx, clock: Clock, templateId: number): Promise<number | undefined> {
  const template = await findTemplate(tx, templateId)
  if (!template) return undefined
  const known = await tx.first<{ id: number }>(
    // What was sent is a copy of the library's: it is the library's version, as long as its bytes are.
    `SELECT v.id FROM foyer_template_versions v
      WHERE v.sha256 = :sha256 AND v.template_id IN (
        SELECT :templateId UNION ALL SELECT r.source_id FROM foyer_document_requests r WHERE r.template_id = :templateId)
      ORDER BY v.template_id = :templateId DESC, v.id DESC LIMIT 1`,
    { templateId, sha256: hashOf(template.content) },
  )
  if (known) return known.id
  const { content, mime } = template
  return addVersion(tx, clock, { templateId, mime, content }, { by: '', changed: 'host' })
}

/** Whether this patient has sent a document of this template before. */
export async function wasSent(tx: Tx, templateId: number, pid: number): Promise<boolean> {
  const row = await tx.first<{ id: number }>(
    `SELECT id FROM onsite_documents WHERE pid = :pid AND file_path = CAST(:templateId AS CHAR)
       AND denial_reason IN ('In Review', 'Locked') LIMIT 1`,
    { pid, templateId },
  )
  return row !== undefined
}
