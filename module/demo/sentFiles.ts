/**
 * What patients have sent when the demo opens: files that wait for staff, one that staff have returned, and a document
 * that was filled in the EMR's own portal, which Foyer takes into its queue by itself. By Foyer's own verbs where it has them.
 */
import { join } from 'node:path'
import { storeBytes } from '../access/storedFiles.js'
import { moveSubmission, sendForAudit, findSubmission } from '../features/documents/submissions.js'
import { typedSignature } from '../features/documents/filling/signing.js'
import { pinnedVersion, textOf } from '../features/documents/filling/versions.js'
import { detectHost } from '../host/detect.js'
import { IN_REVIEW, insertOnsiteDocument, saveOnsiteDocument } from '../host/onsiteDocuments.js'
import { noteDocument } from '../host/portalActivity.js'
import { dueDocuments } from '../host/reads/dueDocuments.js'
import { pinVersion } from '../host/templates.js'
import type { Actor } from '../platform/audit.js'
import { utc, wallClock, type Clock } from '../platform/clock.js'
import type { Config } from '../platform/config.js'
import type { Database, Tx } from '../platform/database.js'
import { fileStore } from '../platform/files/store.js'
import { opaqueId } from '../platform/ids.js'
import { imaging } from '../platform/imaging.js'
import { patientTurn, takeTurn } from '../platform/turns.js'
import { pdfOf } from './paperwork.js'
import type { ResidentName } from './people.js'
import { pidOf } from './practice.js'
import { keptSecret } from './secret.js'
import { earlierBy } from './stories.js'

interface Sent {
  of: ResidentName
  name: string
  mediaType: string
  bytes: Buffer
  note: string
  hoursAgo: number
  /** What staff wrote when they returned it. */
  returned?: string
}

/** Once: a practice to which anything was sent keeps what it has. */
export async function sendFiles(db: Database, clock: Clock, config: Config): Promise<void> {
  if (await db.first(`SELECT id FROM foyer_submissions LIMIT 1`)) return
  const files = fileStore(join(config.dataDir, 'files'), config.secret ?? keptSecret(config.dataDir))
  const [all, signed, site] = await Promise.all([whatWasSent(clock), typedSignature('Luis Reyes'), detectHost(db)])
  if (!signed.ok) throw new Error(signed.reason)
  await db.transaction(async (tx) => {
    for (const one of all) await send(tx, { clock: earlierBy(clock, { hours: one.hoursAgo }), files, site }, clock, one)
    await fillForLuis(tx, earlierBy(clock, { hours: 2 }), signed.image)
  })
}

async function whatWasSent(clock: Clock): Promise<Sent[]> {
  const paper = (title: string, daysAgo: number, lines: string[]) => pdfOf({ title, daysAgo, lines }, clock.now())
  return [
    {
      ...{ of: 'maria.santos', name: 'Letter of the eye clinic.pdf', mediaType: 'application/pdf', hoursAgo: 20 },
      bytes: await paper('Eye clinic: result of your examination', 4, [
        'The pressure in both eyes is normal. New glasses are not needed.',
        'We recommend another examination in two years.',
      ]),
      note: 'From my eye doctor, because of the headaches.',
    },
    {
      ...{ of: 'amina.yusuf', name: 'Insurance card.jpg', mediaType: 'image/jpeg', hoursAgo: 3 },
      ...{ bytes: await photo('Harbor Health Plan', 'AMINA YUSUF   ID 440 218 77'), note: 'My new card.' },
    },
    {
      ...{ of: 'john.carter', name: 'Referral.pdf', mediaType: 'application/pdf', hoursAgo: 50 },
      bytes: await paper('Referral', 6, ['Page 1 of 2']),
      note: '',
      returned: 'Only page 1 of 2 has arrived. Please send both pages together.',
    },
  ]
}

/** A card, as a telephone takes it. */
async function photo(head: string, line: string): Promise<Buffer> {
  const sharp = await imaging()
  const said = (text: string, size: number) => ({
    text: { text: `<span foreground="navy">${text}</span>`, dpi: size, rgba: true },
  })
  return sharp({ create: { width: 1000, height: 630, channels: 3, background: 'lavender' } })
    .composite([
      { input: said(head, 400), left: 60, top: 80 },
      { input: said(line, 260), left: 60, top: 420 },
    ])
    .jpeg({ quality: 85 })
    .toBuffer()
}

interface Place {
  clock: Clock
  files: ReturnType<typeof fileStore>
  site: Awaited<ReturnType<typeof detectHost>>
}

async function send(tx: Tx, place: Place, now: Clock, sent: Sent): Promise<void> {
  const { bytes, mediaType, name, note } = sent
  const pid = await pidOf(tx, sent.of)
  const owner = await tx.first<{ account: number; record: string; who: string }>(
    `SELECT g.account_id AS account, g.record, a.display_name AS who
       FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id
      WHERE g.pid = :pid AND g.relationship = 'self' LIMIT 1`,
    { pid },
  )
  if (pid === undefined || !owner) return
  const { account, record, who } = owner
  await takeTurn(tx, [patientTurn({ pid, record })])
  const batch = opaqueId()
  const fileId = await storeBytes(place, { name, mediaType, bytes, keptBy: `upload:${batch}` }, tx)
  const actor: Actor = { kind: 'account', id: String(account), name: who, requestId: undefined }
  const { id } = await sendForAudit(tx, place, actor, {
    ...{ kind: 'upload', accountId: account, record, pid, fileId, title: name, note, batch, scan: 'unscanned' },
  })
  await tx.insert(
    `INSERT INTO foyer_uploads
       (batch, account_id, sender, relationship, record, pid, name, media_type, note, state, scan, submission_id, sent_at, checked_at)
     VALUES (:batch, :account, :who, 'self', :record, :pid, :name, :mediaType, :note, 'sent', 'unscanned', :id, :at, :at)`,
    { batch, account, who, record, pid, name, mediaType, note, id, at: utc(place.clock.now()) },
  )
  const row = sent.returned === undefined ? undefined : await findSubmission(tx, id)
  if (!row || sent.returned === undefined) return
  const then = { clock: earlierBy(now, { hours: sent.hoursAgo / 2 }) }
  await moveSubmission(tx, then, row, { state: 'returned', who: 'staff', by: 'admin', reason: sent.returned })
}

/** In the EMR's own portal: Foyer finds it there, and makes the pages that staff look at. */
async function fillForLuis(tx: Tx, clock: Clock, image: string): Promise<void> {
  const pid = await pidOf(tx, 'luis.reyes')
  const due = pid === undefined ? [] : await dueDocuments(tx, { pid }, clock.now())
  const asked = due.find(({ name }) => name === 'Privacy notice')
  const pinned = asked && (await pinVersion(tx, clock, asked.templateId))
  if (pid === undefined || !asked || pinned === undefined) return
  const at = wallClock(clock.now())
  const { name: title, templateId } = asked
  const content = textOf(await pinnedVersion(tx, pinned), title)
  const id = await insertOnsiteDocument(tx, { pid, templateId, title, content, at })
  await saveOnsiteDocument(tx, await detectHost(tx), {
    ...{ id, state: IN_REVIEW, signature: { at, image } },
    values: [
      { name: 'group_radio0', value: 'In this portal only' },
      { name: 'text_input0', value: 'Amina Yusuf' },
      { name: 'check0', value: 'checked' },
      { name: 'patient_signature0', value: image },
    ],
  })
  await noteDocument(tx, { pid, documentId: id, title, at }, 'waiting')
}
