/**
 * What the patient takes home: one loader for the page, for paper and for the PDF. It shows a password only to who
 * brings it along, since nothing here knows it, and only as long as it is the one that opens the portal.
 */
import { DateTime } from 'luxon'
import type { Portal } from '../../../access/portal.js'
import { findStaffCredential } from '../../../access/staffCredentials.js'
import { readPortalChart, type PortalChart } from '../../../host/credentials.js'
import { verifyHostPassword } from '../../../host/php/passwords.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { Language } from '../../../platform/i18n.js'
import { letterAddress } from '../../../web/letterAddress.js'
import { writeLongDay } from '../../../web/times.js'
import { languageOfPatient } from './telling.js'

export interface Sheet {
  chart: PortalChart
  /** The patient's. */
  language: Language
  practice: string
  phone: string
  name: string
  loginName: string
  password: string
  /** To be typed too, where the host's enforce_signin_email asks for it (facts §3.1); '' where it does not. */
  email: string
  /** Of the sign-in, in full. */
  address: string
  /** "Monday 30 November": the password opens the portal until then. */
  until: string
}

export type SheetOutcome =
  | { ok: true; sheet: Sheet }
  /** over: used, replaced or expired: this password no longer opens anything. */
  | { ok: false; reason: 'not-found' | 'over' }

export async function sheetFor(portal: Portal, pid: number, password: string): Promise<SheetOutcome> {
  const chart = await readPortalChart(portal.db, pid)
  if (!chart) return { ok: false, reason: 'not-found' }
  const { login } = chart
  const made = login && (await findStaffCredential(portal.db, pid, login.hash))
  if (!made || !(await verifyHostPassword(password, login.hash))) return { ok: false, reason: 'over' }
  const language = await languageOfPatient(portal.db, portal, chart)
  const { name: practice, phone } = portal.practice()
  return {
    ok: true,
    sheet: {
      ...{ chart, language, practice, phone, password },
      name: `${chart.firstName} ${chart.lastName}`.trim(),
      loginName: login.loginName,
      email: portal.globals().get('enforce_signin_email') === '1' ? chart.email : '',
      address: letterAddress(portal, '/portal/sign-in'),
      until: writeLongDay(
        dayOf(DateTime.fromSQL(made.expiresAt, { zone: 'utc' }).setZone(portal.clock.zone)),
        language,
      ),
    },
  }
}
