/** Files as patients have them, and forms that bring some, as a browser sends them. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestPractice } from './practice.js'
import type { Visitor } from './visitor.js'

export interface Sent {
  name: string
  bytes: Buffer
  /** As the sender's system says; ours does not believe it. */
  type?: string
  field?: string
}

export interface FilesAnswer {
  status: number
  body: string
  location: string
  headers: Headers
}

/** A page of one line, in the smallest PDF that is one. `label` makes each another. */
export function pdfOf(label: string, padding = 0): Buffer {
  const text = `BT /F1 12 Tf 40 100 Td (${label}) Tj ET`
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${String(text.length)}>>stream\n${text}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ]
  const parts = ['%PDF-1.4\n%\xe2\xe3\xcf\xd3\n']
  const offsets = objects.map((object, at) => {
    const offset = parts.join('').length
    parts.push(`${String(at + 1)} 0 obj\n${object}\nendobj\n`)
    return offset
  })
  if (padding > 0) parts.push(`%${'.'.repeat(padding)}\n`)
  const start = parts.join('').length
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  parts.push(
    `xref\n0 6\n0000000000 65535 f \n${rows}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${String(start)}\n%%EOF\n`,
  )
  return Buffer.from(parts.join(''), 'latin1')
}

/** The form's other fields, from the page that holds it. */
export async function formOf(person: Visitor, path: string): Promise<Record<string, string>> {
  const page = await person.get(path)
  const names = ['_csrf', '_once']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = new RegExp(`name="${name}" value="([^"]+)"`).exec(page.body)?.[1]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** As a browser sends it: the fields first, in the form's order. */
export async function sendForm(
  person: Visitor,
  path: string,
  fields: Record<string, string>,
  files: readonly Sent[],
  headers: Record<string, string> = {},
): Promise<FilesAnswer> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const { name, bytes, type, field = 'file' } of files) {
    form.append(field, new Blob([bytes], { type: type ?? 'application/octet-stream' }), name)
  }
  return answerOf(await fetch(`${person.origin}${path}`, { method: 'POST', body: form, ...asking(person, headers) }))
}

/** Bytes as they are, past what fetch would mend. */
export async function sendBody(
  person: Visitor,
  path: string,
  body: Buffer,
  headers: Record<string, string>,
): Promise<FilesAnswer> {
  return answerOf(await fetch(`${person.origin}${path}`, { method: 'POST', body, ...asking(person, headers) }))
}

function asking({ cookies }: Visitor, headers: Record<string, string>): RequestInit {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return { redirect: 'manual', headers: { ...headers, ...(cookie === '' ? {} : { cookie }) } }
}

async function answerOf(response: Response): Promise<FilesAnswer> {
  return {
    status: response.status,
    body: await response.text(),
    location: response.headers.get('location') ?? '',
    headers: response.headers,
  }
}

/** Every file below a folder, by its path from there. */
export async function filesIn(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return all
    .filter((each) => !each.isDirectory())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
    .sort()
}

/** The rows of the file store that stand against its files: neither without the other. */
export async function storeOf({ db, portal }: TestPractice) {
  const folder = join(portal.config.dataDir, 'files')
  const rows = await db.select<{ id: number; storage_key: string; state: string; kept_by: string | null }>(
    `SELECT id, storage_key, state, kept_by FROM foyer_files ORDER BY id`,
  )
  return { folder, rows, files: await filesIn(folder) }
}

/** What lies on the disk, as it lies there. */
export function sealedBytes(folder: string, file: string): Promise<Buffer> {
  return readFile(join(folder, file))
}
