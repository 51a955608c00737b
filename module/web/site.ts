import type { Portal } from '../access/portal.js'
import type { Speech } from '../platform/i18n.js'
import type { Badge } from './layout.js'
import type { RecordContext, Route, StaffContext } from './routes.js'

/** Everything that the wings bring to the web, gathered. */
export interface Site {
  portal: Portal
  speech: Speech
  routes: readonly Route[]
  patientNav: readonly NavEntry<RecordContext>[]
  staffNav: readonly NavEntry<StaffContext>[]
  emrNav: readonly NavEntry<StaffContext>[]
}

/** A place in the navigation, shown to who may go there. */
export interface NavEntry<Context> {
  key: string
  /** Key of words. */
  label: string
  /** Patients: below the record. Staff: below /staff/portal. EMR: a full address. */
  path: string
  icon: string
  permission: string
  /** Shown only while this holds, besides the permission. */
  shown?: (context: Context) => boolean
  badge?: (context: Context) => Promise<Badge | undefined>
}
