/**
 * Routes are data: each says whom it is for, which permission it takes, and what it does. A route without a policy
 * cannot be written down; the same table makes the router, the start-up check, and the tests.
 */
import type { z } from 'zod'
import type { Actor } from '../platform/audit.js'
import type { Language, Translate } from '../platform/i18n.js'
import type { Once } from '../platform/once.js'
import type { StoredBytes } from '../platform/files/store.js'
import type { Portal } from '../access/portal.js'
import type { Account, PatientScope } from '../access/scope.js'
import type { SignedIn, SignInOutcome } from '../access/signIn.js'
import type { StaffMember } from '../access/staff.js'
import type { Stage } from '../access/stages.js'
import type { Link } from './layout.js'
import type { Answer, Show } from './show.js'
import type { FormRead } from './forms.js'

/**
 * - patientDoor, staffDoor: signed out; full addresses
 * - account: a signed-in patient; below /portal
 * - record: a signed-in patient in one record; below /portal/records/:record
 * - staff: the portal's rooms for staff; below /staff/portal
 * - emr: the host's own pages (the demo's EMR shell); full addresses; there also while the module is disabled
 */
export type Audience = 'patientDoor' | 'staffDoor' | 'account' | 'record' | 'staff' | 'emr'

export interface RequestContext {
  portal: Portal
  t: Translate
  language: Language
  requestId: string
  /** Where it came from, as far as proxies are trusted. */
  address: string
  /** Adds the base path to an address that begins with a slash. */
  url: (path: string) => string
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  /** Reads the posted fields by a schema: values, or messages at the fields together with what was typed. */
  form: <Schema extends z.ZodType>(schema: Schema) => FormRead<z.output<Schema>>
  /**
   * What came with the form, on a route that takes files: whole, in the file store, kept by nobody yet. What the handler
   * does not keep (access/storedFiles.ts: keepFile, inside its transaction) is gone after the answer.
   */
  files: readonly ReceivedFile[]
  /** What came and was not taken. `refusedFiles` of refusals.ts says it in words. */
  refusals: readonly FileRefusal[]
  show: Show
  /** An htmx request: answered with the fragment. */
  fragment: boolean
  /** Opened in a frame: in one of the EMR's own tabs. */
  framed: boolean
}

export interface ReceivedFile extends StoredBytes {
  /** foyer_files.id */
  id: number
  /** The form's field. */
  field: string
  /** As its sender called it, cleaned: for people to read, never a path. */
  name: string
  /** By its content, never by its name: `application/octet-stream` where that says nothing. */
  mediaType: string
}

export interface FileRefusal {
  field: string
  name: string
  reason: FileRefusalReason
}

/**
 * too-large: more than the practice's setting. too-many: more files, or more in all, than it takes at once. no-space:
 * the disk of the server is full. broken: not as a browser sends a form.
 */
export type FileRefusalReason = 'too-large' | 'too-many' | 'empty' | 'no-space' | 'broken'

export interface DoorContext extends RequestContext {
  /** Whose door. */
  door: 'patient' | 'staff'
  /** Checks the posted name and password with Passport. */
  authenticate: () => Promise<SignInOutcome>
  /** Starts a session under a new id, and writes down that they are in. */
  enter: (who: SignedIn) => Promise<void>
  /** Right password, stages left: a session under a new id that opens nothing but these, for ten minutes. */
  hold: (held: Held) => Promise<void>
  /** Who is held at this door, if anybody: still under the password they typed, and within their ten minutes. */
  waiting: WaitingPerson | undefined
  /**
   * The first of the stages is done. Says the next; undefined: nothing is left, and they are signed in under a new id.
   * `fingerprint`: of the password that they have just chosen. Throws when it is not the first.
   */
  pass: (stage: Stage, fingerprint?: string) => Promise<Stage | undefined>
  /** From now on this browser is one that the account (or users.id) has been signed in with. */
  knowDevice: (id: number) => Promise<void>
  /** Ends the session, held or signed in, if there is one. */
  leave: () => Promise<void>
  /** Somebody is signed in at this door already. */
  inside: boolean
  /** The account of whoever is signed in at this door, as things stand: users.id at the staff's. Undefined: nobody is. */
  whoIsIn: () => Promise<number | undefined>
}

export interface Held {
  who: SignedIn
  /** What is left, the next first. One at least. */
  stages: readonly Stage[]
  /** A safe address of this door, to go on to in the end. */
  next?: string | undefined
}

export interface WaitingPerson extends Held {
  /** As the account, or the host's user, is named. */
  name: string
}

export interface AccountContext extends RequestContext {
  account: Account
  actor: Actor
  /** Names this session among its account's; opens nothing. */
  session: string
  /**
   * Gives the session another id: what it opens has just become more, or it stands under another password, whose
   * fingerprint it takes.
   */
  renewSession: (fingerprint?: string) => Promise<void>
  /** The form's `_once`, bound to this account and to these fields. */
  once: (fields: Record<string, unknown>) => Once | undefined
}

export interface RecordContext extends AccountContext {
  scope: PatientScope
  /** An address inside this record, without the base path. */
  here: (path: string) => string
  may: (permission: string) => boolean
}

export interface StaffContext extends RequestContext {
  staff: StaffMember
  actor: Actor
  /** As an account's: bound to this member. */
  once: (fields: Record<string, unknown>) => Once | undefined
  /** As an account's. */
  session: string
  renewSession: () => Promise<void>
  may: (permission: string) => boolean
  /** A moment ago they sent something, perhaps to another process: no count may be older. */
  hasJustChanged: boolean
  /** What the wings offer for the patient of a row, as far as this member may. */
  rowActions: (pid: number) => Link[]
}

export interface ContextOf {
  patientDoor: DoorContext
  staffDoor: DoorContext
  account: AccountContext
  record: RecordContext
  staff: StaffContext
  emr: StaffContext
}

export type Handler<Context> = (context: Context) => Answer | Promise<Answer>

/** A permission, as the policy names it. Only `can` makes one, so that a route always says it in so many words. */
export type Permission = string & { readonly kind: 'permission' }

export function can(permission: string): Permission {
  return permission as Permission
}

export interface RouteOptions<Context> {
  /** Asks for news by itself: does not keep the session awake. */
  poll?: boolean
  /** What comes with the form; without a word: 200 short fields. */
  takes?: Takes
  /**
   * Somebody types in its form for long: what they typed outlives their session (typed.ts). This one shows it in the form
   * again and does nothing with it, since no token says that it was sent on purpose.
   */
  keepsTyped?: Handler<Context>
}

/**
 * - files: multipart, besides fields; the form's `_csrf` stands before its files
 * - long: urlencoded, up to 2 MB and 3000 fields
 */
export type Takes = 'files' | 'long'

export interface RouteOf<To extends Audience> {
  audience: To
  method: 'get' | 'post'
  /** Below the audience's prefix; a full address for doors and the EMR's pages. */
  path: string
  permission: Permission
  poll: boolean
  takes?: Takes
  keepsTyped?: Handler<ContextOf[To]>
  handle: Handler<ContextOf[To]>
}

export type Route = { [To in Audience]: RouteOf<To> }[Audience]

export interface RouteList<Context> {
  get: (path: string, permission: Permission, handle: Handler<Context>, options?: RouteOptions<Context>) => void
  post: (path: string, permission: Permission, handle: Handler<Context>, options?: RouteOptions<Context>) => void
}

/** Writes down what an audience can do, as a table of contents. */
export function routes<To extends Audience>(
  audience: To,
  write: (list: RouteList<ContextOf[To]>) => void,
): RouteOf<To>[] {
  const all: RouteOf<To>[] = []
  const add =
    (method: 'get' | 'post') =>
    (
      path: string,
      permission: Permission,
      handle: Handler<ContextOf[To]>,
      options: RouteOptions<ContextOf[To]> = {},
    ) => {
      const { poll = false, ...more } = options
      all.push({ audience, method, path, permission, poll, ...more, handle })
    }
  write({ get: add('get'), post: add('post') })
  return all
}

const prefixes: Record<Audience, string> = {
  patientDoor: '',
  staffDoor: '',
  account: '/portal',
  record: '/portal/records/:record',
  staff: '/staff/portal',
  emr: '',
}

/** The address pattern of a route: what request logs keep, and tests walk. */
export function addressOf(route: Pick<Route, 'audience' | 'path'>): string {
  const address = `${prefixes[route.audience]}${route.path === '/' ? '' : route.path}`
  return address === '' ? '/' : address
}
