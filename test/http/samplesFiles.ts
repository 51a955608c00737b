/** What the routes of sending files are asked about. */
import { storeBytes } from '../../module/access/storedFiles.js'
import { sendForAudit } from '../../module/features/documents/submissions.js'
import type { Actor } from '../../module/platform/audit.js'
import { opaqueId } from '../../module/platform/ids.js'
import { patientTurn, takeTurn } from '../../module/platform/turns.js'
import { pdfOf } from '../support/files.js'
import type { TestPractice } from '../support/practice.js'
import type { Make } from './sampleMakers.js'

const maria: Actor = { kind: 'account', id: '1', name: 'maria.santos', requestId: undefined }

/** A file of this patient that waits for staff. */
export const ofUpload: Make = async (practice, pid) => {
  const batch = opaqueId()
  const id = await upload(practice, pid, batch)
  return { params: { batch, file: String(id) } }
}

/** One that staff have returned: another is to be sent in its place. */
export const ofReturnedUpload: Make = async (practice, pid) => {
  const sample = await ofUpload(practice, pid)
  await practice.db.transaction((tx) =>
    tx.change(
      `UPDATE foyer_submissions s JOIN foyer_uploads u ON u.submission_id = s.id
          SET s.state = 'returned', s.reason = 'Please again' WHERE u.id = :file`,
      { file: sample.params?.['file'] ?? '' },
    ),
  )
  return { ...sample, body: { note: 'none' } }
}

function upload({ accounts, db, portal, records }: TestPractice, pid: number, batch: string): Promise<number> {
  const name = 'sample.pdf'
  return db.transaction(async (tx) => {
    await takeTurn(tx, [patientTurn({ pid, record: records.maria })])
    const bytes = pdfOf('A sample')
    const fileId = await storeBytes(portal, { name, mediaType: 'application/pdf', bytes, keptBy: 'submission:0' }, tx)
    const sent = await sendForAudit(tx, portal, maria, {
      ...{
        kind: 'upload',
        accountId: accounts.maria,
        record: records.maria,
        pid,
        fileId,
        title: name,
        note: '',
        batch,
      },
    })
    return tx.insert(
      `INSERT INTO foyer_uploads (batch, account_id, sender, relationship, record, pid, name, media_type, note, state, submission_id, sent_at)
       VALUES (:batch, :account, 'maria.santos', 'self', :record, :pid, :name, 'application/pdf', '', 'sent', :submission, '2026-11-23 12:00:00')`,
      { batch, pid, name, account: accounts.maria, record: records.maria, submission: sent.id },
    )
  })
}
