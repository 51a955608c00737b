/** A registration is handed in: the row, a note in the host's staff messages, the trail, the event, the host's log. */
import type { Portal } from '../../access/portal.js'
import { writeHostLog } from '../../host/log.js'
import { writeStaffNote } from '../../host/notes.js'
import { ensureNoteType, NEW_PORTAL_USER } from '../../host/noteTypes.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { utc, wallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { receiptNumber } from '../../platform/ids.js'
import { publish } from '../../platform/outbox.js'
import { accountTurn, takeTurn } from '../../platform/turns.js'
import type { Details } from './details.js'
import { openKeyOf } from './registrations.js'

interface Submitter {
  id: number
  ownRecord: string
  /** Proved; '' for a host's credential without an address of its own. */
  email: string
}

/** The same person once more while the first waits gives the first one's receipt. */
export async function submit(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  account: Submitter,
  details: Details,
): Promise<{ id: number; receipt: string }> {
  await takeTurn(tx, [accountTurn(account.id)])
  const openKey = openKeyOf(account.id, details)
  const before = await tx.first<{ id: number; receipt: string }>(
    `SELECT id, receipt FROM foyer_registrations WHERE open_key = :openKey`,
    { openKey },
  )
  if (before) return before
  const receipt = receiptNumber()
  const noteId = await writeNote(tx, portal, details, receipt)
  const id = await tx.insert(
    `INSERT INTO foyer_registrations
       (receipt, account_id, for_whom, relationship, first_name, middle_name, last_name, birth_name, born, sex, phone,
        email, postal_code, message, state, note_id, created_at, open_key)
     VALUES (:receipt, :account, :forWhom, :relationship, :firstName, :middleName, :lastName, :birthName, :born, :sex,
        :phone, :email, :postalCode, :message, 'waiting', :noteId, :now, :openKey)`,
    {
      ...details,
      ...{ receipt, account: account.id, email: account.email, noteId, openKey, now: utc(portal.clock.now()) },
    },
  )
  const subject = `registration:${String(id)}`
  const said = { forWhom: details.forWhom, relationship: details.relationship }
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: 'registration.submitted', subject, record: account.ownRecord, details: said },
  })
  await publish(tx, portal.clock, {
    event: 'registration.submitted',
    payload: { registration: id, account: account.id },
    key: subject,
  })
  await writeHostLog(tx, {
    at: wallClock(portal.clock.now()),
    event: 'patient-registration',
    user: 'portal-user',
    comment: `Foyer: registration ${receipt} was handed in`,
    success: true,
    from: 'onsite-portal',
  })
  return { id, receipt }
}

/**
 * Reaches every staff member who is an addressee of patients, as the host's own portal does it (facts §4.4). In the
 * language of the practice: nobody knows who will read it.
 */
async function writeNote(tx: Tx, portal: Portal, details: Details, receipt: string): Promise<number> {
  await ensureNoteType(tx)
  const t = portal.speech.in(portal.settings().defaultLanguage)
  const whose = details.forWhom === 'me' ? '' : t(`registrations.note.${details.relationship}`)
  return writeStaffNote(tx, {
    at: wallClock(portal.clock.now()),
    // A note that is about no chart has the number 0 in the host.
    pid: 0,
    title: NEW_PORTAL_USER,
    text: t('registrations.note', {
      receipt,
      name: `${details.firstName} ${details.lastName}`,
      born: details.born,
      whose,
    }),
    to: 'portal-user',
    from: 'portal-user',
  })
}
