/** What a patient sent, as samples: a file or a filled document, anew for each asking. */
import type { TestPractice } from '../support/practice.js'
import { aSubmission } from '../support/submissions.js'
import type { Make } from './sampleMakers.js'
import { ofSentDocument } from './samplesFilling.js'

interface Found {
  id: number
  version: number
  sha256: string
}

/** A file that waits; `body`: sent along with what the page would say. */
export const ofSubmission =
  (body?: Record<string, string>): Make =>
  async (practice, pid) =>
    sampleOf(pid, await found(practice, 's.id', await aSubmission(practice, { pid })), body)

/** A document that was filled, and that staff may sign or return. */
export const ofSubmittedDocument =
  (body: Record<string, string>): Make =>
  async (practice, pid) => {
    const sample = await ofSentDocument(practice, pid)
    return sampleOf(pid, await found(practice, 's.onsite_id', Number(sample.params?.['id'])), body)
  }

/** Ticked with others. */
export const ofTicked: Make = async (practice, pid) => {
  const { id, sha256, version } = await found(practice, 's.id', await aSubmission(practice, { pid }))
  return { body: { 'id[]': `${String(id)}.${String(version)}.${sha256}`, category: '3', asked: '1' } }
}

async function found({ db }: TestPractice, column: 's.id' | 's.onsite_id', value: number): Promise<Found> {
  const row = await db.first<Found>(
    `SELECT s.id, s.version, f.sha256 FROM foyer_submissions s JOIN foyer_files f ON f.id = s.file_id WHERE ${column} = :value`,
    { value },
  )
  if (!row) throw new Error('nothing was sent')
  return row
}

function sampleOf(pid: number, { id, sha256, version }: Found, body?: Record<string, string>) {
  const seen = { submission: String(id), pid: String(pid), version: String(version), sha256 }
  const params = { id: String(id), page: '1' }
  return { params, query: { sha256 }, ...(body ? { body: { ...seen, ...body } } : {}) }
}
