/**
 * The contract of a wing. It lets a wing contribute; nothing else knows the wing. Adding a feature is adding a folder
 * under features/ and one line in portal.ts. Wings meet only here.
 */
import type { Queryable } from './platform/database.js'
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
  homeCard?: Card<RecordContext>
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
 * Count, age and list of a queue come from one statement, so that a badge cannot disagree with its list.
 */
export interface Queue {
  key: string
  /** Key of words. */
  title: string
  /** Below /staff/portal. */
  path: string
  permission: string
  read: (portal: Portal, db: Queryable, limit: number) => Promise<QueueState>
  /** The dashboard's view of it, and what that view is given: the same fragment as on its own page. */
  card: (context: StaffContext) => Promise<Fragment>
}

export interface QueueState {
  count: number
  /** Minutes that the oldest has waited; undefined when nothing waits. */
  oldestMinutes: number | undefined
}

export interface Fragment {
  view: string
  content: unknown
}

export interface Card<Context> {
  permission: string
  /** needs: what waits for the patient; next: what comes; new: what arrived. */
  place: 'needs' | 'next' | 'new'
  /** Undefined: nothing to show here (a wing that has an empty state shows it itself). */
  show: (context: Context) => Promise<Fragment | undefined>
}

export interface PanelCard {
  permission: string
  show: (context: StaffContext, pid: number) => Promise<Fragment>
}
