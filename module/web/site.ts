import type { Portal } from '../access/portal.js'
import type { Badge } from './layout.js'
import type { RecordContext, Route, StaffContext } from './routes.js'

/** Everything that the wings bring to the web, gathered. */
export interface Site {
  portal: Portal
  routes: readonly Route[]
  patientNav: readonly NavEntry<RecordContext>[]
  staffNav: readonly NavEntry<StaffContext>[]
  emrNav: readonly NavEntry<StaffContext>[]
  rowActions: readonly RowAction[]
}

/** What can be done for the patient of a row: Register on an appointment. Shown to who may do it. */
export interface RowAction {
  permission: string
  /** Key of words. */
  label: string
  /** Below /staff/portal. */
  path: (pid: number) => string
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
