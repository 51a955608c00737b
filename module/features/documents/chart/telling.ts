/** A letter to everybody who may see it that there is a new document: not which, nor of whom. */
import { writeLetter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import { canSee, readerOf } from '../../../access/release.js'
import type { LetterKind } from '../../../feature.js'
import { documentsById } from '../../../host/reads/chartDocuments.js'
import { readersOf, type Reader } from '../../../host/reads/documentReaders.js'
import type { Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { isEmailAddress } from '../../../platform/emailAddress.js'
import { isLanguage } from '../../../platform/i18n.js'

export const letters: readonly LetterKind[] = [{ kind: 'document.added', values: () => ({ path: '/portal' }) }]

/** About these documents of a chart, to who may see one of them; answers to how many accounts a letter was written. */
export async function tellReaders(
  tx: Tx,
  portal: Portal,
  by: Actor,
  pid: number,
  ids: readonly number[],
): Promise<number> {
  const documents = await documentsById(tx, ids)
  const readers = (await readersOf(tx, pid, utc(portal.clock.now()))).filter((reader) => {
    const viewer = readerOf(portal, pid, reader)
    return documents.some((document) => canSee(viewer, document))
  })
  for (const reader of readers) {
    await writeLetter(tx, portal, {
      ...{ kind: 'document.added', channel: 'mail', pid, accountId: reader.accountId, by },
      ...addressOf(reader),
      language: isLanguage(reader.language) ? reader.language : portal.settings().defaultLanguage,
    })
  }
  return readers.length
}

function addressOf({ email, trusted, mayMail }: Reader): { to: string; refused?: string } {
  if (email !== '') return { to: email }
  if (trusted === '') return { to: '', refused: 'no-address' }
  if (!mayMail) return { to: trusted, refused: 'no-consent' }
  return isEmailAddress(trusted) ? { to: trusted } : { to: trusted, refused: 'bad-address' }
}
