import type { Queryable } from '../platform/database.js'
import { weekendDays } from './recurrence.js'

/** The host's settings that a portal reads, by name. A name that is not there is unset, not default (facts §10.0). */
export type Globals = ReadonlyMap<string, string>

/** Reads the site-wide value of every global in `portalGlobals`, in one statement. */
export async function readGlobals(db: Queryable): Promise<Globals> {
  const rows = await db.select<{ name: string; value: string }>(
    `SELECT gl_name AS name, gl_value AS value FROM globals WHERE gl_index = 0 AND gl_name IN (:names)`,
    { names: portalGlobals },
  )
  return new Map(rows.map(({ name, value }) => [name, value]))
}

/** The practice's weekend, as weekdays from 0 for Sunday; Saturday and Sunday where the host says nothing (facts §10.3). */
export function weekendOf(globals: Globals): ReadonlySet<number> {
  return weekendDays(globals.get('weekend_days') ?? '6,0')
}

/** Facts §10, §3.3, §3.4, §3.7, §11.3. */
const portalGlobals = [
  // The host's own portal
  'portal_onsite_two_enable',
  'portal_onsite_two_address',
  'portal_force_credential_reset',
  'use_email_for_portal_username',
  'enforce_signin_email',
  'portal_onsite_two_register',
  'portal_two_pass_reset',
  'allow_portal_appointments',
  'allow_custom_report',
  'portal_two_ledger',
  'portal_two_payments',
  'portal_onsite_document_download',
  'allow_portal_uploads',
  'show_insurance_in_profile',
  'portal_timeout',
  // Calendar
  'disable_calendar',
  'schedule_start',
  'schedule_end',
  'calendar_interval',
  'first_day_week',
  'weekend_days',
  'select_multi_providers',
  'auto_create_new_encounters',
  'auto_create_prevent_reason',
  'disable_pat_trkr',
  // Locale
  'gbl_time_zone',
  'date_display_format',
  'time_display_format',
  'language_default',
  'phone_country_code',
  'gbl_currency_symbol',
  'openemr_name',
  // Passwords, sign-in, time-outs
  'gbl_auth_hash_algo',
  'gbl_auth_bcrypt_hash_cost',
  'gbl_auth_argon_hash_memory_cost',
  'gbl_auth_argon_hash_time_cost',
  'gbl_auth_argon_hash_thread_cost',
  'gbl_auth_sha512_rounds',
  'gbl_minimum_password_length',
  'gbl_maximum_password_length',
  'secure_password',
  'password_max_failed_logins',
  'time_reset_password_max_failed_logins',
  'ip_max_failed_logins',
  'ip_time_reset_password_max_failed_logins',
  'timeout',
  // Log
  'enable_auditlog',
  'enable_auditlog_encryption',
  'audit_events_scheduling',
  'audit_events_patient-record',
  'audit_events_security-administration',
  'audit_events_other',
  // Files
  'drive_encryption',
  // Mail
  'EMAIL_METHOD',
  'SMTP_HOST',
  'SMTP_PORT',
  'patient_reminder_sender_name',
  'patient_reminder_sender_email',
  'practice_return_email_path',
] as const
