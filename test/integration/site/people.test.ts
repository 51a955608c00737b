import { expect } from 'chai'
import { addEvent, addOfficeHours, type NewEvent } from '../../../module/host/site/days.js'
import {
  addFacility,
  addPatient,
  addPortalCredential,
  addStaff,
  type NewPatient,
} from '../../../module/host/site/people.js'
import { connectDatabase, type Database, type Tx } from '../../../module/platform/database.js'
import { administrator, describeOnEverySite, freshDatabase, type FreshDatabase } from '../../support/database.js'

const at = '2026-03-02 09:30:00'
const hash = '$2y$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

describeOnEverySite('people and their days, written as the host writes them', (site) => {
  let fresh: FreshDatabase
  let db: Database
  const withZeroDates = ['7.0', '7.0.1', '8.0'].includes(site)
  const noEnd = withZeroDates ? '0000-00-00' : null

  before(async function () {
    this.timeout(30_000)
    fresh = await freshDatabase(site)
    db = connectDatabase({ url: fresh.url, zone: 'America/New_York' })
  })

  after(async () => {
    await db.close()
    await fresh.drop()
  })

  it('are written under strict rules: a row that lacks a value or has a wrong one would be refused', async () => {
    const { mode = '' } = (await db.first<{ mode: string }>(`SELECT @@sql_mode AS mode`)) ?? {}
    expect(mode.split(',')).to.include('STRICT_TRANS_TABLES')
  })

  describe('a staff member', () => {
    it('has a user, a password, a practice group and a permission group of the same name', async () => {
      const id = await write((tx) =>
        addStaff(tx, {
          ...{ username: 'dr.lee', fname: 'Ada', lname: 'Lee', hash, group: 'doc', authorized: true },
          ...{ facilityId: 1, portalUser: true, at },
        }),
      )
      const user = await db.first(
        `SELECT username, password, authorized, active, calendar, facility_id, portal_user FROM users WHERE id = :id`,
        { id },
      )
      expect(user).to.deep.equal({
        ...{ username: 'dr.lee', password: 'NoLongerUsed', authorized: 1, active: 1 },
        ...{ calendar: 1, facility_id: 1, portal_user: 1 },
      })
      const secure = await db.first(
        `SELECT username, password, last_update_password, login_fail_counter FROM users_secure WHERE id = :id`,
        { id },
      )
      expect(secure).to.deep.equal({
        username: 'dr.lee',
        password: hash,
        last_update_password: at,
        login_fail_counter: 0,
      })
      expect(await db.select(`SELECT name FROM \`groups\` WHERE user = 'dr.lee'`)).to.deep.equal([{ name: 'Default' }])
      expect(await groupsOf('dr.lee')).to.deep.equal(['doc'])
    })

    it("takes the next number of the rights' counter, which counts first", async () => {
      const counter = async (): Promise<number> =>
        (await db.first<{ id: number }>(`SELECT id FROM gacl_aro_seq`))?.id ?? 0
      const before = await counter()
      await write((tx) => addStaff(tx, { username: 'front', fname: 'Fay', lname: 'Ott', hash, group: 'front', at }))
      const aro = await db.first(`SELECT id, name FROM gacl_aro WHERE section_value = 'users' AND value = 'front'`)
      expect(aro).to.deep.equal({ id: before + 1, name: 'Fay Ott' })
      expect(await counter()).to.equal(before + 1)
    })
  })

  describe('a patient', () => {
    const maria: NewPatient = { fname: 'María', lname: 'Santos', dob: '1988-02-29', sex: 'Female', at }

    it('gets the pid after the greatest, as text for a chart number too, and a registered uuid', async () => {
      const first = await write((tx) => addPatient(tx, maria))
      await write((tx) => tx.change(`UPDATE patient_data SET pid = 4711 WHERE pid = :first`, { first }))
      const pid = await write((tx) =>
        addPatient(tx, { ...maria, email: 'maria@example.org', providerId: 1, allowPortal: 'YES' }),
      )
      expect(pid).to.equal(4712)
      const row = await db.first(
        `SELECT p.fname, p.DOB, p.pubpid, p.providerID, p.allow_patient_portal, p.hipaa_allowemail, p.regdate,
           r.table_name, r.table_id, LENGTH(r.uuid) AS bytes
         FROM patient_data p JOIN uuid_registry r ON r.uuid = p.uuid WHERE p.pid = :pid`,
        { pid },
      )
      expect(row).to.deep.equal({
        ...{ fname: 'María', DOB: '1988-02-29', pubpid: '4712', providerID: 1, allow_patient_portal: 'YES' },
        ...{ hipaa_allowemail: 'YES', regdate: at, table_name: 'patient_data', table_id: 'id', bytes: 16 },
      })
    })

    it('has the interpreter under whichever name the column has', async () => {
      const pid = await write((tx) => addPatient(tx, { ...maria, interpreter: 'Spanish' }))
      const column = withZeroDates ? 'interpretter' : 'interpreter'
      const row = await db.first(`SELECT ${column} AS interpreter FROM patient_data WHERE pid = :pid`, { pid })
      expect(row).to.deep.equal({ interpreter: 'Spanish' })
    })

    it('has further columns where this version has them, and no misspelled ones', async () => {
      const pid = await write((tx) =>
        addPatient(tx, { ...maria, columns: { county: 'Kings', preferred_name: 'Mari' } }),
      )
      const row = await db.first<Record<string, unknown>>(`SELECT * FROM patient_data WHERE pid = :pid`, { pid })
      expect(row).to.include({ county: 'Kings' })
      expect(row?.['preferred_name']).to.equal(site === '7.0.1' ? undefined : 'Mari')
      const misspelled = write((tx) => addPatient(tx, { ...maria, columns: { countie: 'Kings' } }))
      expect(await failureOf(misspelled)).to.include('no column countie')
    })

    it('has one sign-in, with the account name apart from what is typed', async () => {
      const pid = await write((tx) => addPatient(tx, maria))
      const credential = {
        pid,
        username: `María${String(pid)}`,
        loginName: 'maria.santos',
        hash,
        status: 1,
        at,
      } as const
      await write((tx) => addPortalCredential(tx, credential))
      const row = await db.first(
        `SELECT portal_username, portal_login_username, portal_pwd, portal_pwd_status, portal_onetime, date_created
         FROM patient_access_onsite WHERE pid = :pid`,
        { pid },
      )
      expect(row).to.deep.equal({
        ...{ portal_username: `María${String(pid)}`, portal_login_username: 'maria.santos', portal_pwd: hash },
        ...{ portal_pwd_status: 1, portal_onetime: null, date_created: at },
      })
      expect(await failureOf(write((tx) => addPortalCredential(tx, credential)))).to.match(
        /Duplicate entry .* for key .*pid/,
      )
    })
  })

  describe('a calendar event', () => {
    const visit: NewEvent = {
      ...{ providerId: 7, pid: 1, category: 5, date: '2026-03-10', start: '09:30', minutes: 15 },
      ...{ facilityId: 1, by: administrator, at },
    }

    it('by staff is a row with text ids, seconds, no end, and a place in the flow board', async () => {
      const eid = await write((tx) => addEvent(tx, visit))
      expect(await event(eid)).to.deep.include({
        ...{ pc_catid: 5, pc_multiple: 0, pc_aid: '7', pc_pid: '1', pc_title: 'Office Visit', pc_time: at },
        ...{ pc_informant: '1', pc_eventDate: '2026-03-10', pc_endDate: noEnd, pc_duration: 900, pc_recurrtype: 0 },
        ...{ pc_startTime: '09:30:00', pc_endTime: '09:45:00', pc_apptstatus: '-', pc_eventstatus: 1, pc_sharing: 1 },
        ...{ pc_facility: 1, pc_alldayevent: 0, pc_prefcatid: 0, pc_room: '' },
        pc_recurrspec:
          'a:6:{s:17:"event_repeat_freq";s:0:"";s:22:"event_repeat_freq_type";s:0:"";s:19:"event_repeat_on_num";s:1:"1";' +
          's:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"0";s:6:"exdate";s:0:"";}',
        pc_location:
          'a:6:{s:14:"event_location";s:0:"";s:13:"event_street1";s:0:"";s:13:"event_street2";s:0:"";' +
          's:10:"event_city";s:0:"";s:11:"event_state";s:0:"";s:12:"event_postal";s:0:"";}',
      })
      expect(await tracked(eid)).to.deep.equal([
        {
          ...{ apptdate: '2026-03-10', appttime: '09:30:00', pid: 1, original_user: 'admin', lastseq: '1' },
          ...{ seq: '1', status: '-', user: 'admin', start_datetime: at },
        },
      ])
    })

    it("made in the host's own portal asks, and is on no flow board", async () => {
      const eid = await write((tx) => addEvent(tx, { ...visit, by: 'patient', comment: 'A cough' }))
      expect(await event(eid)).to.deep.include({
        ...{ pc_apptstatus: '^', pc_hometext: 'A cough', pc_informant: '7', pc_endDate: noEnd },
        pc_recurrspec:
          'a:5:{s:17:"event_repeat_freq";N;s:22:"event_repeat_freq_type";s:1:"0";s:19:"event_repeat_on_num";s:1:"1";' +
          's:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"1";}',
        pc_location:
          'a:6:{s:14:"event_location";N;s:13:"event_street1";N;s:13:"event_street2";N;' +
          's:10:"event_city";N;s:11:"event_state";N;s:12:"event_postal";N;}',
      })
      expect(await tracked(eid)).to.be.empty
    })

    it('past midnight ends at an hour past 23, as the host has it', async () => {
      const eid = await write((tx) => addEvent(tx, { ...visit, start: '23:30', minutes: 60 }))
      expect(await event(eid)).to.include({ pc_endTime: '24:30:00' })
    })

    it('repeats by its unit, by the nth weekday, by days of the week; days left out are written without dashes', async () => {
      const repeating = (more: Partial<NewEvent>): Promise<number> =>
        write((tx) => addEvent(tx, { ...visit, lastDay: '2026-06-30', ...more }))

      const weekly = await repeating({ repeats: { every: 2, unit: 'week' }, except: ['2026-03-24', '2026-04-07'] })
      expect(await event(weekly)).to.include({ pc_recurrtype: 1, pc_endDate: '2026-06-30' })
      expect(await spec(weekly)).to.equal('freq 2, type 1, num 1, day 0, on 0, but 20260324,20260407')
      expect(await tracked(weekly)).to.be.empty

      const monthly = await repeating({ repeats: { nth: 5, weekday: 'fri', months: 3 } })
      expect(await event(monthly)).to.include({ pc_recurrtype: 2 })
      expect(await spec(monthly)).to.equal('freq 1, type 0, num 5, day 5, on 3, but ')

      // 10 March 2026 is a Tuesday.
      const days = await repeating({ repeats: { weekdays: ['thu', 'mon'] } })
      expect(await event(days)).to.include({ pc_recurrtype: 3, pc_eventDate: '2026-03-12' })
      expect(await spec(days)).to.equal('freq 2,5, type 6, num 1, day 0, on 0, but ')
    })
  })

  describe("a provider's hours", () => {
    const hours = {
      providerId: 8,
      from: '08:00',
      until: '17:00',
      firstDay: '2026-03-10',
      by: administrator,
      at,
    } as const

    it('are In Office where they begin and Out Of Office where they end, on the days of the week', async () => {
      const ids = await write((tx) => addOfficeHours(tx, { ...hours, weekdays: ['mon', 'wed'], preferredCategory: 10 }))
      const both = {
        pc_aid: '8',
        pc_pid: '',
        pc_eventDate: '2026-03-11',
        pc_endDate: noEnd,
        pc_recurrtype: 3,
        pc_duration: 0,
      }
      expect(await event(ids.in)).to.include({
        ...both,
        ...{ pc_catid: 2, pc_title: 'In Office', pc_startTime: '08:00:00', pc_prefcatid: 10 },
      })
      expect(await event(ids.out)).to.include({
        ...both,
        ...{ pc_catid: 3, pc_title: 'Out Of Office', pc_startTime: '17:00:00', pc_prefcatid: 0 },
      })
      expect(await spec(ids.in)).to.equal('freq 2,4, type 6, num 1, day 0, on 0, but ')
      expect(await tracked(ids.in)).to.be.empty
    })

    it('on one weekday only are weekly, from that weekday on, until the last day', async () => {
      const ids = await write((tx) => addOfficeHours(tx, { ...hours, weekdays: ['mon'], lastDay: '2026-12-31' }))
      for (const eid of [ids.in, ids.out]) {
        expect(await event(eid)).to.include({ pc_recurrtype: 1, pc_eventDate: '2026-03-16', pc_endDate: '2026-12-31' })
        expect(await spec(eid)).to.equal('freq 1, type 1, num 1, day 0, on 0, but ')
      }
    })
  })

  it('a facility has its address', async () => {
    const id = await write((tx) => addFacility(tx, { name: 'Eastside', city: 'Springfield', postalCode: '01101' }))
    const row = await db.first(`SELECT name, city, postal_code, service_location FROM facility WHERE id = :id`, { id })
    expect(row).to.deep.equal({ name: 'Eastside', city: 'Springfield', postal_code: '01101', service_location: 1 })
  })

  const write = <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> => db.transaction(work)

  const event = (eid: number): Promise<Record<string, unknown> | undefined> =>
    db.first<Record<string, unknown>>(`SELECT * FROM openemr_postcalendar_events WHERE pc_eid = :eid`, { eid })

  /** The recurrence, its six strings in the host's order. */
  async function spec(eid: number): Promise<string> {
    const serialized = String((await event(eid))?.['pc_recurrspec'])
    const strings = [...serialized.matchAll(/s:\d+:"([^"]*)";/g)].map(([, value = '']) => value)
    const says = ['freq', 'type', 'num', 'day', 'on', 'but']
    return says.map((word, index) => `${word} ${strings[index * 2 + 1] ?? ''}`).join(', ')
  }

  const tracked = (eid: number): Promise<object[]> =>
    db.select(
      `SELECT t.apptdate, t.appttime, t.pid, t.original_user, t.lastseq, e.seq, e.status, e.user, e.start_datetime
       FROM patient_tracker t JOIN patient_tracker_element e ON e.pt_tracker_id = t.id WHERE t.eid = :eid`,
      { eid },
    )

  async function groupsOf(username: string): Promise<string[]> {
    const rows = await db.select<{ value: string }>(
      `SELECT g.value FROM gacl_aro o JOIN gacl_groups_aro_map m ON m.aro_id = o.id
       JOIN gacl_aro_groups g ON g.id = m.group_id WHERE o.section_value = 'users' AND o.value = :username`,
      { username },
    )
    return rows.map(({ value }) => value)
  }
})

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => expect.fail('It was not refused'),
    (error: unknown) => {
      const errors = (error as { errors?: { message: string }[] }).errors ?? []
      return [String(error), ...errors.map(({ message }) => message)].join('; ')
    },
  )
}
