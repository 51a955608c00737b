/**
 * What the layouts and partials under views/ are given. A page is a fragment with a layout around it; the layout
 * includes the fragment by name, and both are plain data: no getters, no promises, text already in the reader's
 * language, times already written out, addresses already carrying the base path (made with the request's `url`).
 */

import type { Language } from '../platform/i18n.js'

export type Direction = 'ltr' | 'rtl'
/** `auto` follows the reader's device; a choice of their own is kept in their browser (public/js/theme.js). */
export type Theme = 'auto' | 'light' | 'dark'
/** How something stands. Always shown as a word and an icon too, never as a colour alone. */
export type Tone = 'success' | 'info' | 'warning' | 'danger' | 'neutral'

/** The frame around a fragment: `/layout/patient`, `/layout/staff`, `/layout/plain` or `/layout/embedded`. */
export type LayoutName = 'patient' | 'staff' | 'plain' | 'embedded'

export interface LayoutPage<Content = unknown> {
  title: string
  lang: Language
  dir: Direction
  /** The practice's name, as patients know it. */
  practice: string
  /** The fragment's template from the views folder: `/appointments/patient/list`. */
  view: string
  /** The fragment's own `page`. */
  content: Content
  theme: Theme
  /** Staff: where they are, beside the practice's name. */
  place?: string
  /** Where the practice's name leads: `/portal` or `/staff/portal`. */
  homeHref: string
  nav: NavItem[]
  languages: LanguageChoice[]
  /** The number a reader can quote when they call; also in the request log. */
  requestId: string
  flash?: Flash
  /** Who is signed in. */
  person?: SignedIn
  /** Patients: whose record is open. */
  record?: OpenRecord
  /** Where signing out is posted. Without it no way out is shown. */
  signOutAction?: string
  helpHref?: string
  /** Puts "Please check" before the title, so that a reader of tabs and screen readers hear it first. */
  hasErrors?: boolean
  /** Fills the width instead of the reading measure: tables and calendars. Staff's pages always do. */
  wide?: boolean
}

export interface NavItem {
  /** Names the class of the elements that an out-of-band count replaces: `count-<key>`. Letters, digits, hyphens. */
  key: string
  label: string
  href: string
  /** A symbol of public/vendor/icons.svg. */
  icon: string
  current: boolean
  badge?: Badge
}

/** A count and, for staff's queues, how long its oldest has waited. Partial: badge. */
export interface Badge {
  count: number
  /** "waiting", "unread": what a screen reader hears after the number. */
  label: string
  /** "oldest 3 h". */
  oldest?: string
}

/** The same count, sent along with another fragment: include('/partials/badge', { page: { ...badge, key, oob: true } }). */
export interface BadgePage extends Badge {
  key: string
  oob?: boolean
}

export interface SignedIn {
  name: string
  /** "Front Office", or the user name: a second, quieter line. */
  detail?: string
  accountHref?: string
}

export interface OpenRecord {
  /** "Leo Santos, you are his mother". */
  label: string
  /** The record is somebody else's: shown so that nobody books for the wrong child. */
  isOther: boolean
  /** When the account opens more than one record. */
  switcher?: Switcher
}

/** Every record that the account may open, its own among them. */
export interface Switcher {
  choices: RecordSwitch[]
  /** The chooser. */
  allHref: string
}

export interface RecordSwitch {
  href: string
  name: string
  /** "you are their mother" */
  relationship: string
  /** "appointments only" */
  extent: string
  current: boolean
}

export interface LanguageChoice {
  code: Language
  /** In its own language: "Español". */
  label: string
  current: boolean
}

/** What has just happened, and what happens next. Partial: flash. */
export interface Flash {
  kind: Exclude<Tone, 'neutral'>
  text: string
}

/** Partial: flash. `oob` sends it to the page's flash region along with another fragment. */
export interface FlashPage extends Flash {
  oob?: boolean
}

/** Partial: status-tag. */
export interface StatusTag {
  tone: Tone
  text: string
  /** Another symbol than the tone's own. */
  icon?: string
  /** The host's colour of this status, `#rrggbb`, as a small square beside the word. */
  swatch?: string
}

/** Partial: icon. Without a label it is decoration and hidden from screen readers. */
export interface IconPage {
  name: string
  label?: string
}

export interface FieldOption {
  value: string
  text: string
  selected?: boolean
  disabled?: boolean
}

/** Partial: field. One labelled control with its hint and its error. */
export interface Field {
  name: string
  label: string
  /** An input's type, or `select`, `textarea`. Default `text`. */
  type?: string
  value?: string
  hint?: string
  error?: string
  /** An autofill token of HTML: `username`, `current-password`, `bday`, `off`. */
  autocomplete?: string
  /** Fields are required unless they say "(optional)" in the label; this adds the attribute or those words. */
  required?: boolean
  /** Of a select. */
  options?: FieldOption[]
  /** Of a textarea. */
  rows?: number
  inputmode?: 'text' | 'numeric' | 'tel' | 'email' | 'search'
  maxlength?: number
  /** Shortest sensible width: s 8, m 16 characters, else the full column. */
  width?: 's' | 'm' | 'full'
  /** Other than `field-<name>`, when two forms stand on one page. */
  id?: string
  /** A text in another language or with deliberate spelling: names, user names, codes. */
  verbatim?: boolean
}

/** Partial: error-summary. Stands above the form and takes the focus. */
export interface ErrorSummary {
  errors: FieldError[]
  /** Instead of "Please check your answers". */
  title?: string
}

export interface FieldError {
  text: string
  /** The field's name; without it the line is no link. */
  name?: string
  /** The control's id, where it is not `field-<name>`. */
  id?: string
}

/** Partial: empty. Why there is nothing here, and what to do. */
export interface Empty {
  icon: string
  title: string
  text?: string
  action?: Link
}

export interface Link {
  label: string
  href: string
}

/** Partial: pagination. `pages` comes from pageLinks(). */
export interface Pagination {
  label: string
  summary: string
  previousHref?: string
  nextHref?: string
  pages: PageLink[]
}

/** One number, or a gap where numbers are left out. */
export type PageLink = { number: number; href: string; current: boolean } | { gap: true }

/** Partial: receipt. What was sent, under which number, and what happens next. */
export interface Receipt {
  title: string
  /** The number to quote; set in tabular figures. */
  number?: string
  next: string
  lines: { term: string; text: string }[]
  actions?: Link[]
}

/** Partial: once. Makes a second press of the same form give the first result. */
export interface Once {
  token: string
}

export const problemStatuses = [403, 404, 409, 413, 422, 429, 500, 503, 507] as const
export type ProblemStatus = (typeof problemStatuses)[number]

/** View: /errors/problem, a whole page in the plain layout or a fragment in place. */
export interface ProblemPage {
  status: ProblemStatus
  requestId: string
  /** What happened, where more is known than the status says: "Somebody else has just taken 10:15." */
  what?: string
  /** What the reader can do, in place of the status' own words. */
  next?: string
  /** Ways on: the nearest free times, back to the list, home. The first is the main one. */
  actions?: Link[]
}

/** View: /accounts/sign-in. */
export interface SignInPage {
  action: string
  username: string
  email: string
  /** The host's enforce_signin_email is on (facts §3.1). */
  askEmail: boolean
  errors: FieldError[]
  /** A safe local address to go on to. */
  next?: string
  registerHref?: string
  joinHref?: string
  /** Booking without an account, where the practice lets people. */
  bookHref?: string
  forgottenHref?: string
  /** Where browsers offer passkeys. */
  passkeyHref?: string
}

/** View: /staff/sign-in. */
export interface StaffSignInPage {
  action: string
  username: string
  errors: FieldError[]
  next?: string
  passkeyHref?: string
  /** "Foyer demo practice": a line that says which EMR this is. */
  place?: string
}

/** View: /accounts/records, the chooser. */
export interface RecordsPage {
  records: RecordChoice[]
  /** Where an access code is entered. */
  addHref?: string
  /** What each opens and until when, and who opens one's own. */
  familyHref?: string
}

export interface RecordChoice {
  href: string
  name: string
  /** "You", "You are his mother". */
  relationship: string
  /** "Born 3 May 2017", "Access ends 1 March": what tells two children apart. */
  detail?: string
  /** "Opens appointments only". */
  opens: string
  /** "From 3 May 2030: appointments only, …": what changes next by itself. */
  change?: string
  /** "2 forms to fill in". */
  waiting?: string
}

/** The nearest status that /errors/problem has words for: 400 reads as 422, 401 as 403, 410 as 404, the rest by their hundred. */
export function problemStatus(status: number): ProblemStatus {
  const known = problemStatuses.find((each) => each === status)
  if (known) return known
  if (status === 401) return 403
  if (status === 404 || status === 405 || status === 410) return 404
  return status >= 400 && status < 500 ? 422 : 500
}
