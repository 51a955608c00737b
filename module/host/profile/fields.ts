/**
 * What the host's portal knows of a person (facts §5.3), and what of it a patient may propose to change. Everything
 * else stays in the serialized map as the chart has it, whatever a form says.
 */

export type FieldKind = 'text' | 'date' | 'list' | 'yesno' | 'phone' | 'email'

export const sections = ['who', 'contact', 'address', 'care', 'emergency', 'preferences'] as const
export type Section = (typeof sections)[number]

/** One column that patients may propose to change. */
export interface FieldFacts {
  /** As the host's column is called, and the form's field. */
  column: string
  section: Section | 'insurance'
  kind: FieldKind
  /** The host's list that it is chosen from, where the practice's layout names no other. */
  list?: string
  /** It holds the id of one of these, chosen from all of them; 0 is none. */
  of?: 'providers' | 'pharmacies'
  /** Characters at most: no more than the column holds in any version of the host. */
  most: number
  /** Never left empty, whatever the layout says: without it nobody knows whose chart it is. */
  always?: true
}

const text = (section: Section, column: string, most = 255): FieldFacts => ({ column, section, kind: 'text', most })
const phone = (section: Section, column: string): FieldFacts => ({ column, section, kind: 'phone', most: 40 })
const email = (section: Section, column: string): FieldFacts => ({ column, section, kind: 'email', most: 254 })
const yesno = (column: string): FieldFacts => ({
  column,
  section: 'preferences',
  kind: 'yesno',
  list: 'yesno',
  most: 3,
})
const chosen = (section: Section, column: string, list: string, most = 255): FieldFacts => ({
  ...{ column, section, kind: 'list', list, most },
})

const named = (column: string, of: 'providers' | 'pharmacies'): FieldFacts => ({
  ...{ column, section: 'care', kind: 'list', of, most: 10 },
})

/** In the order of the pages. */
export const profileFields: readonly FieldFacts[] = [
  chosen('who', 'title', 'titles'),
  { ...text('who', 'fname'), always: true },
  text('who', 'mname'),
  { ...text('who', 'lname'), always: true },
  { column: 'DOB', section: 'who', kind: 'date', most: 10, always: true },
  chosen('who', 'sex', 'sex'),
  chosen('who', 'status', 'marital'),
  text('who', 'occupation'),
  chosen('who', 'language', 'language'),
  chosen('who', 'race', 'race'),
  chosen('who', 'ethnicity', 'ethnicity'),
  chosen('who', 'religion', 'religious_affiliation', 40),
  text('who', 'family_size', 20),
  text('who', 'drivers_license'),
  phone('contact', 'phone_home'),
  phone('contact', 'phone_cell'),
  phone('contact', 'phone_biz'),
  email('contact', 'email'),
  email('contact', 'email_direct'),
  text('address', 'street'),
  text('address', 'city'),
  chosen('address', 'state', 'state'),
  text('address', 'postal_code', 20),
  chosen('address', 'county', 'county', 40),
  chosen('address', 'country_code', 'country'),
  named('providerID', 'providers'),
  named('pharmacy_id', 'pharmacies'),
  text('emergency', 'contact_relationship'),
  phone('emergency', 'phone_contact'),
  text('emergency', 'mothersname'),
  text('emergency', 'guardiansname'),
  yesno('hipaa_voice'),
  text('preferences', 'hipaa_message', 20),
  yesno('hipaa_mail'),
  yesno('hipaa_allowsms'),
  yesno('hipaa_allowemail'),
  yesno('allow_imm_reg_use'),
  yesno('allow_imm_info_share'),
  yesno('allow_health_info_ex'),
]

/** Every key of the host's map, in its order (facts §5.3); `note` comes last and is no column. */
export const mappedColumns: readonly string[] = [
  ...['id', 'title', 'language', 'financial', 'fname', 'lname', 'mname', 'DOB', 'street', 'postal_code', 'city'],
  ...['state', 'country_code', 'drivers_license', 'ss', 'occupation', 'phone_home', 'phone_biz', 'phone_contact'],
  ...['phone_cell', 'pharmacy_id', 'status', 'contact_relationship', 'date', 'sex', 'referrer', 'referrerID'],
  ...['providerID', 'ref_providerID', 'email', 'email_direct', 'ethnoracial', 'race', 'ethnicity', 'religion'],
  ...['family_size', 'pubpid', 'pid', 'hipaa_mail', 'hipaa_voice', 'hipaa_notice', 'hipaa_message'],
  ...['hipaa_allowsms', 'hipaa_allowemail', 'regdate', 'mothersname', 'guardiansname', 'allow_imm_reg_use'],
  ...['allow_imm_info_share', 'allow_health_info_ex', 'allow_patient_portal', 'care_team_provider', 'county'],
]
