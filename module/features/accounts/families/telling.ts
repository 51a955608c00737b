/**
 * Both sides of a grant hear beforehand that it changes: a month before a birthday that changes it, and as long before
 * its end as the practice has set. Once for each change: what was told is written down with the letters.
 */
import { endOf } from '../../../access/grantDays.js'
import { writeLetter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import { openingNow } from '../../../access/scope.js'
import { openingOn, type Change } from '../../../access/ages.js'
import type { LetterKind, Listener } from '../../../feature.js'
import { endingGrants, growingGrants, type ComingChange, type Side } from '../../../host/reads/comingChanges.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { day as dayOf, daysLater, utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { isLanguage } from '../../../platform/i18n.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { writeDay } from '../../../web/times.js'
import { addressOf, isSameMailbox, languageOf, type Address } from './addressing.js'
import { growingOf, momentOf, stepsBetween, stepsOfSwitch } from './coming.js'
import { FAMILY } from './familySection.js'

/** Days before a birthday. */
export const AGE_NOTICE_DAYS = 30

const AT_ONCE = 200

const foyer: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

const kinds = { adolescent: 'family.age-change', adult: 'family.age-change', ended: 'family.access-ends' } as const

function kindOf({ on, why }: Change, { clock }: Portal): string {
  if (why !== 'rules') return kinds[why]
  return on > dayOf(clock.now()) ? 'family.rules-change' : 'family.rules-now'
}

/** The job. Killed in the middle it goes on where it was: each grant's telling is one transaction. */
export async function tellOfChanges(portal: Portal): Promise<void> {
  const today = dayOf(portal.clock.now())
  const now = utc(portal.clock.now())
  const moment = momentOf(portal)
  await tellOfSwitch(portal)
  for (const step of stepsBetween(portal, daysLater(today, 1), daysLater(today, AGE_NOTICE_DAYS))) {
    if (step.why === 'rules') continue
    await tellAll(portal, step.why, (after) =>
      growingGrants(portal.db, growingOf(step), { kind: step.why, ...moment, after, most: AT_ONCE }),
    )
  }
  const until = endOf(daysLater(today, portal.settings().renewalDays - 1), portal.clock.zone)
  await tellAll(portal, 'ended', (after) => endingGrants(portal.db, { until, now, after, most: AT_ONCE }))
}

/** Of the day from which on other ages count, however far it is; of today still, where they count at once. */
async function tellOfSwitch(portal: Portal): Promise<void> {
  const rules = portal.settings()
  const today = dayOf(portal.clock.now())
  const on = rules.agesBefore?.until
  if (on === undefined || on < today) return
  for (const step of stepsOfSwitch(rules)) {
    const read = (after: number) =>
      growingGrants(portal.db, growingOf(step), { kind: 'rules', ...momentOf(portal), after, most: AT_ONCE })
    await tellAll(portal, 'rules', read, (coming) => {
      const { change } = on > today ? openingNow(coming, portal) : openingOn(coming, daysLater(on, -1), rules)
      return change?.on === on ? change : undefined
    })
  }
}

/** Told as soon as other ages are set, not with the next round. */
export const tellOfAges: Listener = {
  name: 'tell-of-ages',
  event: 'ages.changed',
  hear: async (portal) => {
    // Another process may have set them a moment ago.
    await portal.renew()
    await tellOfSwitch(portal)
  },
}

async function tellAll(
  portal: Portal,
  why: Change['why'],
  read: (after: number) => Promise<ComingChange[]>,
  changeOf = (coming: ComingChange): Change | undefined => openingNow(coming, portal).change,
): Promise<void> {
  for (let after = 0; ;) {
    const some = await read(after)
    for (const coming of some) {
      const change = changeOf(coming)
      // Another change comes first: after it this one may be none.
      if (change?.why !== why || coming.told.includes(change.on)) continue
      await portal.db.transaction((tx) => tell(tx, portal, coming, change))
    }
    after = some.at(-1)?.id ?? after
    if (some.length < AT_ONCE) return
  }
}

async function tell(tx: Tx, portal: Portal, coming: ComingChange, change: Change): Promise<void> {
  const { clock } = portal
  const { id, pid, record, relationship } = coming
  await takeTurn(tx, [chartTurn(pid)])
  const noted = await tx.change(
    `INSERT IGNORE INTO foyer_grant_notices (grant_id, kind, day, told_at)
     SELECT g.id, :kind, :day, :now FROM foyer_grants g WHERE g.id = :id AND g.version = :version AND g.revoked_at IS NULL`,
    { id, kind: change.why, day: change.on, now: utc(clock.now()), version: coming.version },
  )
  // Told meanwhile, or decided otherwise: the next round looks at it anew.
  if (noted !== 1) return
  const holder = addressOf(coming.holder)
  const patient = addressOf(coming.patient)
  await write(tx, portal, coming, change, coming.holder, holder)
  if (relationship !== 'self' && !isSameMailbox(holder, patient)) {
    await write(tx, portal, coming, change, coming.patient, patient)
  }
  await recordAudit(tx, clock, foyer, {
    event: 'grant.change-told',
    subject: `account:${String(coming.holder.accountId)}`,
    pid,
    record,
    details: { why: change.why, day: change.on, extent: change.to ?? 'none' },
  })
  await publish(tx, clock, {
    event: 'grant.change-told',
    payload: { grant: id, pid, why: change.why, day: change.on },
    key: `patient:${String(pid)}`,
  })
}

async function write(
  tx: Tx,
  portal: Portal,
  { pid }: ComingChange,
  change: Change,
  side: Side,
  { to, refused }: Address,
): Promise<void> {
  await writeLetter(tx, portal, {
    kind: kindOf(change, portal),
    channel: 'mail',
    to,
    language: languageOf(side, portal.settings().defaultLanguage),
    pid,
    accountId: side.accountId,
    facts: { day: change.on },
    by: foyer,
    ...(refused === undefined ? {} : { refused }),
  })
}

/** No names, and nothing of what is in the record. After its day it tells nothing any more, but for what counts at once. */
function letterOf(kind: string, atOnce = false): LetterKind {
  return {
    kind,
    values: (portal, { facts, language }) => {
      const day = String(facts['day'])
      if (!atOnce && day <= dayOf(portal.clock.now())) return undefined
      const values = { day: writeDay(day, isLanguage(language) ? language : 'en') }
      return { path: FAMILY, values }
    },
  }
}

export const letters: readonly LetterKind[] = [
  letterOf('family.age-change'),
  letterOf('family.access-ends'),
  letterOf('family.rules-change'),
  letterOf('family.rules-now', true),
]
