/**
 * Who sees what of a chart: the one rule of every list, page, file and archive. What an output leaves out it leaves out
 * by this alone, item by item, so that no item changes what is shown of another.
 */
import { wallClock, type WallClock } from '../platform/clock.js'
import { openSpecs } from '../host/documents/categories.js'
import type { Queryable } from '../platform/database.js'
import type { Policy } from './policy.js'
import type { Portal } from './portal.js'
import { patientMay, pidOf, type PatientScope } from './scope.js'

export type Viewer =
  /** Somebody at a patient's record. `pid` undefined: it has no chart. `mayView`: what the grant opens. */
  | { kind: 'patient'; pid: number | undefined; mayView: boolean; now: WallClock }
  /** Staff in a patient's chart. `specs`: which categories the EMR opens to them (its `aco_spec`). */
  | { kind: 'staff'; pid: number; specs: ReadonlySet<string> }

/** A thing of the chart, as far as its release goes. */
export interface Releasable {
  pid: number
  deleted: boolean
  expiresAt: WallClock | undefined
  categories: readonly { acoSpec: string }[]
  /** What staff decided of it. Without a word it is shared. */
  ruling: { shared: boolean } | undefined
}

/**
 * - another-patient: it is in another chart, or the record has none
 * - deleted: in the EMR
 * - not-granted: the grant does not open documents
 * - restricted: staff have taken it back
 * - expired: its time is over
 * - no-right: the EMR does not open its category to this member of staff
 */
export type WhyHidden = 'another-patient' | 'deleted' | 'not-granted' | 'restricted' | 'expired' | 'no-right'

export function canSee(viewer: Viewer, item: Releasable): boolean {
  return whyHidden(viewer, item) === undefined
}

/** The first reason for which it is not shown. Undefined: it is. */
export function whyHidden(viewer: Viewer, item: Releasable): WhyHidden | undefined {
  if (item.pid !== viewer.pid) return 'another-patient'
  if (item.deleted) return 'deleted'
  return viewer.kind === 'staff' ? hiddenFromStaff(viewer.specs, item) : hiddenFromPatient(viewer, item)
}

function hiddenFromPatient(
  { mayView, now }: Extract<Viewer, { kind: 'patient' }>,
  { ruling, expiresAt }: Releasable,
): WhyHidden | undefined {
  if (!mayView) return 'not-granted'
  if (ruling?.shared === false) return 'restricted'
  // Text of one form, so that the later is the greater. The host's own test is the wrong way round (facts §6.5).
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : undefined
}

/** In several categories it is found in any; in none it is everybody's. */
function hiddenFromStaff(specs: ReadonlySet<string>, { categories }: Releasable): WhyHidden | undefined {
  if (categories.length === 0) return undefined
  return categories.some(({ acoSpec }) => specs.has(acoSpec)) ? undefined : 'no-right'
}

const VIEW = 'documents:view'

export function viewerAt(portal: { policy: () => Policy; clock: Portal['clock'] }, scope: PatientScope): Viewer {
  const mayView = patientMay(portal.policy(), scope, VIEW)
  return { kind: 'patient', pid: pidOf(scope), mayView, now: wallClock(portal.clock.now()) }
}

/** What the patient of a chart would see, whoever asks: for staff who look after the sharing. */
export function asThePatient({ clock }: Pick<Portal, 'clock'>, pid: number): Viewer {
  return { kind: 'patient', pid, mayView: true, now: wallClock(clock.now()) }
}

/** One statement. */
export async function staffViewer(
  db: Queryable,
  username: string,
  pid: number,
  items: readonly Pick<Releasable, 'categories'>[],
): Promise<Viewer> {
  const categories = items.flatMap((item) => item.categories)
  return { kind: 'staff', pid, specs: await openSpecs(db, username, categories) }
}
