/** Whom a PIN or a code is made out to: the patient, somebody who stands in the chart, or anybody else by name. */
import { rulesOn } from '../../../access/ages.js'
import { z } from 'zod'
import { plainName } from '../../../access/placeholderNames.js'
import type { Contact, Family, FamilyMember } from '../../../host/family.js'
import { day as dayOf } from '../../../platform/clock.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldOption, FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import { ageOn } from '../../../web/times.js'

export interface Recipient {
  name: string
  relationship: string
  /** The patient themself, who gets a PIN of their own record only. */
  self: boolean
}

/** What the holder is to the patient, as there are words for it. */
export const relationships = ['mother', 'father', 'guardian', 'proxy', 'spouse', 'child', 'other'] as const

/**
 * What this contact is to the patient. Of a child whoever stands in the chart by another word (grandmother, aunt, none at
 * all) stands for the child as a guardian does: else no age would ever narrow or end what they see.
 */
export function standingFor(contact: Pick<Contact, 'relationship' | 'source'>, ofAChild: boolean): string {
  const said = relationshipOf(contact)
  return said === 'other' && ofAChild ? 'guardian' : said
}

/** What the chart's word comes to: its lists have words, HL7 codes, and what people type. */
export function relationshipOf({ relationship, source }: Pick<Contact, 'relationship' | 'source'>): string {
  const said = plainName(relationship).replaceAll(' ', '')
  const found = spoken.find(([, pattern]) => pattern.test(said))?.[0]
  return found ?? (source === 'guardian' ? 'guardian' : 'other')
}

const spoken: ReadonlyArray<readonly [string, RegExp]> = [
  // Anywhere in it: "biological mother", "foster father"; but no grandmother, godfather or mother-in-law.
  ['mother', /(?<!grand|god)mother(?!inlaw)|^(mom|mum|mama|mami|mth|nmth|stpmth|adoptm|madre|madrastra)/],
  ['father', /(?<!grand|god)father(?!inlaw)|^(dad|papa|papi|fth|nfth|stpfth|adoptf|padre(?!s)|padrastro)/],
  ['guardian', /guardian|^(guard|grd|gguard|prn|nprn|stpprn|adoptp|tutor)|(?<!grand|god)parent(?!inlaw)|^padres/],
  ['spouse', /^(spouse|spo|wife|husb|wi|esposo|esposa|conyuge)/],
  ['child', /^(child|son|daughter|sond|dau|chld|hijo|hija)/],
  ['proxy', /^(proxy|poa|power|hpowatt|dpowatt)/],
]

/** A patient old enough to hold a PIN of their own. Without a birth date in the chart: yes. */
export function mayHoldOwn({ portal }: StaffContext, { born }: FamilyMember): boolean {
  return (
    born === undefined ||
    ageOn(born, dayOf(portal.clock.now())) >= rulesOn(portal.settings(), dayOf(portal.clock.now())).adolescentAge
  )
}

export interface RecipientChoice {
  value: string
  id: string
  name: string
  detail: string
  chosen: boolean
}

/** The lines to choose from, guardians on top; the form's own where something was chosen. */
export function recipientChoices(context: StaffContext, family: Family, typed: Readonly<Record<string, string>>) {
  const { t } = context
  const self = mayHoldOwn(context, family.patient)
  const lines = [
    ...family.contacts.map((contact) => ({
      value: `contact:${contact.name}`,
      name: contact.name,
      detail: contactDetail(context, contact, isMinor(context, family.patient)),
    })),
    ...(self ? [{ value: 'self', name: nameOf(family.patient), detail: t('codes.recipient.self') }] : []),
    { value: 'other', name: t('codes.recipient.other'), detail: t('codes.recipient.otherHint') },
  ]
  const usual = lines[isMinor(context, family.patient) ? 0 : self ? family.contacts.length : 0]
  const chosen = lines.find((line) => line.value === typed['recipient']) ?? usual
  return {
    choices: lines.map((line, at): RecipientChoice => ({ ...line, id: recipientId(at), chosen: line === chosen })),
    name: typed['name'] ?? '',
    relationships: relationshipOptions(context, typed['relationship'] ?? 'guardian'),
  }
}

/** The first line has the id that an error leads to. */
function recipientId(at: number): string {
  return at === 0 ? 'field-recipient' : `field-recipient-${String(at)}`
}

function isMinor({ portal }: StaffContext, { born }: FamilyMember): boolean {
  return (
    born !== undefined &&
    ageOn(born, dayOf(portal.clock.now())) < rulesOn(portal.settings(), dayOf(portal.clock.now())).adultAge
  )
}

/** A minor, or somebody whose date of birth the chart does not say. */
export function mayBeMinor(context: StaffContext, member: FamilyMember): boolean {
  return member.born === undefined || isMinor(context, member)
}

function contactDetail({ t }: StaffContext, contact: Contact, ofAChild: boolean): string {
  const parts = [t(`codes.relationship.${standingFor(contact, ofAChild)}`), contact.phone, contact.email]
  return [...parts.filter((part) => part !== ''), t(`codes.source.${contact.source}`)].join(', ')
}

function relationshipOptions({ t }: StaffContext, chosen: string): FieldOption[] {
  return relationships.map((each) => ({
    value: each,
    text: t(`codes.relationship.${each}`),
    selected: each === chosen,
  }))
}

const RecipientFields = {
  recipient: optionalText(300),
  name: optionalText(255),
  relationship: optionalText(32),
}

const Chosen = z.object(RecipientFields)

/** Who was chosen, as the chart has them now; or what is wrong with the choice. */
export function chosenRecipient(
  context: StaffContext,
  family: Family,
): { recipient: Recipient; error?: never } | { recipient?: never; error: FieldError } {
  const { form, t } = context
  const asked = form(Chosen)
  if (!asked.ok) return { error: { name: Object.keys(asked.errors)[0] ?? 'name', text: t('form.tooLong') } }
  const { recipient, name } = asked.value
  if (recipient === 'self') {
    return { recipient: { name: nameOf(family.patient), relationship: 'self', self: true } }
  }
  const contact = family.contacts.find((each) => `contact:${each.name}` === recipient)
  if (contact) {
    const relationship = standingFor(contact, isMinor(context, family.patient))
    return { recipient: { name: contact.name, relationship, self: false } }
  }
  if (recipient !== 'other') return { error: { name: 'recipient', text: t('codes.recipient.missing') } }
  if (plainName(name) === '') return { error: { name: 'name', text: t('codes.recipient.missingName') } }
  const known = relationships.find((each) => each === asked.value.relationship)
  if (known === undefined) return { error: { name: 'relationship', text: t('form.choose') } }
  return { recipient: { name, relationship: known, self: false } }
}

function nameOf({ firstName, lastName }: FamilyMember): string {
  return `${firstName} ${lastName}`.trim()
}
