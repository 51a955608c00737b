/**
 * What patients and staff have done with Foyer itself when the demo opens: by the portal's own verbs, at the hours at
 * which they did it, so that every row is as Foyer writes it.
 */
import type { DateTime, DurationLikeObject } from 'luxon'
import { createAccount } from '../access/accounts.js'
import { loadPolicy } from '../access/policy.js'
import type { Portal } from '../access/portal.js'
import { findAccount, type ChartScope } from '../access/scope.js'
import { staffMember, type StaffMember } from '../access/staff.js'
import { cancelAppointment, requestAppointment } from '../features/appointments/booking.js'
import { claimAppointment } from '../features/appointments/claims.js'
import { appointmentsOf } from '../features/appointments/ofPatient.js'
import { openings, requestable } from '../features/appointments/openings.js'
import { declineAppointment, processAppointment } from '../features/appointments/processing.js'
import { proposeTime } from '../features/appointments/proposing.js'
import { submit } from '../features/registration/submitting.js'
import { detectHost } from '../host/detect.js'
import { practiceFacility } from '../host/facility.js'
import { readGlobals } from '../host/globals.js'
import { timeOfDay } from '../host/schedule.js'
import { unknownPending } from '../host/reads/following.js'
import type { Actor } from '../platform/audit.js'
import { day as dayOf, type Clock, type Day } from '../platform/clock.js'
import { readConfig } from '../platform/config.js'
import type { Database, Tx } from '../platform/database.js'
import { fileStore } from '../platform/files/store.js'
import { speakAll } from '../platform/i18n.js'
import { openLog } from '../platform/log.js'
import { loadManifest, settingsFrom } from '../platform/settings.js'
import { category, type Scheduled } from './hours.js'
import type { ResidentName, signIns, StaffName } from './people.js'
import { LEFT_FREE, workday } from './visits.js'

export interface Cast {
  /** users.id */
  staff: Readonly<Record<StaffName, number>>
  /** pid */
  patients: Readonly<Record<ResidentName, number>>
  /** foyer_accounts.id */
  accounts: ReadonlyMap<keyof typeof signIns, number>
}

/**
 * Inside the transaction that makes the practice: a proposal that waits for Leo's mother, a request of John's that was
 * declined with other times, a cancellation that staff have to decide, a request of the host's portal that admin has
 * claimed, and Leo's father, who registers to see his record. Throws where a verb refuses.
 */
export async function tellStories(tx: Tx, clock: Clock, cast: Cast): Promise<void> {
  const stage = await stageIn(tx, clock, cast)
  await proposeToMother(stage)
  await declineWithOtherTimes(stage)
  await askToCancelLate(stage)
  await claimOldest(stage)
  await registerFather(stage)
}

interface Stage {
  tx: Tx
  /** The portal as it was so long ago. */
  ago: (earlier: DurationLikeObject) => Portal
  cast: Cast
  admin: StaffMember
}

async function stageIn(tx: Tx, clock: Clock, cast: Cast): Promise<Stage> {
  const [site, globals, policy] = [await detectHost(tx), await readGlobals(tx), await loadPolicy(tx, '0')]
  const { name, phone } = await practiceFacility(tx)
  const settings = settingsFrom(loadManifest(), new Map())
  const portal: Omit<Portal, 'clock'> = {
    ...{ config: readConfig({}), secret: '', db: within(tx), log: openLog({ level: 'silent' }), site },
    ...{ globals: () => globals, settings: () => settings, policy: () => policy, enabled: () => true },
    ...{ speech: speakAll([]), post: { close: () => undefined } },
    // No story stores a file: it would be sealed by another secret.
    files: fileStore('', ''),
    ...{ renew: async () => undefined, practice: () => ({ name, phone }) },
  }
  const admin = needed(await staffMember(tx, cast.staff.admin))
  return { tx, cast, admin, ago: (earlier) => ({ ...portal, clock: earlierBy(clock, earlier) }) }
}

/** What verbs write stands or falls with the rest of the practice. */
function within(tx: Tx): Database {
  return {
    ...tx,
    transaction: (work) => work(tx),
    append: async (sql, values) => {
      await tx.insert(sql, values)
    },
    until: () => within(tx),
    close: async () => undefined,
  }
}

/** The same clock, so long ago. */
export function earlierBy(clock: Clock, by: DurationLikeObject): Clock {
  return { zone: clock.zone, now: () => clock.now().minus(by) }
}

async function proposeToMother(stage: Stage): Promise<void> {
  const times = await freeTimesOf(stage, 'dr.lee', workday(now(stage), 3))
  const eid = await ask(stage, { hours: 26 }, 'maria.santos', 'leo', 'dr.lee', {
    ...first(times),
    reason: 'Leo needs his school form signed. He has a cough, too.',
  })
  const note = 'Dr. Lee is at the hospital that morning. Would this time suit you and Leo?'
  // Not the slot beside it: a time that is worth asking about.
  const other = first(times.slice(8))
  const { admin } = stage
  done(
    await proposeTime(stage.ago({ hours: 3 }), admin, as(admin), {
      ...press(eid),
      ...other,
      provider: undefined,
      note,
    }),
  )
}

async function declineWithOtherTimes(stage: Stage): Promise<void> {
  const times = await freeTimesOf(stage, 'dr.osei', workday(now(stage), 4))
  const reason = 'Back pain after gardening; the exercises alone do not help.'
  const eid = await ask(stage, { days: 2 }, 'john.carter', 'john.carter', 'dr.osei', { ...first(times), reason })
  const { admin } = stage
  const declined = await declineAppointment(stage.ago({ hours: 20 }), admin, as(admin), {
    ...press(eid),
    reason: 'Dr. Osei has to take part in a meeting then. These times are free:',
    alternatives: [first(times.slice(5)), first(times.slice(12))],
  })
  done(declined)
}

/** Luis asks too late to cancel by himself; where nobody is in so soon, John asks for one day of his series. */
async function askToCancelLate(stage: Stage): Promise<void> {
  const asked = stage.ago({ minutes: 35 })
  const [soonest] = await freeTimesOf(stage, 'dr.lee', dayOf(now(stage)))
  const late = asked.clock.now().plus({ minutes: asked.settings().minimumNotice })
  if (soonest && `${soonest.day}T${soonest.time}` < late.toFormat("yyyy-MM-dd'T'HH:mm")) {
    const reason = 'Revisión de la tensión.'
    const eid = await ask(stage, { days: 3 }, 'luis.reyes', 'luis.reyes', 'dr.lee', { ...soonest, reason })
    const { admin } = stage
    const confirm = { ...press(eid), status: '-', note: '' }
    done(await processAppointment(stage.ago({ days: 2 }), admin, as(admin), confirm))
    const why = 'No puedo salir antes del trabajo, lo siento.'
    await cancel(stage, asked, 'luis.reyes', String(eid), why)
    return
  }
  const { next } = await appointmentsOf(asked, stage.tx, await scopeOf(stage, 'john.carter', 'john.carter'))
  const id = needed(next.find(({ ofSeries }) => ofSeries)).id
  await cancel(stage, asked, 'john.carter', id, 'I am away that week.')
}

async function cancel(
  stage: Stage,
  portal: Portal,
  who: keyof typeof signIns,
  id: string,
  reason: string,
): Promise<void> {
  const scope = await scopeOf(stage, who, who)
  const outcome = done(await cancelAppointment(portal, ofAccount(scope), { scope, id, reason }))
  if (!outcome.asked) throw new Error('The cancellation was to be decided by the practice')
}

/** What was asked for in the host's own portal stands in the queue like everything else. */
async function claimOldest(stage: Stage): Promise<void> {
  const portal = stage.ago({ minutes: 2 })
  const [eid] = await unknownPending(stage.tx, dayOf(portal.clock.now()), { after: 0, limit: 1 })
  const { admin } = stage
  done(
    await claimAppointment(portal, admin, as(admin), {
      ...{ eid: needed(eid), cancellation: undefined, how: { kind: 'claim' } },
    }),
  )
}

/** Staff find Leo's chart among the candidates, and decide. */
async function registerFather(stage: Stage): Promise<void> {
  const portal = stage.ago({ hours: 4 })
  const leo = await scopeOf(stage, 'maria.santos', 'leo')
  const email = 'carlos.santos@example.org'
  const father = needed(
    await createAccount(stage.tx, portal.clock, {
      ...{ email, verified: true, passwordHash: null, displayName: 'Carlos Santos', language: undefined },
    }),
  )
  const actor: Actor = { kind: 'account', id: String(father.id), name: 'Carlos Santos', requestId: undefined }
  await submit(
    stage.tx,
    portal,
    actor,
    { ...father, email },
    {
      ...{ forWhom: 'child', relationship: 'father', firstName: leo.patient.firstName, middleName: '' },
      ...{ lastName: leo.patient.lastName, birthName: '', born: needed(leo.patient.born), sex: 'Male' },
      ...{ phone: '(202) 555-0119', postalCode: '' },
      message: 'I am Leo’s father. My wife has him in her account already.',
    },
  )
}

interface Time {
  day: Day
  /** HH:MM */
  time: string
}

/** Where an Office Visit has room from a day on, but for what is kept free for whoever tries the demo. */
async function freeTimesOf(stage: Stage, doctor: Scheduled, from: Day): Promise<Time[]> {
  const portal = stage.ago({})
  const { categories, providers } = await requestable(portal, stage.tx)
  const wish = {
    category: needed(categories.find(({ id }) => id === category.officeVisit)),
    provider: needed(providers.find(({ id }) => id === stage.cast.staff[doctor])),
  }
  const free = await openings(portal, stage.tx, wish, from, DAYS)
  return free
    .filter(({ minute }) => minute + wish.category.minutes <= LEFT_FREE.from || minute >= LEFT_FREE.until)
    .map(({ day, minute }) => ({ day, time: timeOfDay(minute) }))
}

const DAYS = 7

async function ask(
  stage: Stage,
  earlier: DurationLikeObject,
  who: keyof typeof signIns,
  chart: ResidentName,
  doctor: Scheduled,
  wish: Time & { reason: string },
): Promise<number> {
  const scope = await scopeOf(stage, who, chart)
  const outcome = await requestAppointment(stage.ago(earlier), ofAccount(scope), {
    ...wish,
    ...{ scope, provider: stage.cast.staff[doctor], category: category.officeVisit, once: undefined },
  })
  return done(outcome).eid
}

async function scopeOf(stage: Stage, who: keyof typeof signIns, chart: ResidentName): Promise<ChartScope> {
  const portal = stage.ago({})
  const account = await findAccount(stage.tx, portal, needed(stage.cast.accounts.get(who)))
  return needed(account?.records.find(({ pid }) => pid === stage.cast.patients[chart]))
}

function ofAccount({ account, record, relationship }: ChartScope): Actor {
  const actingAs = { record, relationship }
  return { kind: 'account', id: String(account.id), name: account.name, requestId: undefined, actingAs }
}

function as({ username, name }: StaffMember): Actor {
  return { kind: 'staff', id: username, name, requestId: undefined }
}

function press(eid: number): { eid: number; seen: undefined } {
  return { eid, seen: undefined }
}

function now(stage: Stage): DateTime {
  return stage.ago({}).clock.now()
}

function first(times: readonly Time[]): Time {
  return needed(times[0])
}

function done<Outcome extends { ok: boolean }>(outcome: Outcome): Extract<Outcome, { ok: true }> {
  if (outcome.ok) return outcome as Extract<Outcome, { ok: true }>
  throw new Error(`The demo's own story was refused: ${JSON.stringify(outcome)}`)
}

function needed<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The demo practice is not whole')
  return value
}
