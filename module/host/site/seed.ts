/** The rows that the host's installer leaves in an empty site, as far as a portal and its staff meet them. */
import { documentCategories } from './documentTables.js'
import type { Row } from './table.js'

/** Rows by table, the version row last: whoever finds it finds all of them. `settings` go over the defaults. */
export function seedRows(settings: Record<string, string>): Record<string, Row[]> {
  return {
    list_options: listOptions(),
    openemr_postcalendar_categories: categories(),
    ...documentCategories(),
    ...rights(),
    globals: Object.entries({ ...defaultSettings, ...settings }).map(([gl_name, gl_value]) => ({
      gl_name,
      gl_index: 0,
      gl_value,
    })),
    sequences: [{ id: 1 }],
    version: [{ v_major: 8, v_minor: 2, v_patch: 0, v_realpatch: 0, v_tag: '', v_database: 541, v_acl: 13 }],
  }
}

/** Option id, title, place, and for a status: colour, minutes until it is due, whether it checks in or out (facts §2.1). */
const statuses = [
  ['-', '- None', 5, 'FEFDCF', 0, ''],
  ['*', '* Reminder done', 10, 'FFC9F8', 0, ''],
  ['+', '+ Chart pulled', 15, '87FF1F', 0, ''],
  ['x', 'x Canceled', 20, 'BFBFBF', 0, ''],
  ['?', '? No show', 25, 'BFBFBF', 0, ''],
  ['@', '@ Arrived', 30, 'FF2414', 10, 'in'],
  ['~', '~ Arrived late', 35, 'FF6619', 10, 'in'],
  ['!', '! Left w/o visit', 40, '0BBA34', 0, 'out'],
  ['#', '# Ins/fin issue', 45, 'FFFF2B', 0, ''],
  ['<', '< In exam room', 50, '52D9DE', 10, ''],
  ['>', '> Checked out', 55, 'FEFDCF', 0, 'out'],
  ['$', '$ Coding done', 60, 'C0FF96', 0, ''],
  ['%', '% Canceled < 24h', 65, 'BFBFBF', 0, ''],
  ['^', '^ Pending', 70, 'FEFDCF', 0, ''],
  ['AVM', 'AVM Confirmed', 80, 'F0FFE8', 0, ''],
  ['SMS', 'SMS Confirmed', 85, 'F0FFE8', 0, ''],
  ['EMAIL', 'EMAIL Confimed', 90, 'FFEBE3', 0, ''], // Spelled so by the host.
  ['CALL', 'Callback requested', 95, 'FFDBE2', 5, ''],
] as const

/** Lists whose options are named as they read (facts §5.4). */
const lists = {
  yesno: ['NO', 'YES'],
  language: ['English', 'Spanish', 'French', 'Arabic', 'Chinese', 'Vietnamese', 'Portuguese', 'Russian'],
  message_status: ['Done', 'Forwarded', 'New', 'Read'],
  note_type: [
    ...['Unassigned', 'Chart Note', 'Insurance', 'New Document', 'Pharmacy', 'Prior Auth', 'Referral'],
    ...['Test Scheduling', 'Bill/Collect', 'Other', 'Lab Results', 'New Orders', 'Patient Reminders', 'Image Results'],
  ],
  sub_relation: ['self', 'spouse', 'child', 'other'],
  marital: ['married', 'single', 'divorced', 'widowed', 'separated', 'domestic partner'],
  titles: ['Mr.', 'Mrs.', 'Ms.', 'Dr.'],
}

/** What templates are sorted by, and to whom they go (facts §5.4). */
const templateOptions: readonly [list: string, id: string, title: string][] = [
  ['Document_Template_Categories', 'repository', 'Repository'],
  ['Document_Template_Categories', 'questionnaire', 'Questionnaires'],
  ['Document_Template_Categories', 'notification_template', 'Notification Template'],
  ['Document_Template_Profiles', 'profile_1', 'Defaults'],
  ['Document_Template_Profiles', 'profile_2', 'Registration'],
  ['Document_Template_Profiles', 'profile_3', 'Mental Health'],
  ['Document_Template_Profiles', 'profile_4', 'Questionnaires'],
  ['Document_Template_Profiles', 'profile_5', 'Legal'],
  ['Document_Template_Profiles', 'profile_6', 'Acknowledgement Documents'],
  ['Patient_Groupings', 'group_1', 'Group I'],
  ['Patient_Groupings', 'group_2', 'Group II'],
  ['Patient_Groupings', 'group_3', 'Group III'],
  ['Patient_Groupings', 'group_4', 'Group IV'],
  ['Patient_Groupings', 'group_5', 'Group V'],
]

function listOptions(): Row[] {
  const option = (list_id: string, option_id: string, title: string, seq: number): Row => ({
    list_id,
    option_id,
    title,
    seq,
    notes: '',
    codes: '',
    toggle_setting_1: 0,
    toggle_setting_2: 0,
  })
  return [
    ...templateOptions.map(([list, id, title], at) => option(list, id, title, (at + 1) * 10)),
    ...statuses.map(([id, title, seq, colour, minutes, checks]) => ({
      ...option('apptstat', id, title, seq),
      notes: `${colour}|${String(minutes)}`,
      toggle_setting_1: checks === 'in' ? 1 : 0,
      toggle_setting_2: checks === 'out' ? 1 : 0,
    })),
    { ...option('sex', 'Female', 'Female', 1), codes: 'HL7:F' },
    { ...option('sex', 'Male', 'Male', 2), codes: 'HL7:M' },
    { ...option('sex', 'UNK', 'Unknown', 10), codes: 'HL7:UNK' },
    ...Object.entries(lists).flatMap(([list, options]) =>
      options.map((id, index) => option(list, id, id, (index + 1) * 10)),
    ),
    option('language', 'decline_to_specify', 'Declined to specify', 0),
    ...['1', '2', '3'].map((room) => option('patient_flow_board_rooms', room, `Room ${room}`, Number(room) * 10)),
  ]
}

/** Constant, name, colour, minutes, whose: 0 a patient's, 1 a provider's, 2 the clinic's, 3 a group's; repeats by nature (facts §2.2). */
const calendarCategories = [
  ['no_show', 'No Show', '#dee2e6', 0, 0, 0],
  ['in_office', 'In Office', '#cce5ff', 0, 1, 1],
  ['out_of_office', 'Out Of Office', '#fdb172', 0, 1, 1],
  ['vacation', 'Vacation', '#e9ecef', 0, 1, 0],
  ['office_visit', 'Office Visit', '#ffecb4', 15, 0, 0],
  ['holidays', 'Holidays', '#8663ba', 1440, 2, 0],
  ['closed', 'Closed', '#2374ab', 1440, 2, 0],
  ['lunch', 'Lunch', '#ffd351', 60, 1, 1],
  ['established_patient', 'Established Patient', '#93d3a2', 15, 0, 0],
  ['new_patient', 'New Patient', '#a2d9e2', 30, 0, 0],
  ['reserved', 'Reserved', '#b02a37', 15, 1, 1],
  ['health_and_behavioral_assessment', 'Health and Behavioral Assessment', '#ced4da', 15, 0, 0],
  ['preventive_care_services', 'Preventive Care Services', '#d3c6ec', 15, 0, 0],
  ['ophthalmological_services', 'Ophthalmological Services', '#febe89', 15, 0, 0],
  ['group_therapy', 'Group Therapy', '#adb5bd', 60, 3, 0],
] as const

function categories(): Row[] {
  return calendarCategories.map(([constant, name, colour, minutes, whose, repeats], index) => ({
    pc_catid: index + 1,
    pc_constant_id: constant,
    pc_catname: name,
    pc_catcolor: colour,
    pc_catdesc: '',
    pc_recurrtype: repeats,
    pc_duration: minutes * 60,
    pc_end_all_day: constant === 'vacation' ? 1 : 0,
    pc_cattype: whose,
    pc_seq: index + 1,
    aco_spec: 'encounters|notes',
  }))
}

/** Section, its name, and what may be permitted in it (facts §4.6). */
const permissions = [
  ['acct', 'Accounting', 'bill disc eob rep rep_a'],
  [
    'admin',
    'Administration',
    'super calendar database forms practice superbill users batchcom language drugs acl menu manage_modules',
  ],
  ['encounters', 'Encounters', 'auth auth_a coding coding_a notes notes_a date_a relaxed'],
  ['lists', 'Lists', 'default state country language ethrace'],
  [
    'patients',
    'Patients',
    'appt demo med trans docs docs_rm notes sign reminder alert disclosure rx amendment lab pat_rep',
  ],
  ['squads', 'Squads', ''],
  ['sensitivities', 'Sensitivities', 'normal high'],
  ['placeholder', 'Placeholder', 'filler'],
  ['nationnotes', 'Nation Notes', 'nn_configure'],
  ['patientportal', 'Patient Portal', 'portal'],
  ['menus', 'Menus', 'modle'],
  ['groups', 'Groups', 'gadd gcalendar glog gdlog gm'],
  ['inventory', 'Inventory', 'lots sales purchases transfers adjustments consumption destruction reporting'],
] as const

/** Value and name; the first is the root, the others its children. */
const groups = [
  ['users', 'OpenEMR Users'],
  ['admin', 'Administrators'],
  ['clin', 'Clinicians'],
  ['doc', 'Physicians'],
  ['front', 'Front Office'],
  ['back', 'Accounting'],
  ['breakglass', 'Emergency Login'],
] as const

/** Group, what it may do, with what (facts §4.5). The filler keeps an empty entry alive, as in the host. */
const grants = [
  ['admin', 'write', 'everything'],
  ['doc', 'view', 'patients:pat_rep'],
  ['doc', 'addonly', 'placeholder:filler'],
  ['doc', 'wsome', 'placeholder:filler'],
  [
    'doc',
    'write',
    'acct:disc,rep admin:drugs encounters:auth,auth_a,coding,coding_a,date_a,notes,notes_a,relaxed ' +
      'groups:gcalendar,glog sensitivities:normal,high ' +
      'patients:alert,amendment,appt,demo,disclosure,docs,lab,med,notes,reminder,rx,sign,trans',
  ],
  ['clin', 'view', 'patients:pat_rep'],
  [
    'clin',
    'addonly',
    'encounters:notes,relaxed sensitivities:normal ' +
      'patients:alert,amendment,demo,disclosure,docs,lab,med,notes,reminder,rx,trans',
  ],
  ['clin', 'wsome', 'placeholder:filler'],
  ['clin', 'write', 'admin:drugs encounters:auth,coding,notes groups:gcalendar,glog patients:appt'],
  ['front', 'view', 'patients:alert'],
  ['front', 'addonly', 'placeholder:filler'],
  ['front', 'wsome', 'placeholder:filler'],
  ['front', 'write', 'groups:gcalendar patients:appt,demo'],
  ['back', 'view', 'patients:alert'],
  ['back', 'addonly', 'placeholder:filler'],
  ['back', 'wsome', 'placeholder:filler'],
  [
    'back',
    'write',
    'acct:bill,disc,eob,rep,rep_a admin:practice,superbill encounters:auth_a,coding_a,date_a patients:appt,demo',
  ],
  ['breakglass', 'write', 'everything'],
] as const

/** The installer's counters begin at 9 and count before they give. */
const FIRST = 10

function rights(): Record<string, Row[]> {
  const objects = permissions.flatMap(([section, , values]) =>
    values
      .split(' ')
      .filter(Boolean)
      .map((value) => ({ section_value: section, value })),
  )
  const numbered = grants.map(([group, right, what], index) => ({ id: FIRST + index, group, right, what }))
  return {
    gacl_phpgacl: [
      { name: 'version', value: '3.3.7' },
      { name: 'schema_version', value: '2.1' },
    ],
    gacl_acl_sections: [named(1, 'system', 'System'), named(2, 'user', 'User')],
    gacl_aco_sections: permissions.map(([value, name], index) => named(FIRST + index, value, name)),
    gacl_aco_sections_seq: [{ id: FIRST + permissions.length - 1 }],
    gacl_aco: objects.map((object, index) => ({
      ...named(FIRST + index, object.value, object.value),
      section_value: object.section_value,
    })),
    gacl_aco_seq: [{ id: FIRST + objects.length - 1 }],
    gacl_aro_sections: [named(FIRST, 'users', 'Users')],
    gacl_aro_sections_seq: [{ id: FIRST }],
    gacl_aro_seq: [{ id: FIRST - 1 }],
    gacl_aro_groups: groups.map(([value, name], index) => ({
      id: FIRST + index,
      parent_id: index === 0 ? 0 : FIRST,
      // A nested set: the root spans its children, each of which spans nothing.
      lft: index === 0 ? 1 : index * 2,
      rgt: index === 0 ? groups.length * 2 : index * 2 + 1,
      name,
      value,
    })),
    gacl_aro_groups_id_seq: [{ id: FIRST + groups.length - 1 }],
    gacl_acl: numbered.map(({ id, group, right }) => ({
      id,
      section_value: 'system',
      allow: 1,
      enabled: 1,
      return_value: right,
      note: `${group}: ${right}`,
      updated_date: 0,
    })),
    gacl_acl_seq: [{ id: FIRST + grants.length - 1 }],
    gacl_aro_groups_map: numbered.map(({ id, group }) => ({ acl_id: id, group_id: groupId(group) })),
    gacl_aco_map: numbered.flatMap(({ id, what }) =>
      (what === 'everything'
        ? objects.filter(({ section_value }) => section_value !== 'placeholder')
        : parse(what)
      ).map((object) => ({ acl_id: id, ...object })),
    ),
  }
}

function named(id: number, value: string, name: string): Row {
  return { id, value, order_value: 10, name, hidden: 0 }
}

function groupId(group: string): number {
  return FIRST + groups.findIndex(([value]) => value === group)
}

function parse(what: string): { section_value: string; value: string }[] {
  return what.split(' ').flatMap((part) => {
    const [section_value = '', values = ''] = part.split(':')
    return values.split(',').map((value) => ({ section_value, value }))
  })
}

/**
 * The host's settings with its own defaults (facts §10), but that the portal is switched on and does not ask for an
 * e-mail address at sign-in. A setting without a row counts as unset, not as its default.
 */
export const defaultSettings: Readonly<Record<string, string>> = {
  // Portal
  portal_onsite_two_enable: '1',
  portal_onsite_two_address: 'https://your_web_site.com/openemr/portal',
  portal_css_header: 'style_light.css',
  portal_force_credential_reset: '0',
  portal_onsite_two_basepath: '0',
  use_email_for_portal_username: '1',
  enforce_signin_email: '0',
  google_recaptcha_site_key: '',
  google_recaptcha_secret_key: '',
  portal_onsite_two_register: '0',
  portal_two_pass_reset: '0',
  allow_portal_appointments: '1',
  allow_custom_report: '1',
  portal_two_ledger: '1',
  portal_two_payments: '0',
  portal_onsite_document_download: '1',
  allow_portal_uploads: '1',
  show_insurance_in_profile: '1',
  show_portal_primary_logo: '1',
  portal_timeout: '1800',
  rest_portal_api: '0',
  payment_gateway: 'InHouse',
  gateway_mode_production: '0',
  // Calendar
  disable_calendar: '0',
  schedule_start: '8',
  schedule_end: '17',
  calendar_interval: '15',
  calendar_view_type: 'day',
  first_day_week: '1',
  calendar_appt_style: '2',
  event_color: '1',
  number_of_appts_to_show: '10',
  docs_see_entire_calendar: '0',
  auto_create_new_encounters: '1',
  allow_early_check_in: '1',
  appt_recurrences_widget: '1',
  num_past_appointments_to_show: '0',
  disable_pat_trkr: '0',
  select_multi_providers: '0',
  weekend_days: '6,0',
  // Locale and mail
  date_display_format: '0',
  time_display_format: '0',
  gbl_time_zone: '',
  language_default: 'English (Standard)',
  language_menu_showall: '1',
  phone_country_code: '1',
  gbl_currency_symbol: '$',
  EMAIL_METHOD: 'SMTP',
  SMTP_HOST: 'localhost',
  SMTP_PORT: '25',
  SMTP_USER: '',
  SMTP_PASS: '',
  SMTP_SECURE: '',
  patient_reminder_sender_name: '',
  patient_reminder_sender_email: '',
  practice_return_email_path: '',
  EMAIL_NOTIFICATION_HOUR: '50',
  SMS_NOTIFICATION_HOUR: '50',
  messages_due_date: '0',
  // Sign-in, passwords, files, log
  timeout: '7200',
  gbl_minimum_password_length: '9',
  gbl_maximum_password_length: '72',
  secure_password: '1',
  password_history: '5',
  password_expiration_days: '180',
  password_grace_time: '30',
  password_max_failed_logins: '20',
  time_reset_password_max_failed_logins: '3600',
  ip_max_failed_logins: '100',
  ip_time_reset_password_max_failed_logins: '3600',
  gbl_auth_hash_algo: 'DEFAULT',
  gbl_auth_bcrypt_hash_cost: 'DEFAULT',
  gbl_auth_argon_hash_memory_cost: 'DEFAULT',
  gbl_auth_argon_hash_time_cost: 'DEFAULT',
  gbl_auth_argon_hash_thread_cost: 'DEFAULT',
  gbl_auth_sha512_rounds: '100000',
  secure_upload: '1',
  drive_encryption: '1',
  database_encryption: '1',
  document_storage_method: '0',
  enable_auditlog: '1',
}
