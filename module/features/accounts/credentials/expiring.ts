/** A password that staff made and nobody used is no way in for ever. */
import { DateTime } from 'luxon'
import type { Portal } from '../../../access/portal.js'
import {
  endStaffCredential,
  findStaffCredential,
  isOpenOtherwise,
  noteUse,
  overdueStaffCredentials,
  type StaffCredential,
} from '../../../access/staffCredentials.js'
import { makeUnusable, readPortalChart, signedInAtHost } from '../../../host/credentials.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { logAccess } from './hostLog.js'

const AT_ONCE = 500

const foyer: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

/** Makes unchanged hashes unusable whose time is over, for both portals. One that was changed meanwhile is left alone. */
export async function expireCredentials(portal: Portal): Promise<void> {
  const failed: unknown[] = []
  for (const credential of await overdueStaffCredentials(portal.db, portal, AT_ONCE)) {
    // One that fails, and does so at every run, keeps none of the others open.
    await portal.db.transaction((tx) => expire(tx, portal, credential)).catch((error: unknown) => failed.push(error))
  }
  if (failed.length > 0) throw failed[0]
}

async function expire(tx: Tx, portal: Portal, { id, pid, madeAt }: StaffCredential): Promise<void> {
  await takeTurn(tx, [chartTurn(pid)])
  const login = (await readPortalChart(tx, pid))?.login
  const unchanged = login && (await findStaffCredential(tx, pid, login.hash))
  const since = wallClock(DateTime.fromSQL(madeAt, { zone: 'utc' }).setZone(portal.clock.zone))
  if (!unchanged && login && (await isOpenOtherwise(tx, id, login.hash)) && (await signedInAtHost(tx, pid, since))) {
    // The same password under a new hash, or one of the patient's own: their next sign-in here tells (facts §3.3).
    await noteUse(tx, portal, id)
    return
  }
  if (unchanged?.id !== id) {
    // Replaced or changed since it was found, or changed in the host's own portal at some time.
    // Without a login, or a chart, there is nothing that it opens: it would stand here first for ever.
    if (!unchanged) await endStaffCredential(tx, portal, pid, login ? 'changed' : 'gone')
    return
  }
  if (await signedInAtHost(tx, pid, since)) {
    // In use at the host's own portal: to shut it there is not ours. In Foyer it must still be changed.
    await noteUse(tx, portal, id)
    return
  }
  await makeUnusable(tx, pid, login?.hash ?? '')
  await endStaffCredential(tx, portal, pid, 'expired')
  await logAccess(tx, foyer, {
    at: wallClock(portal.clock.now()),
    pid,
    comment: 'an unused temporary password expired',
  })
  await recordAudit(tx, portal.clock, foyer, { event: 'credential.expired', subject: `patient:${String(pid)}`, pid })
  await publish(tx, portal.clock, { event: 'credential.expired', payload: { pid }, key: `patient:${String(pid)}` })
}
