/** Staff put a file of their own into a patient's chart, where the patient sees it by the rule for all (released.ts). */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { chartCategories, openSpecs, type ChartCategory } from '../../../host/documents/categories.js'
import { fileLaid, layIntoChart, takeBackLaid, type LaidBytes, type NotFiled } from '../../../host/documents/filing.js'
import { writeHostLog } from '../../../host/log.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { scan } from '../../../platform/clamd.js'
import { day as dayOf, wallClock } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import { isOfKind, kindsIn } from '../../../platform/mediaTypes.js'
import { firstResult, rememberResult, type Once } from '../../../platform/once.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import type { ReceivedFile } from '../../../web/routes.js'
import { tellReaders, type Letters } from './telling.js'

export interface FileToAdd {
  pid: number
  file: ReceivedFile
  categoryId: number
  /** As the chart lists it. */
  name: string
  /** Write to whoever may see it. */
  tell: boolean
  once: Once | undefined
}

export type AddOutcome =
  /** `letters` undefined: none was asked for, or the same press wrote them before. */
  | { ok: true; document: number; letters: Letters | undefined }
  /**
   * no-category: there is none of that number that this member may open. other-kind: not of a kind that charts take.
   * infected, unscannable, scan-away: what the virus scan says, that it takes no more than so much, or says nothing. used-otherwise: the form was sent before.
   */
  | { ok: false; reason: NotFiled | 'no-category' | 'other-kind' | ScanObjection | 'used-otherwise' }

type ScanObjection = 'infected' | 'unscannable' | 'scan-away'

/** The bytes first, then one transaction. What is refused in it leaves no bytes. */
export async function addToChart(
  portal: Portal,
  staff: StaffMember,
  actor: Actor,
  what: FileToAdd,
): Promise<AddOutcome> {
  const open = await categoriesFor(portal.db, staff)
  if (!open.some(({ id }) => id === what.categoryId)) return { ok: false, reason: 'no-category' }
  const objection = await whyNotTaken(portal, what.file)
  if (objection) return { ok: false, reason: objection }
  const laid = await layIntoChart(portal, {
    ...{ pid: what.pid, bytes: what.file.bytes },
    open: () => portal.files.open(what.file.key),
  })
  if (!laid.ok) return laid
  const outcome = await write(portal, staff, actor, what, laid.laid).catch(async (error: unknown) => {
    await takeBackLaid(portal, laid.laid)
    throw error
  })
  if (!outcome.made) await takeBackLaid(portal, laid.laid)
  return outcome.answer
}

/** By its content; and what a virus scanner says, where there is one. */
async function whyNotTaken(
  portal: Portal,
  { key, mediaType }: ReceivedFile,
): Promise<'other-kind' | ScanObjection | undefined> {
  if (!isOfKind(mediaType, kindsIn('all')) && mediaType !== 'text/plain') return 'other-kind'
  const { clamd } = portal.config
  if (clamd === undefined) return undefined
  const { outcome } = await scan(clamd, await portal.files.open(key))
  if (outcome === 'clean') return undefined
  if (outcome === 'infected') return 'infected'
  // Another try would end as this one did.
  return outcome === 'too-large' ? 'unscannable' : 'scan-away'
}

/** Those of the chart's categories that the EMR opens to this member. Two statements. */
export async function categoriesFor(db: Queryable, { username }: StaffMember): Promise<ChartCategory[]> {
  const all = await chartCategories(db)
  const specs = await openSpecs(db, username, all)
  return all.filter(({ acoSpec }) => specs.has(acoSpec))
}

function write(
  portal: Portal,
  staff: StaffMember,
  actor: Actor,
  what: FileToAdd,
  laid: LaidBytes,
): Promise<{ made: boolean; answer: AddOutcome }> {
  const { clock, db } = portal
  const { pid, once, categoryId } = what
  return db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(pid)])
    const before = once && (await firstResult(tx, clock, once))
    if (before?.state === 'used-otherwise') {
      return { made: false, answer: { ok: false, reason: 'used-otherwise' } as const }
    }
    if (before?.state === 'done') {
      return { made: false, answer: { ok: true, document: Number(before.result), letters: undefined } as const }
    }
    const now = clock.now()
    const document = await fileLaid(tx, portal, laid, {
      ...{ categoryId, name: what.name, mediaType: what.file.mediaType, ownerId: staff.id, day: dayOf(now) },
    })
    const letters = what.tell ? await tellReaders(tx, portal, actor, pid, [document]) : undefined
    await recordAudit(tx, clock, actor, {
      ...{ event: 'document.added', subject: `document:${String(document)}`, pid },
      details: { category: categoryId, bytes: laid.bytes, told: letters?.written ?? 0, refused: letters?.refused ?? 0 },
    })
    const payload = { document, pid }
    await publish(tx, clock, { event: 'document.added', payload, key: `patient:${String(pid)}` })
    await writeHostLog(tx, {
      ...{ at: wallClock(now), event: 'chart document', user: staff.username, pid, success: true },
      ...{ comment: `Foyer: document ${String(document)} was added`, from: 'portal-dashboard' },
    })
    if (once) await rememberResult(tx, once, String(document))
    return { made: true, answer: { ok: true, document, letters } as const }
  })
}
