/**
 * The contract of a wing. It lets a wing contribute; nothing else knows the wing. Adding a feature is adding a folder
 * under features/ and one line in portal.ts. Wings meet only here.
 */
import type { Words } from './platform/i18n.js'
import type { OutboxEvent } from './platform/outbox.js'
import type { Portal } from './access/portal.js'
import type { NavEntry } from './web/site.js'
import type { RecordContext, Route, StaffContext } from './web/routes.js'

export interface Feature {
  name: string
  words: Words
  routes: readonly Route[]
  patientNav?: readonly NavEntry<RecordContext>[]
  staffNav?: readonly NavEntry<StaffContext>[]
  emrNav?: readonly NavEntry<StaffContext>[]
  /** Work that waits for staff. */
  queue?: Queue
  /** A patient's home answers what needs them, what is next, what is new: a wing's part of it. */
  homeCard?: Card<RecordContext> | readonly Card<RecordContext>[]
  /** A wing's part of the staff's hall besides its queue. */
  hallCards?: readonly HallCard[]
  /** A wing's part of the patient's panel for staff. */
  panelCard?: PanelCard
  /** What runs by itself, in one process at a time. module.json describes each. */
  jobs?: readonly Job[]
  /** What a wing does after something has happened. */
  on?: readonly Listener[]
}

export interface Job {
  /** As in module.json. */
  name: string
  everySeconds: number
  /** Runs under the job's lock; throws what went wrong, which is told and tried again at its next time. */
  run: (portal: Portal) => Promise<void>
}

/**
 * Hears an event after the transaction that published it has committed: at least once, in order for one `key`, again
 * with growing pauses until it does not throw, and to staff when it never succeeds.
 */
export interface Listener {
  /** Names the listener among those of its event: `notify-patient`. */
  name: string
  event: string
  hear: (portal: Portal, event: HeardEvent) => Promise<void>
}

export interface HeardEvent extends OutboxEvent {
  /** The same each time that the event is heard: what a listener makes once, it makes under this. */
  id: number
}

/**
 * Work that waits for staff. What is counted is what is listed: `counting` and the list share their FROM and WHERE, so
 * that a number cannot disagree with its list. The numbers of all queues are one statement for each page.
 */
export interface Queue {
  key: string
  /** Key of words. */
  title: string
  /** A symbol of public/vendor/icons.svg; an inbox where there is none. */
  icon?: string
  /** Its own page, below /staff/portal. */
  path: string
  /** Below /staff/portal: the rows alone, which ask for news by themselves. The dashboard lays them in. */
  fragment: string
  permission: string
  /**
   * One SELECT, made of constants only, of one row: `count`, `oldest` (seconds that the oldest has waited, NULL when
   * nothing waits) and `taken` (how many of them somebody has). It may use `:utc`, `:wall` and `:claimedSince` (UTC:
   * a claim made earlier has lapsed).
   */
  counting: string
}

export interface QueueState {
  count: number
  /** Minutes that the oldest has waited; undefined when nothing waits. */
  oldestMinutes: number | undefined
  /** How many of them somebody has claimed. */
  taken: number
}

export interface Fragment {
  view: string
  content: unknown
  /** Staff: pid of each patient of whom something is shown, besides the one whose panel it is. */
  about?: readonly number[]
}

export interface Card<Context> {
  permission: string
  /** needs: what waits for the patient; next: what comes; new: what arrived. */
  place: 'needs' | 'next' | 'new'
  /** Undefined: nothing to show here (a wing that has an empty state shows it itself). */
  show: (context: Context) => Promise<Fragment | undefined>
}

/** A card of the staff's hall, loaded by itself from a route of its own: `/staff/portal/cards/<key>`. One statement at most. */
export interface HallCard {
  /** Letters and hyphens. */
  key: string
  /** Key of words. */
  title: string
  permission: string
  /** Asks for news by itself so often; does not keep the session awake. */
  everySeconds?: number
  /** A `<section class="card">` with a heading of the second rank. */
  show: (context: StaffContext) => Promise<Fragment>
}

/** A card of a patient's panel, loaded by itself: `/staff/portal/patients/:pid/<key>`. One statement at most. */
export interface PanelCard {
  /** Letters and hyphens. */
  key: string
  /** Key of words. */
  title: string
  permission: string
  /** A `<section class="card">` with a heading of the second rank. */
  show: (context: StaffContext, pid: number) => Promise<Fragment>
}
