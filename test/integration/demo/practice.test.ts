import { expect } from 'chai'
import { DateTime } from 'luxon'
import { category, schedules, type Scheduled } from '../../../module/demo/hours.js'
import { passwordOf, residents, signIns, staff } from '../../../module/demo/people.js'
import { fillPractice, isFilled, openRecords, type DemoPeople } from '../../../module/demo/practice.js'
import { workday } from '../../../module/demo/visits.js'
import { freeTimes } from '../../../module/features/appointments/availability.js'
import { providerEvents } from '../../../module/host/calendar.js'
import { findPatientCredential } from '../../../module/host/credentials.js'
import { detectHost } from '../../../module/host/detect.js'
import { readStanding } from '../../../module/host/gacl.js'
import { verifyHostPassword } from '../../../module/host/php/passwords.js'
import { calendarEntries, type CalendarEntry } from '../../../module/host/reads/emr.js'
import { weekendDays } from '../../../module/host/recurrence.js'
import { scheduleEvents } from '../../../module/host/schedule.js'
import { findStaffLogin } from '../../../module/host/staff.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { day, standingClock, utc, wallClock, type Clock } from '../../../module/platform/clock.js'
import { ageOn } from '../../../module/web/times.js'
import { hostFor, type Guest } from '../lifecycle/guest.js'

const ZONE = 'America/New_York'
const MONDAY = '2026-11-23T08:00'
const weekend = weekendDays('6,0')

describe('the demo practice', function () {
  this.timeout(120_000)
  let guest: Guest
  let clock: Clock
  let people: DemoPeople
  let entries: CalendarEntry[]

  before(async () => {
    ;({ guest, clock, people } = await practiceOn(MONDAY))
    const days = { from: day(clock.now().minus({ weeks: 8 })), until: day(clock.now().plus({ weeks: 10 })) }
    entries = await calendarEntries(guest.db, days, weekend)
  })

  after(() => guest.leave())

  it('has staff who sign in with the passwords of the README, each in their group', async () => {
    const site = await detectHost(guest.db)
    for (const [username, { group }] of Object.entries(staff)) {
      const login = await findStaffLogin(guest.db, site, username)
      expect(await verifyHostPassword(passwordOf(username), login?.passwordHash), username).to.equal(true)
      expect((await readStanding(guest.db, username)).groups, username).to.include(group)
    }
  })

  it('gives the portal right to Administrators only', async () => {
    const holders = []
    for (const username of Object.keys(staff)) {
      if ((await readStanding(guest.db, username)).rights.has('patientportal/portal')) holders.push(username)
    }
    expect(holders).to.deep.equal(['admin'])
  })

  it('has patients who sign in with the passwords of the README, once and for all', async () => {
    for (const username of Object.keys(signIns)) {
      const credential = await findPatientCredential(guest.db, username)
      expect(await verifyHostPassword(passwordOf(username), credential?.hash), username).to.equal(true)
      expect(credential, username).to.include({ current: true, allowed: true })
    }
  })

  it('has two children of nine and fifteen without a sign-in, whose charts their mother opens', async () => {
    const today = day(clock.now())
    const children = await guest.db.select<{ pid: number; DOB: string; allowed: string; login: string | null }>(
      `SELECT p.pid, p.DOB, p.allow_patient_portal AS allowed, c.portal_login_username AS login
         FROM patient_data p LEFT JOIN patient_access_onsite c ON c.pid = p.pid WHERE p.pid IN (:pids) ORDER BY p.pid`,
      { pids: [people.patients.leo, people.patients.ana] },
    )
    expect(children.map(({ DOB, allowed, login }) => [ageOn(DOB, today), allowed, login])).to.deep.equal([
      [9, 'YES', null],
      [15, 'YES', null],
    ])
    expect(await opened('Maria Santos')).to.deep.equal([
      [people.patients['maria.santos'], 'self'],
      [people.patients.leo, 'mother'],
      [people.patients.ana, 'mother'],
    ])
  })

  it('lets Luis act for Amina, in Spanish', async () => {
    expect(await opened('Luis Reyes')).to.deep.equal([
      [people.patients['amina.yusuf'], 'proxy'],
      [people.patients['luis.reyes'], 'self'],
    ])
    const languages = await guest.db.select(`SELECT display_name AS name, language FROM foyer_accounts ORDER BY id`)
    expect(languages.filter(({ language }: { language?: string }) => language)).to.deep.equal([
      { name: 'Luis Reyes', language: 'es' },
    ])
  })

  const opened = async (name: string): Promise<unknown[]> => {
    const rows = await guest.db.select<{ pid: number; relationship: string }>(
      `SELECT g.pid, g.relationship FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id
        WHERE a.display_name = :name ORDER BY g.pid`,
      { name },
    )
    return rows.map(({ pid, relationship }) => [pid, relationship])
  }

  it('opens nothing twice when it is asked again', async () => {
    await guest.db.transaction((tx) => openRecords(tx, clock))
    expect(await guest.db.first(`SELECT COUNT(*) AS grants FROM foyer_grants`)).to.deep.equal({ grants: 7 })
    expect(await isFilled(guest.db)).to.equal(true)
  })

  it('has sixty more patients in families, with accents and two surnames among them', async () => {
    const others = await guest.db.select<{ lname: string; street: string; fname: string }>(
      `SELECT lname, fname, street FROM patient_data WHERE pid IN (:pids)`,
      { pids: people.neighbours },
    )
    expect(others).to.have.lengthOf(60)
    const homes = new Map<string, number>()
    for (const { street } of others) homes.set(street, (homes.get(street) ?? 0) + 1)
    expect(Math.max(...homes.values()), 'people in the largest family').to.be.within(3, 5)
    expect(others.some(({ lname }) => /\p{L}+ \p{L}+/u.test(lname))).to.equal(true)
    expect(others.some(({ fname, lname }) => /[^\x20-\x7e]/.test(fname + lname))).to.equal(true)
  })

  it('writes schedules as the host does: In Office where hours begin, Out Of Office where they end', async () => {
    const rows = await guest.db.select<Record<string, unknown>>(
      `SELECT pc_catid, pc_recurrtype, pc_startTime, pc_prefcatid, pc_pid, pc_duration, pc_endDate
         FROM openemr_postcalendar_events WHERE pc_aid = :lee AND pc_catid IN (2, 3) ORDER BY pc_eid`,
      { lee: String(people.staff['dr.lee']) },
    )
    const row = (catid: number, type: number, start: string, prefers = 0) => ({
      ...{ pc_catid: catid, pc_recurrtype: type, pc_startTime: start, pc_prefcatid: prefers },
      ...{ pc_pid: '', pc_duration: 0, pc_endDate: null },
    })
    expect(rows).to.deep.equal([
      row(2, 3, '08:30:00'),
      row(3, 3, '12:30:00'),
      row(2, 3, '13:30:00'),
      row(3, 3, '17:00:00'),
      row(2, 1, '13:30:00', category.newPatient),
      row(3, 1, '17:00:00'),
    ])
  })

  it('has a doctor without a schedule, who sees patients all the same', () => {
    const own = entries.filter(({ providerId }) => providerId === people.staff['dr.marsh'])
    expect(own.map(({ kind }) => kind)).to.have.members(['visit', 'visit', 'visit', 'visit'])
  })

  it('books nobody twice, and nothing outside the hours or into the lunch', () => {
    for (const doctor of Object.keys(schedules) as Scheduled[]) {
      const own = entries.filter(({ providerId, allDay }) => providerId === people.staff[doctor] && !allDay)
      // The time of what was cancelled is free again.
      const taking = own.filter(({ kind, cancelled }) => !cancelled && (kind === 'visit' || kind === 'own'))
      taking.forEach((entry, index) => {
        const next = taking[index + 1]
        if (next?.day === entry.day)
          expect(next.start, `${doctor} ${entry.day}`).to.be.at.least(entry.start + entry.minutes)
        const turns = own.filter(({ kind, day: on }) => (kind === 'in' || kind === 'out') && on === entry.day)
        const last = turns.findLast(({ start }) => start <= entry.start)
        expect(last?.kind, `${doctor} ${entry.day} ${String(entry.start)}`).to.equal('in')
      })
    }
  })

  it('has visits before today and after, in every state that a calendar knows', () => {
    const today = day(clock.now())
    const visits = entries.filter(({ kind }) => kind === 'visit')
    const states = (which: CalendarEntry[]): Set<string> => new Set(which.map(({ status }) => status))
    expect(states(visits.filter((visit) => visit.day < today))).to.include.keys('>', '$', '?', 'x', '%', '!')
    expect(states(visits.filter((visit) => visit.day > today))).to.include.keys('-', '*', '^', 'SMS', 'EMAIL', 'AVM')
  })

  it('has requests of the host’s own portal that wait, each with its note to the doctor', async () => {
    const waiting = await guest.db.select<Record<string, unknown>>(
      `SELECT e.pc_eid, e.pc_facility, u.username, n.assigned_to, n.user, n.title, n.message_status, r.id AS request,
              t.id AS tracker, e.pc_recurrspec LIKE 'a:5:%' AS asThePortalWrites
         FROM openemr_postcalendar_events e JOIN users u ON u.id = e.pc_aid
         LEFT JOIN pnotes n ON n.pid = e.pc_pid AND n.date = e.pc_time
         LEFT JOIN patient_tracker t ON t.eid = e.pc_eid
         LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid
        WHERE e.pc_apptstatus = '^'`,
    )
    const asked = waiting.filter((row) => row['asThePortalWrites'] === 1 && row['request'] === null)
    // The fourth is claimed, and adopted by that.
    expect(asked).to.have.lengthOf(3)
    for (const row of asked) {
      expect(row).to.include({
        pc_facility: 0,
        assigned_to: row['username'],
        user: 'portal-user',
        asThePortalWrites: 1,
      })
      expect(row).to.include({ title: 'Patient Reminders', message_status: 'New', request: null, tracker: null })
    }
  })

  it('has a weekly series with one left out, and a day off', () => {
    const series = entries.filter(({ recurring, kind }) => recurring && kind === 'visit')
    expect(new Set(series.map(({ patient }) => patient?.pid))).to.deep.equal(new Set([people.patients['john.carter']]))
    expect(series).to.have.lengthOf(12)
    expect(entries.filter(({ allDay }) => allDay).map((entry) => [entry.category, entry.day])).to.deep.equal([
      ['Vacation', workday(clock.now(), 7)],
      ['Closed', workday(clock.now(), 12)],
    ])
  })

  it('has one visit with two doctors, in the calendar of each', () => {
    const { 'amina.yusuf': amina } = people.patients
    const shared = entries.filter(({ comment }) => comment === 'Both doctors, about the operation')
    expect(shared.map(({ patient, providerId }) => [patient?.pid, providerId])).to.deep.equal([
      [amina, people.staff['dr.osei']],
      [amina, people.staff['dr.lee']],
    ])
    expect(new Set(shared.map(({ day: on, start }) => `${on} ${String(start)}`))).to.have.property('size', 1)
  })

  it('has a proposal that waits for the mother of Leo, made by a member who may', async () => {
    const proposals = await guest.db.select(
      `SELECT r.pid, r.state, e.pc_apptstatus AS status, p.proposed_by AS made_by, a.display_name AS asked_by,
              CONCAT(p.day, p.start_time) = CONCAT(e.pc_eventDate, e.pc_startTime) AS held
         FROM foyer_appointment_proposals p JOIN foyer_appointment_requests r ON r.pc_eid = p.open_eid
         JOIN foyer_accounts a ON a.id = r.account_id JOIN openemr_postcalendar_events e ON e.pc_eid = p.open_eid`,
    )
    expect(proposals).to.deep.equal([
      {
        ...{ pid: people.patients.leo, state: 'proposed', status: '^', made_by: 'admin', asked_by: 'Maria Santos' },
        held: 1,
      },
    ])
  })

  it('has a declined request with two other times, still free', async () => {
    const offered = await guest.db.select<{ pid: number; taken: number }>(
      `SELECT r.pid, EXISTS (SELECT 1 FROM openemr_postcalendar_events e WHERE e.pc_aid = r.provider_id
           AND e.pc_eventDate = o.day AND e.pc_startTime = o.start_time AND e.pc_apptstatus NOT IN ('x', '%')) AS taken
         FROM foyer_appointment_alternatives o JOIN foyer_appointment_requests r ON r.pc_eid = o.pc_eid
        WHERE r.state = 'declined'`,
    )
    const free = { pid: people.patients['john.carter'], taken: 0 }
    expect(offered).to.deep.equal([free, free])
  })

  it('has a cancellation that staff have to decide', async () => {
    const waiting = await guest.db.select(
      `SELECT pid, state, of_series FROM foyer_cancellation_requests WHERE open_key IS NOT NULL`,
    )
    expect(waiting).to.deep.equal([{ pid: people.patients['luis.reyes'], state: 'requested', of_series: 0 }])
  })

  it('has a request that somebody who may has claimed', async () => {
    const claims = await guest.db.select<Record<string, unknown>>(
      `SELECT claimed_by, claimed_at, state FROM foyer_appointment_requests WHERE claimed_by IS NOT NULL`,
    )
    expect(claims).to.deep.equal([
      { claimed_by: 'admin', claimed_at: utc(clock.now().minus({ minutes: 2 })), state: 'requested' },
    ])
  })

  it('has a father who registers for Leo, and waits for staff to find the chart', async () => {
    const waiting = await guest.db.select(
      `SELECT a.display_name AS who, r.for_whom, r.first_name, r.state FROM foyer_registrations r
         JOIN foyer_accounts a ON a.id = r.account_id`,
    )
    expect(waiting).to.deep.equal([{ who: 'Carlos Santos', for_whom: 'child', first_name: 'Leo', state: 'waiting' }])
  })

  it('keeps a track of visits that staff made, and none of a series', async () => {
    const untracked = await guest.db.select(
      `SELECT e.pc_eid FROM openemr_postcalendar_events e LEFT JOIN patient_tracker t ON t.eid = e.pc_eid
        WHERE e.pc_pid <> '' AND e.pc_recurrtype = 0 AND e.pc_apptstatus <> '^' AND t.id IS NULL`,
    )
    expect(untracked).to.deep.equal([])
  })

  it('makes the same people every time', async () => {
    const names = `SELECT GROUP_CONCAT(fname, ' ', lname, ' ', street ORDER BY pid) AS all_names FROM patient_data`
    const other = await practiceOn('2026-11-25T13:00')
    try {
      expect(await other.guest.db.first(names)).to.deep.equal(await guest.db.first(names))
    } finally {
      await other.guest.leave()
    }
    expect(Object.keys(people.patients)).to.deep.equal(Object.keys(residents))
  })
})

describe('each doctor with a schedule has a free Office Visit within five working days', function () {
  this.timeout(120_000)
  for (const [when, at] of Object.entries({
    'of a Monday morning': MONDAY,
    'of a Friday evening': '2026-11-27T17:45',
    'of the Saturday before the clocks change': '2026-03-07T12:00',
  })) {
    it(when, async () => {
      const { guest, clock, people } = await practiceOn(at)
      try {
        for (const doctor of Object.keys(schedules) as Scheduled[]) {
          expect(await officeVisits(guest, clock, people.staff[doctor]), doctor).to.not.be.empty
        }
        // Where nobody is in within the notice, it is one day of a series.
        const asked = await guest.db.select(`SELECT state FROM foyer_cancellation_requests`)
        expect(asked).to.deep.equal([{ state: 'requested' }])
      } finally {
        await guest.leave()
      }
    })
  }
})

async function practiceOn(at: string): Promise<{ guest: Guest; clock: Clock; people: DemoPeople }> {
  const guest = await hostFor('demo')
  const clock = standingClock(ZONE, at)
  for (const verb of [install, enable]) expect(await verb({ ...guest.context, clock })).to.include({ ok: true })
  return { guest, clock, people: await fillPractice(guest.db, clock) }
}

async function officeVisits({ db }: Guest, clock: Clock, provider: number) {
  const now = clock.now()
  const days = { from: day(now), until: day(DateTime.fromISO(workday(now, 5), { zone: 'utc' }).plus({ days: 1 })) }
  const rows = await providerEvents(db, await detectHost(db), provider, days)
  const events = scheduleEvents(rows, days.from, days.until, weekend)
  const earliest = wallClock(now.plus({ hours: 2 }))
  const visit = { category: category.officeVisit, duration: 15, interval: 15 }
  return freeTimes({ ...visit, zone: ZONE, earliest, days, events })
}
