/** Patients who send files to a practice that has a virus scanner. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clamd, type Clamd } from '../support/clamd.js'
import { formOf, sendForm, type FilesAnswer, type Sent } from '../support/files.js'
import { openPractice, type RecordName, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

export interface SubmittedFile {
  id: number
  pid: number | null
  title: string
  note: string
  state: string
  scan: string
  file_id: number | null
  batch: string
}

export interface Uploading {
  practice: TestPractice
  /** The scanner, which hears all there is to hear unless it is told otherwise. */
  peer: Clamd
  maria: Visitor
  luis: Visitor
  /** Of the form that sends. */
  address: (record: RecordName) => string
  /** As Maria, in her own chart unless another record is named. */
  send: (files: readonly Sent[], fields?: Record<string, string>, record?: RecordName) => Promise<FilesAnswer>
  /** All that reached staff, in their order. */
  submissions: () => Promise<SubmittedFile[]>
  stored: (fileId: number) => Promise<{ type: string | undefined; bytes: Buffer }>
  leave: () => Promise<void>
}

export async function openUploading(): Promise<Uploading> {
  const dataDir = await mkdtemp(join(tmpdir(), 'foyer-uploads-'))
  const peer = await clamd(join(dataDir, 'clamd.sock'))
  const practice = await openPractice({ env: { FOYER_DATA_DIR: dataDir, FOYER_CLAMD: peer.address } })
  const maria = await practice.patientVisitor('maria')
  const address = (record: RecordName): string => `/portal/records/${practice.records[record]}/documents/upload`
  return {
    ...{ practice, peer, maria, address },
    luis: await practice.patientVisitor('luis'),
    send: async (files, fields = {}, record = 'maria') =>
      sendForm(maria, address(record), { ...(await formOf(maria, address(record))), ...fields }, files),
    submissions: () =>
      practice.db.select<SubmittedFile>(
        `SELECT id, pid, title, note, state, scan, file_id, batch FROM foyer_submissions WHERE kind = 'upload' ORDER BY id`,
      ),
    stored: async (fileId) => {
      const row = await practice.db.first<{ storage_key: string; media_type: string }>(
        `SELECT storage_key, media_type FROM foyer_files WHERE id = :fileId`,
        { fileId },
      )
      return { type: row?.media_type, bytes: await practice.portal.files.read(row?.storage_key ?? '') }
    },
    leave: async () => {
      await practice.leave()
      await peer.stop()
      await rm(dataDir, { recursive: true })
    },
  }
}
