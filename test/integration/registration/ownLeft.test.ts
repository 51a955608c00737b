/** What somebody entered before they had a chart, once a code opens a part of it, or all. */
import { expect } from 'chai'
import { issueCodes, type NewCodes } from '../../../module/access/codeIssuing.js'
import { redeemCode } from '../../../module/access/codeRedeeming.js'
import { findCode } from '../../../module/access/codes.js'
import { findAccount, scopeFor } from '../../../module/access/scope.js'
import { requestAppointment } from '../../../module/features/appointments/booking.js'
import { decide } from '../../../module/features/accounts/families/deciding.js'
import { ask, keepForm, questionnaire, somebody } from '../../support/forms.js'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import { administrator, person, type Person } from './people.js'

const ASKED = questionnaire({ linkId: 'smoke', type: 'boolean', text: 'Do you smoke?', required: true })
const TUESDAY = '2026-11-24'

describe('What somebody entered before they had a chart', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let staff: Awaited<ReturnType<typeof administrator>>

  before(async () => {
    practice = await openPractice()
    staff = await administrator(practice)
  })
  after(() => practice.leave())

  let made = 0
  const times = ['09:00', '09:30', '10:00', '10:30', '11:00']
  interface Entered {
    who: Person
    pid: number
    booking: number
    form: number
    upload: number
  }

  /** Somebody new with one of everything in their own record, and a chart that is theirs, unlinked. */
  async function entered(): Promise<Entered> {
    const time = times[made] ?? ''
    const who = await person(practice, `left${String((made += 1))}@example.org`)
    const { actor, scope } = await somebody(practice, who.accountId, who.ownRecord)
    const wish = {
      ...{ provider: practice.staff.lee, category: OFFICE_VISIT, day: TUESDAY, time, reason: 'A cough' },
      ...{ scope, once: undefined },
    }
    const booked = await requestAppointment(practice.portal, actor, wish)
    if (!booked.ok) throw new Error(booked.reason)
    const form = await ask(practice, await keepForm(practice, ASKED), {
      ...{ accountId: who.accountId, record: who.ownRecord },
    })
    const upload = await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_uploads (batch, account_id, sender, record, name, media_type, note, state, sent_at)
         VALUES (RPAD(:batch, 22, 'p'), :account, 'Pia', :record, 'pia.pdf', 'application/pdf', '', 'checking', :now)`,
        { batch: `b${String(made)}`, account: who.accountId, record: who.ownRecord, now: '2026-11-23 12:00:00' },
      ),
    )
    return { who, pid: await practice.patient({ fname: 'Pia', dob: '1980-01-01' }), booking: booked.eid, form, upload }
  }

  async function useCode({ pid, who }: Entered, extent: NewCodes['extent']): Promise<void> {
    const opening = { kind: 'code', recipient: 'Pia', relationship: 'self', extent, language: 'en' } as const
    const issued = await issueCodes(practice.portal, staff.actor, { ...opening, pids: [pid] })
    const id = issued.ok ? (issued.codes[0]?.id ?? 0) : 0
    const symbols = (await findCode(practice.db, practice.portal, { pid, id }))?.symbols ?? ''
    const typed = { symbols, born: '1980-01-01', address: '192.0.2.1', requestId: 'test' }
    const redeemed = await redeemCode(practice.portal, { kind: 'account', id: who.accountId, name: 'Pia' }, typed)
    expect(redeemed).to.include({ ok: true })
  }

  /** The charts that they lie in; null: in the own record. */
  async function lying({ booking, form, upload }: Entered) {
    return practice.db.first(
      `SELECT (SELECT pid FROM foyer_appointment_requests WHERE pc_eid = :booking) AS booking,
              (SELECT pid FROM foyer_form_assignments WHERE id = :form) AS form,
              (SELECT pid FROM foyer_uploads WHERE id = :upload) AS upload`,
      { booking, form, upload },
    )
  }

  const account = async ({ who }: Entered) => {
    const found = await findAccount(practice.db, practice.portal, who.accountId)
    if (!found) throw new Error('no such account')
    return found
  }

  it('stays theirs to see where a code opens less than all of it, and goes into the chart with the code for the rest', async () => {
    for (const extent of ['forms', 'appointments'] as const) {
      const own = await entered()
      const alone = { booking: null, form: null, upload: null }
      await useCode(own, extent)
      expect(await lying(own), extent).to.deep.equal(alone)
      expect(await account(own)).to.include({ ownStands: true })
      const policy = practice.portal.policy()
      for (const permission of ['appointments:view', 'documents:view', 'forms:view']) {
        const scope = scopeFor(policy, await account(own), own.who.ownRecord, permission)
        expect(scope, permission).to.include({ kind: 'own' })
      }
      await useCode(own, 'full')
      expect(await lying(own), 'with all of it').to.deep.equal({ booking: own.pid, form: own.pid, upload: own.pid })
      expect(await account(own)).to.include({ ownStands: false })
    }
  })

  it('goes into the chart as soon as staff open all of it, and not before its day', async () => {
    const own = await entered()
    await useCode(own, 'forms')
    const grant = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE pid = :pid`, {
      pid: own.pid,
    })
    const change = (from?: string) =>
      decide(practice.portal, staff.actor, {
        ...{ pid: own.pid, id: grant?.id ?? 0, version: undefined, reason: '' },
        decision: { what: 'changed', relationship: 'self', extent: 'full', from, until: undefined },
      })
    expect(await change('2026-12-01')).to.deep.equal({ ok: true })
    expect(await lying(own)).to.deep.equal({ booking: null, form: null, upload: null })
    expect(await change()).to.deep.equal({ ok: true })
    expect(await lying(own)).to.deep.equal({ booking: own.pid, form: own.pid, upload: own.pid })
  })

  it('leaves its address to the chart, as far as that opens', async () => {
    const own = await entered()
    const policy = practice.portal.policy()
    const scope = async (permission: string) => scopeFor(policy, await account(own), own.who.ownRecord, permission)
    expect(await scope('appointments:view')).to.include({ kind: 'own' })
    await useCode(own, 'full')
    expect(await scope('appointments:view')).to.include({ kind: 'chart', pid: own.pid })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_grants SET extent = 'forms' WHERE pid = :pid`, { pid: own.pid }),
    )
    expect(await scope('forms:view')).to.include({ kind: 'chart' })
    expect(await scope('appointments:view')).to.include({ kind: 'own' })
  })
})
