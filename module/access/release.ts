/**
 * Who sees what of a chart: the one rule of every list, page, file and archive. What an output leaves out it leaves out
 * by this alone, item by item, so that no item changes what is shown of another.
 */
import { wallClock, type WallClock } from '../platform/clock.js'
import { openSpecs } from '../host/documents/categories.js'
import type { Queryable } from '../platform/database.js'
import { extentParts } from './ages.js'
import type { Portal } from './portal.js'
import { openingNow, patientMay, pidOf, speaksNow, type PatientScope } from './scope.js'

export type Viewer =
  /**
   * Somebody at a patient's record. `pid` undefined: it has no chart. `mayView`: what the grant opens. `maySensitive`:
   * what the EMR marks as sensitive, too, as the practice has set it.
   */
  | { kind: 'patient'; pid: number | undefined; mayView: boolean; maySensitive: boolean; now: WallClock }
  /** Staff in a patient's chart. `specs`: which categories the EMR opens to them (its `aco_spec`). */
  | { kind: 'staff'; pid: number; specs: ReadonlySet<string> }

/** A thing of the chart, as far as its release goes. */
export interface Releasable {
  pid: number
  deleted: boolean
  expiresAt: WallClock | undefined
  categories: readonly { acoSpec: string }[]
  /** Of the encounter that it belongs to, as the EMR calls it: `high`. Undefined: none, or the usual one. */
  sensitivity: string | undefined
  /** What staff decided of it. Without a word it is shared. */
  ruling: { shared: boolean } | undefined
}

/**
 * - another-patient: it is in another chart, or the record has none
 * - deleted: in the EMR
 * - not-granted: the grant does not open documents
 * - restricted: staff have taken it back
 * - expired: its time is over
 * - sensitive: the EMR marks it so, by its encounter or its category, and staff have not shared it by itself
 * - no-right: the EMR does not open its category to this member of staff
 */
export type WhyHidden =
  'another-patient' | 'deleted' | 'not-granted' | 'restricted' | 'expired' | 'sensitive' | 'no-right'

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
  { mayView, maySensitive, now }: Extract<Viewer, { kind: 'patient' }>,
  item: Releasable,
): WhyHidden | undefined {
  const { ruling } = item
  if (!mayView) return 'not-granted'
  if (ruling?.shared === false) return 'restricted'
  if (isExpired(item, now)) return 'expired'
  return isSensitive(item) && !maySensitive && ruling?.shared !== true ? 'sensitive' : undefined
}

/** The EMR's end date, which nothing decided here outlasts. The host's own test is the wrong way round (facts §6.5). */
export function isExpired({ expiresAt }: Pick<Releasable, 'expiresAt'>, now: WallClock): boolean {
  // Text of one form, so that the later is the greater.
  return expiresAt !== undefined && expiresAt <= now
}

const USUAL_LEVEL = 'sensitivities|normal'

/**
 * The EMR's levels are rights of staff: of an encounter, or of a category of documents (facts §4.6). Its own portal
 * gives such documents to whoever opens the chart (facts §6.5). Any other right says who works with a thing, and not
 * how private it is.
 */
export function isSensitive({ categories, sensitivity }: Pick<Releasable, 'categories' | 'sensitivity'>): boolean {
  const ofCategory = categories.some(({ acoSpec }) => acoSpec.startsWith('sensitivities|') && acoSpec !== USUAL_LEVEL)
  return sensitivity !== undefined || ofCategory
}

/** In several categories it is found in any; in none it is everybody's. What is of an encounter takes its level, too. */
function hiddenFromStaff(specs: ReadonlySet<string>, item: Releasable): WhyHidden | undefined {
  const { categories } = item
  if (levelOf(item).some(({ acoSpec }) => !specs.has(acoSpec))) return 'no-right'
  if (categories.length === 0) return undefined
  return categories.some(({ acoSpec }) => specs.has(acoSpec)) ? undefined : 'no-right'
}

function levelOf({ sensitivity }: Pick<Releasable, 'sensitivity'>): { acoSpec: string }[] {
  return sensitivity === undefined ? [] : [{ acoSpec: `sensitivities|${sensitivity}` }]
}

const VIEW = 'documents:view'

export function viewerAt(portal: Pick<Portal, 'clock' | 'policy' | 'settings'>, scope: PatientScope): Viewer {
  const mayView = patientMay(portal.policy(), scope, VIEW)
  const maySensitive = opensSensitive(portal, scope.kind === 'chart' && scope.speaks === true)
  return { kind: 'patient', pid: pidOf(scope), mayView, maySensitive, now: wallClock(portal.clock.now()) }
}

/** What the patient of a chart would see, whoever asks: for staff who look after the sharing. */
export function asThePatient(portal: Pick<Portal, 'clock' | 'settings'>, pid: number): Viewer {
  const maySensitive = opensSensitive(portal, true)
  return { kind: 'patient', pid, mayView: true, maySensitive, now: wallClock(portal.clock.now()) }
}

/** And what others see who may read documents for the patient, and are no parent of a child. */
export function asAnother(portal: Pick<Portal, 'clock' | 'settings'>, pid: number): Viewer {
  const maySensitive = opensSensitive(portal, false)
  return { kind: 'patient', pid, mayView: true, maySensitive, now: wallClock(portal.clock.now()) }
}

/** Somebody to whom a letter would go: what a grant that runs opens for them now. */
export function readerOf(
  portal: Pick<Portal, 'clock' | 'policy' | 'settings'>,
  pid: number,
  grant: Parameters<typeof openingNow>[0],
): Viewer {
  const { extent } = openingNow(grant, portal)
  const subjects = ['anyone', 'account', ...extentParts(extent ?? '').map((part) => `extent:${part}`)]
  const mayView = extent !== undefined && portal.policy().allows(subjects, VIEW)
  const maySensitive = opensSensitive(portal, speaksNow(grant, portal))
  return { kind: 'patient', pid, mayView, maySensitive, now: wallClock(portal.clock.now()) }
}

/** The practice's setting: to everybody who reads documents, to who speaks as the patient, or to nobody by itself. */
function opensSensitive({ settings }: Pick<Portal, 'settings'>, speaks: boolean): boolean {
  const { sensitiveDocuments } = settings()
  return sensitiveDocuments === 'everybody' || (sensitiveDocuments === 'patient' && speaks)
}

/** One statement. */
export async function staffViewer(
  db: Queryable,
  username: string,
  pid: number,
  items: readonly Pick<Releasable, 'categories' | 'sensitivity'>[],
): Promise<Viewer> {
  const needed = items.flatMap((item) => [...item.categories, ...levelOf(item)])
  return { kind: 'staff', pid, specs: await openSpecs(db, username, needed) }
}
