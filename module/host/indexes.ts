/** Indexes that Foyer adds to host tables. Listed in module.json; never columns, never a host index. */
export interface HostIndex {
  name: string
  table: string
  columns: readonly string[]
}

export const firstIndexes: readonly HostIndex[] = [
  // A provider's day is locked and read whole when a time is taken.
  { name: 'foyer_provider_day', table: 'openemr_postcalendar_events', columns: ['pc_aid', 'pc_eventDate'] },
  // Recurring events that began earlier are few: they are found without walking the provider's history.
  { name: 'foyer_provider_recurring', table: 'openemr_postcalendar_events', columns: ['pc_aid', 'pc_recurrtype'] },
  { name: 'foyer_patient_day', table: 'openemr_postcalendar_events', columns: ['pc_pid', 'pc_eventDate'] },
  { name: 'foyer_status_day', table: 'openemr_postcalendar_events', columns: ['pc_apptstatus', 'pc_eventDate'] },
  // The host has its own name index only from 7.0.4 on.
  { name: 'foyer_patient_name', table: 'patient_data', columns: ['lname', 'fname'] },
  { name: 'foyer_patient_first', table: 'patient_data', columns: ['fname'] },
  { name: 'foyer_patient_birth', table: 'patient_data', columns: ['DOB'] },
  { name: 'foyer_login_name', table: 'patient_access_onsite', columns: ['portal_login_username'] },
  { name: 'foyer_username', table: 'users', columns: ['username'] },
]

export const calendarIndexes: readonly HostIndex[] = [
  // What closes the practice, and every provider's hours, without walking anybody's visits.
  {
    name: 'foyer_category_day',
    table: 'openemr_postcalendar_events',
    columns: ['pc_catid', 'pc_recurrtype', 'pc_eventDate'],
  },
]

export const overlapIndexes: readonly HostIndex[] = [
  // What the host's screens have written since: pc_time is that of the last write (facts §2.3).
  { name: 'foyer_written', table: 'openemr_postcalendar_events', columns: ['pc_time'] },
]

export const familyIndexes: readonly HostIndex[] = [
  // Brothers and sisters of another last name share a telephone.
  { name: 'foyer_patient_phone', table: 'patient_data', columns: ['phone_home'] },
]

export const staffCredentialIndexes: readonly HostIndex[] = [
  // A login name may not be somebody else's account name either (facts §3.4).
  { name: 'foyer_account_name', table: 'patient_access_onsite', columns: ['portal_username'] },
]

export const safetyIndexes: readonly HostIndex[] = [
  // Whose trusted address it is that somebody types who forgot their password (facts §3.2).
  { name: 'foyer_patient_email', table: 'patient_data', columns: ['email'] },
  { name: 'foyer_patient_direct', table: 'patient_data', columns: ['email_direct'] },
]

export const templateIndexes: readonly HostIndex[] = [
  // What is said of one template, among those of all patients.
  { name: 'foyer_profiles_template', table: 'document_template_profiles', columns: ['template_id', 'member_of'] },
]

export const fillingIndexes: readonly HostIndex[] = [
  // What a patient has filled, and the line by which the host's dashboard shows it: neither table knows them by patient.
  { name: 'foyer_documents_patient', table: 'onsite_documents', columns: ['pid', 'file_path'] },
  { name: 'foyer_activity_patient', table: 'onsite_portal_activity', columns: ['patient_id', 'activity', 'status'] },
]

export const profileIndexes: readonly HostIndex[] = [
  // What waits for staff, without walking years of activity (facts §5.2).
  { name: 'foyer_activity_status', table: 'onsite_portal_activity', columns: ['activity', 'status'] },
]

export const chartDocumentIndexes: readonly HostIndex[] = [
  // A document's category: the host has the pair only the other way round.
  { name: 'foyer_document_category', table: 'categories_to_documents', columns: ['document_id', 'category_id'] },
]

export const hostIndexes: readonly HostIndex[] = [
  ...firstIndexes,
  ...calendarIndexes,
  ...staffCredentialIndexes,
  ...familyIndexes,
  ...safetyIndexes,
  ...templateIndexes,
  ...fillingIndexes,
  ...chartDocumentIndexes,
  ...profileIndexes,
  ...overlapIndexes,
]
