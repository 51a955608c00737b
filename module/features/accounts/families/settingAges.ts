/**
 * Other ages for everybody: from a day on of which both sides hear thirty days before, or at once, with a reason, of
 * which they hear at once. Until that day the ages of before count.
 */
import { rulesOn, type AgeRules } from '../../../access/ages.js'
import type { Portal } from '../../../access/portal.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { day as dayOf, daysLater, utc, type Day } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { loadManifest, settingsFrom, type FormerAges } from '../../../platform/settings.js'
import { takeTurn } from '../../../platform/turns.js'
import { AGE_NOTICE_DAYS } from './telling.js'

/** The three that a practice sets. */
export type Ages = Pick<AgeRules, 'adolescentAge' | 'adolescentExtent' | 'adultAge'>

export type AgesOutcome =
  | { ok: true; from: Day }
  /** They are so already. */
  | { ok: false; reason: 'same' }
  /** Somebody else has set others since the page was opened. */
  | { ok: false; reason: 'changed' }

/** Whole days of notice: the letters go out today. */
export function noticedDay({ clock }: Pick<Portal, 'clock'>): Day {
  return daysLater(dayOf(clock.now()), AGE_NOTICE_DAYS + 1)
}

/** The ages that count today. */
export function agesNow({ clock, settings }: Pick<Portal, 'clock' | 'settings'>): Ages {
  return agesOf(rulesOn(settings(), dayOf(clock.now())))
}

/** As the practice would have them, with those of today until that day. */
export function agesFrom(portal: Pick<Portal, 'clock' | 'settings'>, to: Ages, until: Day, reason = ''): AgeRules {
  return { ...to, agesBefore: { ...agesNow(portal), until, reason } }
}

/** What the page was shown of the ages that are set: posted back, so that a change by others meanwhile is noticed. */
export function stampOfAges({ settings }: Pick<Portal, 'settings'>): string {
  return stampOf(settings())
}

function stampOf(rules: AgeRules): string {
  const { adolescentAge, adolescentExtent, adultAge } = rules
  return [adolescentAge, adolescentExtent, adultAge, rules.agesBefore?.until ?? '-'].join(' ')
}

/** `reason`: why it counts at once; undefined: from the day of which everybody hears in time. */
export async function setAges(
  portal: Portal,
  actor: Actor,
  { reason, seen, to }: { to: Ages; seen: string; reason: string | undefined },
): Promise<AgesOutcome> {
  await portal.renew()
  const from = reason === undefined ? noticedDay(portal) : dayOf(portal.clock.now())
  const outcome = await portal.db.transaction(async (tx): Promise<AgesOutcome> => {
    await takeTurn(tx, ['settings'])
    const stored = await storedAges(tx)
    // Pressed twice: it was done as it was meant.
    if (reason === undefined && isSame(to, stored) && stored.agesBefore?.until === from) return { ok: true, from }
    if (stampOf(stored) !== seen) return { ok: false, reason: 'changed' }
    const now = agesOf(rulesOn(stored, dayOf(portal.clock.now())))
    const same = isSame(to, now)
    if (same && isSame(to, stored)) return { ok: false, reason: 'same' }
    // Back to what counts today: what waited is off.
    const before: FormerAges | undefined = same ? undefined : { ...now, until: from, reason: reason ?? '' }
    const texts = {
      adolescentAge: String(to.adolescentAge),
      adolescentExtent: to.adolescentExtent,
      adultAge: String(to.adultAge),
      agesBefore: before ? JSON.stringify(before) : '',
    }
    for (const [name, value] of Object.entries(texts)) await store(tx, portal, actor, name, value)
    await publish(tx, portal.clock, { event: 'ages.changed', payload: { from }, key: 'ages' })
    return { ok: true, from }
  })
  if (outcome.ok) await portal.renew()
  return outcome
}

function agesOf({ adolescentAge, adolescentExtent, adultAge }: Ages): Ages {
  return { adolescentAge, adolescentExtent, adultAge }
}

function isSame(one: Ages, other: Ages): boolean {
  return stampOf(agesOf(one)) === stampOf(agesOf(other))
}

const manifest = loadManifest()
const names = ['adolescentAge', 'adolescentExtent', 'adultAge', 'agesBefore'] as const

/** Under the settings' turn: what the database says, not what this process read some seconds ago. */
async function storedAges(tx: Tx): Promise<AgeRules> {
  const rows = await tx.select<{ name: string; value: string }>(
    `SELECT name, value FROM foyer_settings WHERE name IN (:names)`,
    { names },
  )
  return settingsFrom(manifest, new Map(rows.map(({ name, value }) => [name, value])))
}

async function store(tx: Tx, { clock }: Portal, actor: Actor, name: string, value: string): Promise<void> {
  const before = await tx.first<{ value: string }>(`SELECT value FROM foyer_settings WHERE name = :name`, { name })
  if (before?.value === value) return
  await tx.change(
    `INSERT INTO foyer_settings (name, value, updated_at, updated_by) VALUES (:name, :value, :now, :by)
     ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = VALUES(updated_at), updated_by = VALUES(updated_by)`,
    { name, value, by: actor.id, now: utc(clock.now()) },
  )
  await recordAudit(tx, clock, actor, {
    event: 'settings.changed',
    subject: `setting:${name}`,
    details: { name, before: before?.value ?? null, after: value },
  })
}
