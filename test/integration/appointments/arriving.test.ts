import { expect } from 'chai'
import { setStatusOfDay } from '../../../module/features/appointments/dayOfSeries.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY, type TestPractice } from '../../support/practice.js'
import { deskOf } from './deciding.js'
import { changesIn, failing, hostSets, newChart, practiceDuring, setStatus, watched, type Row } from './visits.js'

const AT = `${MONDAY} 09:05:00`
const NUMBER = 7000

describeOnEverySite('who arrives', (site) => {
  const practice = practiceDuring(site)
  before(async () => {
    await practice.db.sequelize.query(`INSERT INTO facility (id, name, pos_code) VALUES (71, 'West Wing', 22)`)
    await practice.db.sequelize.query(`UPDATE sequences SET id = ${String(NUMBER)}`)
  })
  beforeEach(async () => {
    practice.clock.set(`${MONDAY}T09:05:00`)
    await opens('1')
  })

  const opens = (value: string) => practice.global('auto_create_new_encounters', value)

  it('gets an encounter in the chart with the values of the EMR’s own screens, in the same transaction', async function () {
    this.timeout(60_000)
    const { lee } = practice.staff
    const pid = await practice.patient()
    const eid = await practice.event({ providerId: lee, pid, comment: ':text:Sore throat', start: '09:15' })
    await hostSets(practice, eid, `pc_facility = 71`)

    const { result, written } = await watched(practice, () => setStatus(practice, eid, '@', { by: 'nurse' }))

    expect(result).to.deep.equal({ ok: true, eid, status: '@' })
    expect(Object.keys(written.came).sort()).to.deep.equal([
      ...['form_encounter', 'forms', 'foyer_audit', 'foyer_outbox', 'log', 'log_comment_encrypt'],
      ...['openemr_postcalendar_events', 'patient_tracker', 'patient_tracker_element', 'sequences'],
    ])
    expect(Object.keys(written.went).sort()).to.deep.equal([
      ...['openemr_postcalendar_events', 'patient_tracker', 'sequences'],
    ])
    const encounter = NUMBER + 1
    const [visit] = written.came['form_encounter'] ?? []
    expect(visit).to.deep.include({
      ...{
        uuid: null,
        pid,
        encounter,
        reason: 'Sore throat',
        date: `${MONDAY} 00:00:00`,
        onset_date: `${MONDAY} 00:00:00`,
      },
      ...{ facility: 'West Wing', facility_id: 71, billing_facility: 71, pos_code: 22 },
      ...{ provider_id: lee, pc_catid: 5, class_code: 'AMB', sensitivity: null, supervisor_id: 0 },
    })
    const [line] = written.came['forms'] ?? []
    expect(line).to.deep.equal({
      ...{ id: line?.['id'], date: AT, encounter, form_name: 'New Patient Encounter', form_id: visit?.['id'], pid },
      ...{ user: 'nurse', groupname: 'Default', authorized: 1, deleted: 0, formdir: 'newpatient' },
      ...{ therapy_group_id: null, issue_id: 0, provider_id: 0 },
    })
    expect(changesIn(written, 'patient_tracker')).to.deep.equal({ encounter, lastseq: '2' })
    expect(changesIn(written, 'sequences')).to.deep.equal({ id: encounter })
    expect(written.came['foyer_audit']?.[0]).to.deep.include({ details: { from: '-', to: '@', encounter } })
    const comment = Buffer.from(String(written.came['log']?.[0]?.['comments']), 'base64').toString()
    expect(comment).to.equal(`Foyer: event ${String(eid)}, status - to @, encounter ${String(encounter)} opened`)
  })

  it('gets none where the practice has none, and one a day or one for each visit as it is set', async () => {
    const opened = async (value: string) => {
      await opens(value)
      const pid = await practice.patient()
      for (const start of ['10:00', '11:00']) await arrives(pid, start)
      return (await encountersOf(practice, pid)).length
    }
    expect([await opened('0'), await opened('1'), await opened('2')]).to.deep.equal([0, 1, 2])
  })

  it('gets none on another day, by another status, or a second time for the same visit', async () => {
    await opens('2')
    const pid = await practice.patient()
    const tomorrow = await practice.event({ providerId: practice.staff.lee, pid, date: '2026-11-24' })
    await setStatus(practice, tomorrow, '@')
    const eid = await practice.event({ providerId: practice.staff.osei, pid, start: '10:15' })
    for (const status of ['<', '>', 'CALL']) await setStatus(practice, eid, status)
    expect(await encountersOf(practice, pid)).to.deep.equal([])
    for (const status of ['@', '-', '~', '<', '@'])
      expect(await setStatus(practice, eid, status)).to.include({ ok: true })
    expect(await encountersOf(practice, pid)).to.have.lengthOf(1)
  })

  it('gets one whose reason is what the practice has it be', async () => {
    await opens('2')
    const pid = await practice.patient()
    await arrives(pid, '10:00')
    await practice.global('auto_create_prevent_reason', '1')
    await arrives(pid, '11:00', 'Cough')
    await practice.global('auto_create_prevent_reason', '0')
    await arrives(pid, '12:00', 'Cough')
    const reasons = (await encountersOf(practice, pid)).map(({ reason }) => reason)
    expect(reasons).to.deep.equal(['Please indicate visit reason', '', 'Cough'])
  })

  it('gets one for the visit, whichever of its providers is looked at, and one day of a series its own', async () => {
    await opens('2')
    const { lee, osei } = practice.staff
    const pid = await practice.patient()
    const [first = 0, second = 0] = await Promise.all(
      [lee, osei].map((providerId) => practice.event({ providerId, pid, start: '13:00' })),
    )
    for (const eid of [first, second]) await hostSets(practice, eid, `pc_multiple = 61`)
    await setStatus(practice, second, '@')
    await setStatus(practice, first, '~')
    const [only, ...more] = await encountersOf(practice, pid)
    expect(more).to.deep.equal([])
    expect(only).to.include({ provider_id: osei })
    const noted = await practice.db.select<Row>(`SELECT DISTINCT encounter FROM patient_tracker WHERE pid = :pid`, {
      pid,
    })
    expect(noted).to.deep.equal([{ encounter: only?.['encounter'] }])

    const series = await practice.event({
      ...{ providerId: lee, pid, date: '2026-11-16', start: '14:00' },
      ...{ repeats: { every: 1, unit: 'week' as const }, lastDay: '2026-12-15' },
    })
    const { actor, member } = await deskOf(practice)
    const day = { eid: series, day: MONDAY, status: '@', note: '', seen: undefined }
    const outcome = await setStatusOfDay(practice.portal, member, actor, day)
    const own = await practice.db.first<Row>(`SELECT encounter FROM patient_tracker WHERE eid = :eid`, {
      eid: outcome.ok ? outcome.eid : 0,
    })
    expect(own).to.deep.equal({ encounter: (await encountersOf(practice, pid)).at(-1)?.['encounter'] })
    expect(await encountersOf(practice, pid)).to.have.lengthOf(2)
  })

  it('keeps the encounter when the status is taken back', async () => {
    const pid = await practice.patient()
    const eid = await practice.event({ providerId: practice.staff.lee, pid, start: '15:00' })
    const desk = await deskOf(practice)
    const token = opaqueId()
    await desk.setStatus(eid, '@', token)
    const before = await encountersOf(practice, pid)
    expect(await desk.undo(token)).to.deep.equal({ ok: true, undone: 1, kept: [], arrived: true })
    expect(await encountersOf(practice, pid))
      .to.deep.equal(before)
      .and.to.have.lengthOf(1)
    await desk.setStatus(eid, '@')
    expect(await encountersOf(practice, pid)).to.have.lengthOf(1)
  })

  it('at two desks at once gets one of the day, and nothing at all where one row cannot be written', async () => {
    const pid = await practice.patient()
    const { lee, osei } = practice.staff
    const eids = await Promise.all([lee, osei].map((providerId) => practice.event({ providerId, pid, start: '16:00' })))
    const outcomes = await Promise.all(eids.map((eid) => setStatus(practice, eid, '@')))
    expect(outcomes.map(({ ok }) => ok)).to.deep.equal([true, true])
    expect(await encountersOf(practice, pid)).to.have.lengthOf(1)

    const { pid: other } = await newChart(practice)
    const eid = await practice.event({ providerId: practice.staff.lee, pid: other, start: '17:00' })
    const mended = await failing(practice, 'forms')
    const { written } = await watched(practice, async () => {
      try {
        await setStatus(practice, eid, '@')
        expect.fail('it was written')
      } catch (error) {
        expect(String(error)).to.include('the disk is full')
      }
    })
    await mended()
    expect(written).to.deep.equal({ came: {}, went: {} })
  }).timeout(60_000)

  async function arrives(pid: number, start: string, comment = ''): Promise<void> {
    const eid = await practice.event({ providerId: practice.staff.osei, pid, start, comment })
    expect(await setStatus(practice, eid, '@')).to.include({ ok: true })
  }
})

describe('the pages on which somebody is checked in', () => {
  const practice = practiceDuring()

  it('say which encounter was opened, and that it stays', async () => {
    practice.clock.set(`${MONDAY}T09:05:00`)
    const pid = await practice.patient()
    const eid = await practice.event({ providerId: practice.staff.lee, pid, start: '09:15' })
    const admin = await practice.staffVisitor('admin')
    const path = `/staff/portal/appointments/${String(eid)}`
    expect((await admin.get(path)).body).to.include('A status of arriving opens the encounter in the chart')
    const done = await admin.post(`${path}/status`, { status: '@' })
    const queue = await admin.follow(done)
    const [opened] = await encountersOf(practice, pid)
    const number = String(opened?.['encounter'])
    expect(queue.body).to.include(`encounter ${number} is open in the chart`)
    expect((await admin.get(path)).body).to.include(`Status set, encounter ${number} opened`)
    const token = /name="token" value="([\w-]{22})"/.exec(queue.body)?.[1] ?? ''
    const back = await admin.follow(await admin.post('/staff/portal/appointments/undo', { token }))
    expect(back.body).to.include('The encounter that was opened with it stays in the chart')

    await practice.global('auto_create_new_encounters', '0')
    expect((await admin.get(path)).body).not.to.include('A status of arriving opens')
  })
})

function encountersOf(practice: TestPractice, pid: number): Promise<Row[]> {
  return practice.db.select<Row>(`SELECT * FROM form_encounter WHERE pid = :pid ORDER BY id`, { pid })
}
