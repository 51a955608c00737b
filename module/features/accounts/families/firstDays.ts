/** Both sides of a grant that opens from a day to come on are told of it. */
import { firstDayOf } from '../../../access/grantDays.js'
import { writeLetter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import type { HeardEvent, LetterKind, Listener } from '../../../feature.js'
import { grantToCome, type ComingGrant, type Side } from '../../../host/reads/comingChanges.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { day as dayOf, utc, type Day } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { isLanguage } from '../../../platform/i18n.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { writeDay } from '../../../web/times.js'
import { addressOf, isSameMailbox, languageOf } from './addressing.js'
import { FAMILY } from './familySection.js'

/** Given by a PIN or code that was used early, added to by one, put off by staff, or with a registration. */
const heard = ['grant.made', 'grant.widened', 'grant.changed', 'record.linked']

export const tellOfFirstDay: readonly Listener[] = heard.map((event) => ({
  name: 'tell-of-first-day',
  event,
  hear: tellBoth,
}))

const foyer: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

/** Each day once, however often it is heard of; anew where it was another one meanwhile, or none. */
async function tellBoth(portal: Portal, { event, payload }: HeardEvent): Promise<void> {
  const { clock, db } = portal
  const [accountId, pid] = [Number(payload['account']), Number(payload['pid'])]
  const coming = await grantToCome(db, { accountId, pid }, utc(clock.now()))
  if (!coming) return forgetDays(portal, { accountId, pid })
  const day = firstDayOf(coming.validFrom, clock.zone)
  await db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(pid)])
    const noted = await tx.change(
      `INSERT IGNORE INTO foyer_grant_notices (grant_id, kind, day, told_at)
       SELECT g.id, 'opens', :day, :now FROM foyer_grants g
        WHERE g.id = :id AND g.version = :version AND g.revoked_at IS NULL`,
      { id: coming.id, day, now: utc(clock.now()), version: coming.version },
    )
    if (noted !== 1) return
    await tx.change(`DELETE FROM foyer_grant_notices WHERE grant_id = :id AND kind = 'opens' AND day <> :day`, {
      ...{ id: coming.id, day },
    })
    await writeToSides(tx, portal, coming, { day, byStaff: event === 'grant.changed' })
    await recordAudit(tx, clock, foyer, {
      ...{ event: 'grant.change-told', subject: `account:${String(accountId)}`, pid, record: coming.record },
      details: { why: 'opens', day },
    })
  })
}

/** It is open by now, or opens nothing any more. */
async function forgetDays({ db }: Portal, of: { accountId: number; pid: number }): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `DELETE n FROM foyer_grant_notices n JOIN foyer_grants g ON g.id = n.grant_id
        WHERE g.account_id = :accountId AND g.pid = :pid AND n.kind = 'opens'`,
      of,
    ),
  )
}

async function writeToSides(
  tx: Tx,
  portal: Portal,
  coming: ComingGrant,
  { byStaff, day }: { byStaff: boolean; day: Day },
): Promise<void> {
  const [holder, patient] = [addressOf(coming.holder), addressOf(coming.patient)]
  // Whoever has just used a code has read it on the page of that code, and may have proved no address yet.
  if (byStaff || holder.refused !== 'no-address') await write(tx, portal, coming, coming.holder, day)
  if (coming.relationship !== 'self' && !isSameMailbox(holder, patient)) {
    await write(tx, portal, coming, coming.patient, day)
  }
}

async function write(tx: Tx, portal: Portal, { pid }: ComingGrant, side: Side, day: Day): Promise<void> {
  const { refused, to } = addressOf(side)
  await writeLetter(tx, portal, {
    ...{ kind: OPENS, channel: 'mail', to, pid, accountId: side.accountId, facts: { day }, by: foyer },
    language: languageOf(side, portal.settings().defaultLanguage),
    ...(refused === undefined ? {} : { refused }),
  })
}

const OPENS = 'family.access-opens'

/** No names. After its day it tells nothing any more. */
export const firstDayLetter: LetterKind = {
  kind: OPENS,
  values: ({ clock }, { facts, language }) => {
    const day = String(facts['day'])
    if (day <= dayOf(clock.now())) return undefined
    return { path: FAMILY, values: { day: writeDay(day, isLanguage(language) ? language : 'en') } }
  },
}
