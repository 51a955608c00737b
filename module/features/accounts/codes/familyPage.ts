/** Family Contacts: guardians on top, the patient and linked siblings below, one press for a PIN each. Nothing is sent. */
import { z } from 'zod'
import { issueCodes, type CodeRefusal, type NewCodes } from '../../../access/codeIssuing.js'
import { codesOfPatients, type Code } from '../../../access/codes.js'
import { isPlaceholderName } from '../../../access/placeholderNames.js'
import { readFamily, readSiblings, type Family, type FamilyMember, type PerhapsSibling } from '../../../host/family.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'
import { opaqueId } from '../../../platform/ids.js'
import type { FieldError } from '../../../web/layout.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { readFirstDay } from './firstDay.js'
import { languageOfChart, languageOptions } from './language.js'
import { chosenRecipient, mayBeMinor, recipientChoices, type Recipient } from './recipients.js'
import { NotRegistered, refusalView, type RefusalView } from './refusals.js'
import { codeLine, standingTag, whenText } from './standing.js'
import { pidIn } from '../credentials/pid.js'

const CODES_SHOWN = 60

interface Household {
  family: Family
  /** The patient, then the siblings, the eldest first. */
  members: FamilyMember[]
  /** Children who share but a telephone or a home with the patient: never ticked at first. */
  perhaps: PerhapsSibling[]
}

async function householdOf(context: StaffContext, pid: number): Promise<Household | undefined> {
  const { portal } = context
  const family = await readFamily(portal.db, portal.site, pid)
  if (!family) return undefined
  const { linked, perhaps } = await readSiblings(portal.db, portal.site, pid)
  const children = mayBeMinor(context, family.patient) ? perhaps.filter((each) => mayBeMinor(context, each)) : []
  return { family, members: [family.patient, ...linked], perhaps: children }
}

function everybody({ members, perhaps }: Household): FamilyMember[] {
  return [...members, ...perhaps]
}

/** GET …/family */
export async function familyContacts(context: StaffContext): Promise<Answer> {
  const pid = pidIn(context)
  const household = pid === undefined ? undefined : await householdOf(context, pid)
  if (!household) return context.show.notFound()
  return context.show.page(
    '/accounts/codes/family',
    await familyView(context, household, {}),
    titled(context, household),
  )
}

const Form = NotRegistered.extend({
  'register[]': z
    .union([z.string().transform((one) => [one]), z.array(z.string())], 'form.choose')
    .optional()
    .default([]),
  language: z.string().optional(),
})

interface Typed {
  fields?: Readonly<Record<string, string>>
  ticked?: readonly number[]
  language?: Language | undefined
  errors?: FieldError[]
  refusals?: RefusalView[]
  notRegistered?: readonly number[]
  notBarred?: readonly string[]
}

/** POST …/family: a PIN for each who is ticked, or for none. */
export async function issuePins(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show } = context
  const pid = pidIn(context)
  const household = pid === undefined ? undefined : await householdOf(context, pid)
  if (pid === undefined || !household) return show.notFound()
  const asked = form(Form)
  const ticked = asked.ok ? asked.value['register[]'].map(Number) : []
  const wished = asked.ok ? asked.value.language : undefined
  const language = isLanguage(wished) ? wished : undefined
  const notRegistered = asked.ok ? asked.value['notRegistered[]'] : []
  const notBarred = asked.ok ? asked.value['notBarred[]'] : []
  const { recipient, error } = chosenRecipient(context, household.family)
  const first = readFirstDay(context, recipient)
  const errors = [...(error ? [error] : []), ...wrongTicks(context, household, ticked, recipient), ...first.errors]
  const typed: Typed = { fields: asked.typed, ticked, language, errors, notRegistered, notBarred }
  if (!recipient || errors.length > 0) return again(context, household, typed)

  const wanted: NewCodes = {
    ...{ kind: 'pin', pids: ticked, recipient: recipient.name, relationship: recipient.relationship, extent: 'full' },
    language: language ?? languageOfChart(portal, household.family.patient.language),
    ...{ from: first.from, notRegistered, notBarred },
  }
  const issued = await issueCodes(portal, actor, wanted, context.once({ ...wanted }))
  if (issued.ok) return show.seeOther(sheetPath(pid, issued.family), { kind: 'success', key: 'codes.family.made' })
  if ('reason' in issued) {
    return again(context, household, { ...typed, errors: [{ text: context.t('codes.sentOtherwise') }] })
  }
  return again(context, household, { ...typed, refusals: refusalsOf(context, everybody(household), issued.refusals) })
}

/** Of the patient or one of the family: all the addresses and boxes that this page has. */
export function sheetPath(pid: number, family: string): string {
  return `/staff/portal/patients/${String(pid)}/sheets/${family}`
}

function wrongTicks(
  { t }: StaffContext,
  household: Household,
  ticked: readonly number[],
  recipient: Recipient | undefined,
): FieldError[] {
  const name = 'register'
  if (ticked.length === 0) return [{ name, text: t('codes.family.nobody') }]
  if (!ticked.every((pid) => everybody(household).some((member) => member.pid === pid)))
    return [{ name, text: t('form.choose') }]
  const others = ticked.some((pid) => pid !== household.family.patient.pid)
  return recipient?.self === true && others ? [{ name, text: t('codes.family.selfOnly') }] : []
}

function refusalsOf(
  context: StaffContext,
  members: readonly FamilyMember[],
  refusals: ReadonlyMap<number, CodeRefusal>,
): RefusalView[] {
  return [...refusals].map(([pid, refusal]) => {
    const member = members.find((each) => each.pid === pid)
    return refusalView(context, pid, refusal, member ? nameOf(member) : '')
  })
}

async function again(context: StaffContext, household: Household, typed: Typed): Promise<Answer> {
  const view = await familyView(context, household, typed)
  return context.show.refused('/accounts/codes/family', view, titled(context, household))
}

function titled({ t }: StaffContext, household: Household) {
  return { title: t('codes.family.title'), about: everybody(household).map(({ pid }) => pid) }
}

async function familyView(context: StaffContext, household: Household, typed: Typed) {
  const { portal, t, url } = context
  const { family, members, perhaps } = household
  const all = everybody(household)
  const { patient } = family
  const base = `/staff/portal/patients/${String(patient.pid)}`
  const codes = await codesOfPatients(
    portal.db,
    portal,
    all.map(({ pid }) => pid),
    CODES_SHOWN,
  )
  const refusals = typed.refusals ?? []
  const recipients = recipientChoices(context, family, typed.fields ?? {})
  const chosen = recipients.choices.find((choice) => choice.chosen)?.name ?? ''
  const errors = [...(typed.errors ?? []), ...refusals.map(({ text, pid }) => ({ text, id: registerId(members, pid) }))]
  const view = (member: FamilyMember) => ({
    ...memberView(context, member, codes, typed),
    id: registerId(members, member.pid),
  })
  return {
    once: opaqueId(),
    name: personName(patient.lastName, patient.firstName),
    backHref: url(base),
    action: url(`${base}/family`),
    recipients,
    recipientError: errorAt(typed, 'recipient'),
    nameError: errorAt(typed, 'name'),
    relationshipError: errorAt(typed, 'relationship'),
    registerError: errorAt(typed, 'register'),
    from: typed.fields?.['from'] ?? '',
    fromError: errorAt(typed, 'from'),
    members: members.map((member) => ({
      ...view(member),
      ticked: typed.ticked ? typed.ticked.includes(member.pid) : wants(context, member, codes, chosen),
    })),
    perhaps: perhaps.map((member) => ({
      ...view(member),
      ticked: typed.ticked?.includes(member.pid) ?? false,
      shares: member.shares.map((each) => t(`codes.family.shares.${each}`)).join(', '),
    })),
    languages: languageOptions(context, typed.language ?? languageOfChart(portal, patient.language)),
    errors,
    notRegistered: typed.notRegistered ?? [],
    notBarred: typed.notBarred ?? [],
    codes: codes.map((code) => ({ ...codeLine(context, code), patient: memberName(all, code.pid) })),
    days: t('codes.family.days', { count: portal.settings().pinDays }),
  }
}

function memberView(context: StaffContext, member: FamilyMember, codes: readonly Code[], typed: Typed) {
  return {
    pid: member.pid,
    name: personName(member.lastName, member.firstName),
    born: bornText(context, member.born),
    lacks: missingIn(context, member),
    pins: codes
      .filter((code) => code.pid === member.pid)
      .slice(0, 4)
      .map((code) => pinLine(context, code)),
    refusal: typed.refusals?.find(({ pid }) => pid === member.pid),
  }
}

/** Ticked at first: who has a name and a date of birth, and whose record this person cannot open yet. */
function wants(context: StaffContext, member: FamilyMember, codes: readonly Code[], recipient: string): boolean {
  const has = codes.some(
    ({ pid, standing, recipient: of }) =>
      pid === member.pid && of === recipient && (standing === 'pending' || standing === 'registered'),
  )
  return !has && missingIn(context, member) === ''
}

/** What the chart lacks for a PIN; '' where nothing. */
function missingIn({ portal, t }: StaffContext, { born, firstName, lastName }: FamilyMember): string {
  const names = portal.settings().placeholderNames
  if (isPlaceholderName(firstName, lastName, names === 'all' ? [] : names)) return t('codes.family.nameless')
  return born === undefined ? t('codes.family.dateless') : ''
}

function pinLine(context: StaffContext, code: Code) {
  return { tag: standingTag(context, code.standing), text: `${code.recipient}, ${whenText(context, code)}` }
}

function memberName(members: readonly FamilyMember[], pid: number): string {
  const member = members.find((each) => each.pid === pid)
  return member ? nameOf(member) : ''
}

function nameOf({ firstName, lastName }: FamilyMember): string {
  return `${firstName} ${lastName}`.trim()
}

/** The first box has the id that an error leads to. */
function registerId(members: readonly FamilyMember[], pid: number): string {
  return members[0]?.pid === pid ? 'field-register' : `field-register-${String(pid)}`
}

function errorAt({ errors = [] }: Typed, name: string): string | undefined {
  return errors.find((error) => error.name === name)?.text
}
