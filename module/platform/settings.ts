/**
 * What a practice can set. module.json describes each setting (type, range, default, words); this file reads the
 * stored values by that description.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLanguage, type Language } from './i18n.js'
import { packageRoot } from './root.js'

export interface Settings {
  /** Minutes before its start until which a patient may cancel an appointment. */
  minimumNotice: number
  /** Minutes from now before which no time is offered. */
  earliestRequest: number
  /** Days ahead until which times are offered. */
  latestRequest: number
  /** Constants of the calendar categories that patients may request. */
  requestableCategories: readonly string[] | 'all'
  /** Open requests that one patient may have at a time. */
  openRequestLimit: number
  /** Minutes without a request after which a patient is signed out. */
  patientIdle: number
  /** Minutes without a request after which a staff user is signed out. */
  staffIdle: number
  /** Hours after which anyone is signed out. */
  sessionLimit: number
  /** Wrong sign-ins for one account within 15 minutes. */
  signInTries: number
  /** Wrong sign-ins from one address within 15 minutes. */
  signInTriesPerAddress: number
  defaultLanguage: Language
  /** Empty: the name of the host's facility. */
  practiceName: string
  /** Empty: the phone of the host's facility. */
  practicePhone: string
  /** Minutes until a claimed request may be taken on by somebody else. */
  claimMinutes: number
  /** Days for which delivered events of the outbox are kept. */
  eventsKept: number
  /** The address that e-mails come from. Empty: the host's sender of reminders. */
  mailSender: string
  /** Where staff sign in to the EMR, in normal form. Empty: not said. */
  emrAddress: string
  /** Characters that a password needs which somebody chooses. */
  passwordLength: number
  /** Days for which an unused password that staff made opens the portal. */
  temporaryPasswordDays: number
  /** Of patients: required of those who open somebody else's record, or of nobody. */
  secondFactor: string
  /** Of staff in the portal's rooms: `required` or `optional`. */
  staffSecondFactor: string
  /** Days for which a PIN or an access code can be used. */
  pinDays: number
  /** Wrong PINs and codes within an hour, for one account or one patient. */
  pinTries: number
  /** First names that stand for a name not given yet. */
  placeholderNames: readonly string[] | 'all'
  /** Days before the end of a grant at which both sides are told. */
  renewalDays: number
  /** Years: from this birthday on a guardian's grant opens `adolescentExtent`. */
  adolescentAge: number
  /** `full`, `forms`, `appointments` or `none`. */
  adolescentExtent: string
  /** Years: from this birthday on a guardian's grant opens nothing. */
  adultAge: number
  /** The three above as they were, until the day from which on they count as they are; undefined: never changed. */
  agesBefore: FormerAges | undefined
  /** `on` or `off`. */
  selfRegistration: string
  /** `on` or `off`. */
  publicBooking: string
  /** Registrations and bookings from one address within an hour. */
  registrationsPerAddress: number
  /** Whether patients see scores of forms: `on` or `off`. */
  showFormScores: string
  /** Whom somebody in danger calls. Empty: not said. */
  emergencyPhone: string
  /** Whom somebody in distress calls, day or night. Empty: not said. */
  crisisPhone: string
  /** Usernames of staff, separated by commas, who are told of urgent answers. Empty: whoever patients may write to. */
  urgentReaders: string
  /** MiB that one file may have. */
  uploadMegabytes: number
  /** Files that one form may bring. */
  uploadsAtOnce: number
  /** Kinds of files that patients may send (mediaTypes.ts). */
  uploadKinds: readonly string[] | 'all'
  /** Days for which the bytes of an upload stay that staff have denied. */
  deniedFilesKept: number
  /** Who reads documents that the EMR marks as sensitive: `everybody` who may, the `patient`, or `nobody`. */
  sensitiveDocuments: string
}

/** Ages by which the practice went before it set others. */
export interface FormerAges {
  adolescentAge: number
  adolescentExtent: string
  adultAge: number
  /** The day from which on the others count. */
  until: string
  /** Why they were to count at once; '' where everybody was told in time. */
  reason: string
}

/** Settings that have a page of their own, below /staff/portal: a change of them shows first whom it concerns. */
export const settingsElsewhere: Readonly<Record<string, string>> = {
  adolescentAge: '/ages/rules',
  adolescentExtent: '/ages/rules',
  adultAge: '/ages/rules',
  agesBefore: '/ages/rules',
}

/** module.json, as module/manifest.schema.json describes it. */
export interface Manifest {
  name: string
  title: string
  version: string
  host: { name: string; versions: string }
  tables: readonly string[]
  indexes: ReadonlyArray<{ name: string; table: string; columns: readonly string[] }>
  permissions: readonly PermissionDefinition[]
  menu: ReadonlyArray<{ audience: Audience; title: string; path: string; permission: string }>
  settings: readonly SettingDefinition[]
  jobs: readonly JobDefinition[]
  routes: ReadonlyArray<{ prefix: string; audience: Audience | 'everyone'; description: string }>
  hostWrites: ReadonlyArray<{ table: string; when: string; afterUninstall: string }>
}

/** Whose pages: a patient's record, an account whatever its records, the practice's staff. */
export type Audience = 'patient' | 'account' | 'staff'

export interface PermissionDefinition {
  name: string
  audience: Audience
  title: string
  description: string
  /** The right of the host, `section/value`, that brings it with it. */
  hostRight?: string
}

export interface JobDefinition {
  name: string
  everySeconds: number
  /** In every process at once; without it in one process at a time. */
  everywhere?: true
  description: BothLanguages
}

/** What people read on a page. */
export type BothLanguages = Readonly<Record<Language, string>>

/** The headings of the settings page, in their order. */
export const settingGroups = [
  'practice',
  'appointments',
  'signIn',
  'families',
  'registration',
  'documents',
  'operations',
] as const
export type SettingGroup = (typeof settingGroups)[number]

export type SettingDefinition = SettingWords &
  (
    | {
        type: 'number'
        unit: 'minutes' | 'hours' | 'days' | 'count'
        minimum: number
        maximum: number
        default: number
      }
    | { type: 'choice'; options: readonly string[]; default: string }
    | { type: 'text'; maximumLength: number; format?: 'web-address'; default: string }
    /** Stored as `all` or as a JSON list of words. */
    | { type: 'list'; default: readonly string[] | 'all' }
  )

interface SettingWords {
  name: string
  group: SettingGroup
  title: BothLanguages
  description: BothLanguages
  /** For whom a value counts. */
  scope: 'practice'
}

export function loadManifest(): Manifest {
  return JSON.parse(readFileSync(join(packageRoot(), 'module.json'), 'utf8')) as Manifest
}

/** Typed settings: each stored value that is usable, else the default. */
export function settingsFrom(manifest: Manifest, stored: ReadonlyMap<string, string>): Settings {
  const value = (name: keyof Settings): SettingValue => {
    const definition = manifest.settings.find((each) => each.name === name)
    if (!definition) throw new Error(`module.json does not describe the setting ${name}`)
    return parseSetting(definition, stored.get(name)) ?? definition.default
  }
  const number = (name: keyof Settings) => Number(value(name))
  const text = (name: keyof Settings) => String(value(name))
  const list = (name: keyof Settings) => {
    const words = value(name)
    return Array.isArray(words) ? words : ('all' as const)
  }
  const language = text('defaultLanguage')
  return {
    minimumNotice: number('minimumNotice'),
    earliestRequest: number('earliestRequest'),
    latestRequest: number('latestRequest'),
    requestableCategories: list('requestableCategories'),
    openRequestLimit: number('openRequestLimit'),
    patientIdle: number('patientIdle'),
    staffIdle: number('staffIdle'),
    sessionLimit: number('sessionLimit'),
    signInTries: number('signInTries'),
    signInTriesPerAddress: number('signInTriesPerAddress'),
    defaultLanguage: isLanguage(language) ? language : 'en',
    practiceName: text('practiceName'),
    practicePhone: text('practicePhone'),
    claimMinutes: number('claimMinutes'),
    eventsKept: number('eventsKept'),
    mailSender: text('mailSender'),
    emrAddress: text('emrAddress'),
    passwordLength: number('passwordLength'),
    temporaryPasswordDays: number('temporaryPasswordDays'),
    secondFactor: text('secondFactor'),
    staffSecondFactor: text('staffSecondFactor'),
    pinDays: number('pinDays'),
    pinTries: number('pinTries'),
    placeholderNames: list('placeholderNames'),
    renewalDays: number('renewalDays'),
    adolescentAge: number('adolescentAge'),
    adolescentExtent: text('adolescentExtent'),
    adultAge: number('adultAge'),
    agesBefore: formerAges(text('agesBefore')),
    selfRegistration: text('selfRegistration'),
    publicBooking: text('publicBooking'),
    registrationsPerAddress: number('registrationsPerAddress'),
    uploadMegabytes: number('uploadMegabytes'),
    uploadsAtOnce: number('uploadsAtOnce'),
    uploadKinds: list('uploadKinds'),
    deniedFilesKept: number('deniedFilesKept'),
    sensitiveDocuments: text('sensitiveDocuments'),
    showFormScores: text('showFormScores'),
    emergencyPhone: text('emergencyPhone'),
    crisisPhone: text('crisisPhone'),
    urgentReaders: text('urgentReaders'),
  }
}

function formerAges(stored: string): FormerAges | undefined {
  try {
    const { adolescentAge, adolescentExtent, adultAge, until, reason } = JSON.parse(stored) as Partial<FormerAges>
    if (typeof adolescentAge !== 'number' || typeof adultAge !== 'number' || typeof until !== 'string') return undefined
    return { adolescentAge, adolescentExtent: String(adolescentExtent), adultAge, until, reason: reason ?? '' }
  } catch {
    return undefined
  }
}

/** Stored values that are passed over: of a setting that is no more, or outside what it takes. */
export function unusableSettings(
  manifest: Manifest,
  stored: ReadonlyMap<string, string>,
): Array<{ name: string; value: string; needed: string }> {
  return [...stored].flatMap(([name, value]) => {
    const definition = manifest.settings.find((each) => each.name === name)
    if (!definition) return [{ name, value, needed: 'no such setting' }]
    return parseSetting(definition, value) === undefined ? [{ name, value, needed: whatItTakes(definition) }] : []
  })
}

export type SettingValue = number | string | readonly string[]

/** The value of a stored text, or undefined where there is none or the setting does not take it. */
export function parseSetting(definition: SettingDefinition, stored: string | undefined): SettingValue | undefined {
  if (stored === undefined) return undefined
  switch (definition.type) {
    case 'number': {
      const number = Number(stored)
      const fits = /^\d+$/.test(stored) && number >= definition.minimum && number <= definition.maximum
      return fits ? number : undefined
    }
    case 'choice':
      return definition.options.includes(stored) ? stored : undefined
    case 'text':
      if (stored.length > definition.maximumLength) return undefined
      return definition.format === undefined || stored === '' ? stored : webAddress(stored)
    case 'list':
      return stored === 'all' ? 'all' : parseWords(stored)
  }
}

/** In normal form; undefined: it is none that a link may lead to. */
function webAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || /\s/.test(text)) return undefined
  return url.username === '' && url.password === '' && url.hash === '' ? url.href : undefined
}

function parseWords(stored: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(stored)
    return Array.isArray(words) && words.every((word) => typeof word === 'string' && word !== '')
      ? (words as string[])
      : undefined
  } catch {
    return undefined
  }
}

function whatItTakes(definition: SettingDefinition): string {
  switch (definition.type) {
    case 'number':
      return `a whole number from ${definition.minimum} to ${definition.maximum}`
    case 'choice':
      return `one of ${definition.options.join(', ')}`
    case 'text':
      return definition.format === undefined
        ? `up to ${definition.maximumLength} characters`
        : `a web address of up to ${definition.maximumLength} characters, or nothing`
    case 'list':
      return 'all, or a JSON list of words'
  }
}
