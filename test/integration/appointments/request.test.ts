import { expect } from 'chai'
import { onceOf } from '../../../module/platform/once.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY, OFFICE_VISIT } from '../../support/practice.js'
import {
  ask,
  booked,
  chart,
  checksum,
  eventRow,
  failing,
  hostSets,
  newChart,
  practiceDuring,
  TUESDAY,
  watched,
} from './visits.js'

// Byte for byte what the host's portal writes (facts §2.4).
const RECURRENCE =
  'a:5:{s:17:"event_repeat_freq";N;s:22:"event_repeat_freq_type";s:1:"0";s:19:"event_repeat_on_num";s:1:"1";s:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"1";}'
const LOCATION =
  'a:6:{s:14:"event_location";N;s:13:"event_street1";N;s:13:"event_street2";N;s:10:"event_city";N;s:11:"event_state";N;s:12:"event_postal";N;}'

describeOnEverySite('a patient asks for a time', (site) => {
  const practice = practiceDuring(site)

  it('and it stands in the calendar, with a note to the provider, as the host’s own portal writes it; nothing else is touched', async function () {
    this.timeout(60_000)
    const { staff, records, accounts, patients } = practice
    const maria = await chart(practice, 'maria')
    const once = onceOf(`account:${String(accounts.maria)}`, opaqueId(), { any: 'fields' })

    const { result, written } = await watched(practice, () => ask(practice, maria, { once }))

    const eid = result.ok ? result.eid : 0
    expect(result).to.deep.equal({ ok: true, eid, first: true })
    const { came, went } = written
    expect(went).to.deep.equal({})
    expect(Object.keys(came).sort()).to.deep.equal([
      ...['foyer_appointment_requests', 'foyer_audit', 'foyer_once', 'foyer_outbox'],
      ...['log', 'log_comment_encrypt', 'openemr_postcalendar_events', 'pnotes'],
    ])
    expect(came['openemr_postcalendar_events']).to.deep.equal([
      {
        ...{
          pc_eid: eid,
          pc_catid: OFFICE_VISIT,
          pc_multiple: 0,
          pc_aid: String(staff.lee),
          pc_pid: String(patients.maria),
        },
        ...{ pc_gid: 0, pc_title: 'Office Visit', pc_time: `${MONDAY} 08:00:00`, pc_hometext: 'Sore throat' },
        ...{ pc_comments: 0, pc_counter: 0, pc_topic: 1, pc_informant: String(staff.lee), pc_eventDate: TUESDAY },
        ...{ pc_endDate: ['7.0.1', '7.0', '8.0'].includes(site) ? '0000-00-00' : null },
        ...{ pc_duration: 900, pc_recurrtype: 0, pc_recurrspec: RECURRENCE, pc_recurrfreq: 0 },
        ...{ pc_startTime: '09:00:00', pc_endTime: '09:15:00', pc_alldayevent: 0, pc_location: LOCATION },
        ...{
          pc_conttel: null,
          pc_contname: null,
          pc_contemail: null,
          pc_website: null,
          pc_fee: null,
          pc_language: null,
        },
        ...{ pc_eventstatus: 1, pc_sharing: 1, pc_apptstatus: '^', pc_prefcatid: 0, pc_facility: 0 },
        ...{ pc_sendalertsms: 'NO', pc_sendalertemail: 'NO', pc_billing_location: 0, pc_room: '', uuid: null },
      },
    ])
    const [note] = came['pnotes'] ?? []
    expect(note).to.deep.equal({
      ...{ id: note?.['id'], date: `${MONDAY} 08:00:00`, update_date: `${MONDAY} 08:00:00`, pid: patients.maria },
      body:
        `${MONDAY} 08:00 (portal-user to dr.lee) A New Appointment request was received from portal patient Maria Santos ` +
        `regarding appointment dated ${TUESDAY} 09:00. Reason: Sore throat. Use Portal Dashboard to confirm with patient.`,
      ...{ user: 'portal-user', groupname: null, activity: 1, authorized: 1, title: 'Patient Reminders' },
      ...{
        assigned_to: 'dr.lee',
        deleted: 0,
        message_status: 'New',
        portal_relation: null,
        is_msg_encrypted: 0,
        update_by: null,
      },
    })
    const [log] = came['log'] ?? []
    expect(log).to.deep.equal({
      ...{
        id: log?.['id'],
        date: `${MONDAY} 08:00:00`,
        event: 'scheduling-insert',
        category: 'Scheduling',
        user: 'portal-user',
      },
      comments: Buffer.from(`Foyer: appointment.requested, event ${String(eid)}`).toString('base64'),
      ...{
        groupname: 'none',
        user_notes: null,
        patient_id: patients.maria,
        success: 1,
        checksum: null,
        crt_user: null,
      },
      ...{ log_from: 'onsite-portal', menu_item_id: null, ccda_doc_id: 0 },
    })
    const [pair] = came['log_comment_encrypt'] ?? []
    expect(pair).to.deep.equal({
      ...{
        id: pair?.['id'],
        log_id: log?.['id'],
        encrypt: 'No',
        checksum: checksum(log ?? {}),
        checksum_api: '',
        version: 4,
      },
    })
    const [request] = came['foyer_appointment_requests'] ?? []
    expect(request).to.deep.equal({
      ...{
        id: request?.['id'],
        receipt: request?.['receipt'],
        pc_eid: eid,
        account_id: accounts.maria,
        record: records.maria,
      },
      ...{
        pid: patients.maria,
        provider_id: String(staff.lee),
        category_id: OFFICE_VISIT,
        day: TUESDAY,
        start_time: '09:00:00',
      },
      ...{ minutes: 15, reason: 'Sore throat', state: 'requested', version: 1, created_at: `${MONDAY} 13:00:00.000` },
      open_key: `${records.maria} ${String(staff.lee)} ${TUESDAY} 09:00`,
      ...{ claimed_by: null, claimed_at: null, decided_by: null, decided_at: null, decision_reason: null },
      ...{ open_seat: `p${String(patients.maria)}:1`, replaces_eid: null },
      ...{ told_status: '^', told_day: TUESDAY, told_start: '09:00:00', told_provider: String(staff.lee) },
    })
    expect(String(request?.['receipt'])).to.have.lengthOf(9)
    const [audit] = came['foyer_audit'] ?? []
    expect(audit).to.deep.include({
      ...{
        at: `${MONDAY} 13:00:00.000`,
        actor_kind: 'account',
        actor_id: String(accounts.maria),
        actor_name: 'maria.santos',
      },
      ...{ pid: patients.maria, record: records.maria, event: 'appointment.requested' },
      ...{ subject: `appointment:${String(eid)}`, details: {}, request_id: null },
    })
    const [outbox] = came['foyer_outbox'] ?? []
    expect(outbox).to.deep.include({
      event: 'appointment.requested',
      done_at: null,
      created_at: `${MONDAY} 13:00:00.000`,
    })
    expect(outbox?.['payload']).to.deep.equal({ eid, pid: patients.maria, record: records.maria })
    expect(came['foyer_once']).to.deep.equal([
      {
        owner: once.owner,
        token: once.token,
        body_hash: once.bodyHash,
        result: String(eid),
        created_at: `${MONDAY} 13:00:00.000`,
      },
    ])
  })

  it('for a child, and the note says who asked', async () => {
    const leo = await chart(practice, 'maria', 'leo')
    await booked(practice, leo, { time: '09:30', reason: '' })
    const note = await practice.db.first<{ body: string }>(`SELECT body FROM pnotes WHERE pid = :pid`, { pid: leo.pid })
    expect(note?.body).to.equal(
      `${MONDAY} 08:00 (portal-user to dr.lee) A New Appointment request was received from portal patient Leo Santos ` +
        `(sent by maria.santos, mother) regarding appointment dated ${TUESDAY} 09:30. Use Portal Dashboard to confirm with patient.`,
    )
  })

  it('and without a provider of their own, the host’s word for that stands as informant', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '10:00' })
    expect(await eventRow(practice, eid)).to.include({ pc_informant: 'undefined' })
  })

  for (const table of ['foyer_outbox', 'log_comment_encrypt']) {
    it(`and nothing is written when ${table} takes nothing`, async function () {
      this.timeout(60_000)
      const john = await chart(practice, 'john')
      const once = onceOf(`account:${String(john.account.id)}`, opaqueId(), {})
      const mend = await failing(practice, table)
      const { result, written } = await watched(practice, () =>
        ask(practice, john, { time: '11:00', once }).catch((error: unknown) => String(error)),
      )
      await mend()
      expect(result).to.match(/disk is full/)
      expect(written).to.deep.equal({ came: {}, went: {} })
      const eid = await booked(practice, john, { time: '11:00', once })
      await hostSets(practice, eid, `pc_apptstatus = 'x'`)
    })
  }
})
