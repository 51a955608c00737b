/**
 * Answers that may mean that somebody needs help now reach people, not only a queue: a message in the host to each whom
 * the practice names, and an e-mail that says nothing of whom or what. Once for each submission.
 */
import { writeLetter } from '../../../access/letters.js'
import { foyer, saidIn } from '../../../access/formAssignments.js'
import type { Portal } from '../../../access/portal.js'
import type { LetterKind, Listener } from '../../../feature.js'
import { completeNote } from '../../../host/noteTypes.js'
import { writeStaffNote } from '../../../host/notes.js'
import { staffToTell, type StaffToTell } from '../../../host/reads/staffEmail.js'
import { wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { isMailbox } from '../../../platform/emailAddress.js'

const URGENT = 'form.urgent'

export const urgentLetter: LetterKind = {
  kind: URGENT,
  values: () => ({ path: '/staff/portal/forms?view=urgent' }),
}

/** Heard again until it has been done: whoever was told is in the row, in the same transaction as the messages. */
export const tellUrgent: Listener = {
  name: 'tell-staff',
  event: 'form.sent',
  hear: async (portal, { payload }) => {
    if (payload['flag'] === 'urgent') await tellStaff(portal, Number(payload['response']))
  },
}

interface Untold {
  receipt: string
  title: string
  pid: number | null
}

async function tellStaff(portal: Portal, id: number): Promise<void> {
  await portal.db.transaction(async (tx) => {
    const untold = await tx.first<Untold>(
      `SELECT receipt, title, pid FROM foyer_form_responses
        WHERE id = :id AND state = 'waiting' AND urgent_notes IS NULL FOR UPDATE`,
      { id },
    )
    if (!untold) return
    const readers = await staffToTell(tx, readersIn(portal.settings().urgentReaders))
    const notes: number[] = []
    for (const to of readers.length > 0 ? readers.map(({ username }) => username) : [ALL_ADDRESSEES]) {
      notes.push(await writeNote(tx, portal, untold, to))
    }
    for (const reader of readers) await writeMail(tx, portal, reader)
    await tx.change(`UPDATE foyer_form_responses SET urgent_notes = :notes WHERE id = :id`, {
      ...{ id, notes: JSON.stringify(notes) },
    })
  })
}

/** Every user to whom patients may write (facts §7.4). */
const ALL_ADDRESSEES = 'portal-user'
const READERS_MOST = 20

function readersIn(setting: string): string[] {
  const names = setting.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))].slice(0, READERS_MOST)
}

/** In the patient's chart, as every note about a patient; the host's own kinds have none for it. */
function writeNote(tx: Tx, portal: Portal, { pid, receipt, title }: Untold, to: string): Promise<number> {
  return writeStaffNote(tx, {
    ...{ at: wallClock(portal.clock.now()), pid: pid ?? 0, title: 'Other', to, from: 'portal-user' },
    text: `URGENT: answers ${receipt} (${saidIn(title).text}) say that the patient may need help now. Read them in the Portal Dashboard under Forms.`,
  })
}

async function writeMail(tx: Tx, portal: Portal, { email }: StaffToTell): Promise<void> {
  if (!isMailbox(email)) return
  const language = portal.settings().defaultLanguage
  await writeLetter(tx, portal, { kind: URGENT, channel: 'mail', to: email, language, by: foyer })
}

/** Somebody has read them: the messages are done in the host too. */
export async function completeUrgentNotes(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  { id, pid }: { id: number; pid: number | undefined },
  userId: number,
): Promise<void> {
  const row = await tx.first<{ notes: string | null }>(
    `SELECT urgent_notes AS notes FROM foyer_form_responses WHERE id = :id`,
    { id },
  )
  const notes = row?.notes == null ? [] : (JSON.parse(row.notes) as number[])
  for (const note of notes) await completeNote(tx, note, { userId, pid }, wallClock(portal.clock.now()))
}
