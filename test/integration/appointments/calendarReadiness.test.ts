import { expect } from 'chai'
import {
  calendarReadiness,
  type Hint,
  type Issue,
  type Readiness,
} from '../../../module/features/appointments/calendarReadiness.js'
import { readinessPage } from '../../../module/features/appointments/staff/calendarPages.js'
import type { StaffContext } from '../../../module/web/routes.js'
import { countStatements } from '../../../module/platform/database.js'
import { addStaff } from '../../../module/host/site/people.js'
import { NEW_PATIENT, VACATION } from '../../support/practice.js'
import { hostClosesDay, hostWrites } from './hostScreens.js'
import { practiceForEach } from './visits.js'

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const

describe('calendar readiness says why a provider cannot be requested', () => {
  const practice = practiceForEach()

  const all = () => calendarReadiness(practice.portal, practice.db, { visits: true })
  const of = async (name: string): Promise<Omit<Readiness, 'id' | 'username' | 'name'>> => {
    const found = (await all()).find((each) => each.username === name)
    if (!found) throw new Error(`${name} is not among them`)
    return { issue: found.issue, hints: found.hints }
  }
  const hours = (event: object, from = '09:00', until: string | null = '12:00') =>
    Promise.all([
      practice.event({
        providerId: practice.staff.marsh,
        date: '2026-11-24',
        start: from,
        minutes: 0,
        category: 2,
        ...event,
      }),
      until === null
        ? undefined
        : practice.event({
            providerId: practice.staff.marsh,
            date: '2026-11-24',
            start: until,
            minutes: 0,
            category: 3,
            ...event,
          }),
    ])
  /** As much of an administrator's request as the page reads. */
  const contextOf = () => {
    const { portal } = practice
    const words = { language: 'en', t: portal.speech.in('en') } as const
    return { ...words, portal, may: () => true, url: (path: string) => path } as unknown as StaffContext
  }
  const weekly = { repeats: { weekdays } }
  const sets = (sql: string) => practice.db.sequelize.query(sql)

  it('no In Office event; and of those who are ready nothing but that', async () => {
    const found = await all()
    expect(found.map(({ username, issue }) => [username, issue?.why])).to.deep.equal([
      ['admin', 'no-hours'],
      ['dr.marsh', 'no-hours'],
      ['dr.lee', undefined],
      ['dr.osei', undefined],
    ])
    expect(await of('dr.lee')).to.deep.equal({ issue: undefined, hints: [] })
  })

  it('hours that have ended, single or repeated, and hours that begin too late', async () => {
    await hours({ ...weekly, date: '2026-09-01', lastDay: '2026-10-30' })
    expect((await of('dr.marsh')).issue).to.deep.equal({ why: 'ended', on: '2026-10-30' })
    await hours({ date: '2026-11-20' })
    expect((await of('dr.marsh')).issue).to.deep.equal({ why: 'ended', on: '2026-11-20' })
    await hours({ ...weekly, date: '2027-09-01' })
    expect((await of('dr.marsh')).issue).to.deep.equal({ why: 'not-yet' })
    await hours(weekly)
    expect((await of('dr.marsh')).issue).to.equal(undefined)
  })

  it('not active, not authorized, though there are hours; without hours they are nobody’s concern', async () => {
    await sets(`UPDATE users SET active = 0 WHERE username = 'dr.lee'`)
    await sets(`UPDATE users SET authorized = 0 WHERE username = 'dr.osei'`)
    await sets(`UPDATE users SET active = 0 WHERE username = 'dr.marsh'`)
    expect((await of('dr.lee')).issue).to.deep.equal({ why: 'inactive' })
    expect((await of('dr.osei')).issue).to.deep.equal({ why: 'not-authorized' })
    expect((await all()).map(({ username }) => username)).to.not.include('dr.marsh')
  })

  it('hours that are kept for what patients may not ask for, until they may', async () => {
    await hours({ ...weekly, preferredCategory: 14 })
    expect((await of('dr.marsh')).issue).to.deep.equal({ why: 'kept', categories: [14] })
    await practice.setting('requestableCategories', '["ophthalmological_services"]')
    expect((await of('dr.marsh')).issue).to.equal(undefined)
    await practice.setting('requestableCategories', '[]')
    expect((await of('dr.lee')).issue).to.deep.equal({ why: 'no-categories' })
  })

  it('hours shorter than any visit, or than some', async () => {
    await hours(weekly, '09:00', '09:10')
    expect((await of('dr.marsh')).issue).to.deep.equal({ why: 'too-short', longest: 10, shortest: 15 })
    await hours(weekly, '10:00', '10:15')
    expect(await of('dr.marsh')).to.deep.equal({
      issue: undefined,
      hints: [{ why: 'never-fits', categories: ['New Patient'] }],
    })
  })

  it('an absence or closed days for as long as patients are offered times', async () => {
    await practice.event({
      ...{
        providerId: practice.staff.lee,
        category: VACATION,
        title: 'Sabbatical',
        date: '2026-11-01',
        start: '00:00',
      },
      ...{ minutes: 1440, allDay: true, repeats: { every: 1, unit: 'day' }, lastDay: '2027-12-31' },
    })
    expect((await of('dr.lee')).issue).to.deep.equal({ why: 'blocked', title: 'Sabbatical' })
    await practice.setting('latestRequest', '3')
    for (const day of ['23', '24', '25', '26']) await hostClosesDay(practice, `2026-11-${day}`, 'Flood')
    expect((await of('dr.osei')).issue).to.deep.equal({ why: 'blocked', title: 'Flood' })
  })

  it('an In Office without an Out Of Office: offered until midnight, so look there', async () => {
    await hours(weekly, '09:00', null)
    expect(await of('dr.marsh')).to.deep.equal({ issue: undefined, hints: [{ why: 'no-out', on: '2026-11-24' }] })
  })

  it('visits take everything that is near', async () => {
    await practice.setting('requestableCategories', '["new_patient"]')
    for (let day = 23; day <= 30; day += 1) {
      await hostWrites(practice, {
        pc_eventDate: `2026-11-${String(day)}`,
        pc_startTime: '08:00:00',
        pc_duration: 36_000,
      })
    }
    for (let day = 1; day <= 7; day += 1) {
      await hostWrites(practice, {
        pc_eventDate: `2026-12-0${String(day)}`,
        pc_startTime: '08:00:00',
        pc_duration: 36_000,
      })
    }
    expect(await of('dr.lee')).to.deep.equal({ issue: undefined, hints: [{ why: 'booked-out', days: 14 }] })
    expect((await of('dr.osei')).hints).to.deep.equal([])
    expect(NEW_PATIENT).to.equal(10)
  })

  it('in as many statements for two hundred providers as for four', async function () {
    this.timeout(60_000)
    const cost = async () => (await countStatements(all)).count.statements
    const before = await cost()
    await practice.db.transaction(async (tx) => {
      for (let at = 0; at < 200; at += 1) {
        await addStaff(tx, {
          ...{
            username: `dr.${String(at)}`,
            fname: 'Pat',
            lname: `Number ${String(at)}`,
            group: 'doc',
            authorized: true,
          },
          ...{ hash: '', facilityId: 1, at: '2026-11-23 07:00:00' },
        })
      }
    })
    expect(await all()).to.have.length(204)
    expect(await cost()).to.equal(before)
    expect(before).to.equal(2)
    const { count } = await countStatements(() => calendarReadiness(practice.portal, practice.db, { visits: false }))
    expect(count.statements).to.equal(1)
  })

  it('and says of each what to do, with the way to the setting where one of the portal’s mends it', async () => {
    const { body } = await (await practice.staffVisitor('admin')).get('/staff/portal/settings')
    const context = contextOf()
    const causes: Record<string, (Issue | Hint)[]> = {
      '': [
        ...([{ why: 'inactive' }, { why: 'not-authorized' }, { why: 'no-hours' }] as const),
        ...([
          { why: 'ended', on: '2026-10-30' },
          { why: 'blocked', title: 'Flood' },
        ] as const),
        ...([
          { why: 'no-out', on: '2026-11-24' },
          { why: 'booked-out', days: 14 },
        ] as const),
        { why: 'never-fits', categories: ['New Patient'] },
      ],
      latestRequest: [{ why: 'not-yet' }],
      requestableCategories: [
        { why: 'no-categories' },
        { why: 'kept', categories: [14] },
        { why: 'too-short', longest: 10, shortest: 15 },
      ],
    }
    for (const [setting, all] of Object.entries(causes)) {
      for (const cause of all) {
        const provider = {
          id: 1,
          username: 'dr.marsh',
          name: 'Ellen Marsh',
          hints: [] as Hint[],
          issue: cause as Issue,
        }
        const [said] = readinessPage(context, [provider]).rows.flatMap((row) => row.said)
        expect(said?.why, cause.why).to.not.include('appointments.readiness')
        expect(said?.fix, cause.why).to.match(
          setting === '' ? /EMR|later days/ : /portal’s settings|shorter kind of visit/,
        )
        expect(said?.link?.href, cause.why).to.equal(
          `/staff/portal/settings#field-${setting === '' ? 'emrAddress' : setting}-hint`,
        )
        if (setting !== '') expect(body, 'where it leads').to.include(`id="field-${setting}-hint"`)
      }
    }
  })

  it('with the way into the EMR, in a tab of its own, once the practice has said where it is', async () => {
    const paths = ['/staff/portal/calendar-readiness', '/staff/portal/cards/calendar-readiness']
    const admin = await practice.staffVisitor('admin')
    const link = '<a href="https://emr.example.org/openemr/" target="_blank" rel="noopener noreferrer">Open the EMR'
    for (const path of paths) expect((await admin.get(path)).body, path).to.not.include(link)
    await practice.setting('emrAddress', 'https://emr.example.org/openemr/')
    for (const path of paths) expect((await admin.get(path)).body, path).to.include(link)
  })

  it('with the way to a setting only for those who may change it', async () => {
    await practice.setting('requestableCategories', '[]')
    const link = '/staff/portal/settings#field-requestableCategories-hint'
    const paths = ['/staff/portal/calendar-readiness', '/staff/portal/cards/calendar-readiness']
    const admin = await practice.staffVisitor('admin')
    for (const path of paths) expect((await admin.get(path)).body, path).to.include(link)
    await practice.rule('user:admin', 'settings:manage', 'deny')
    for (const path of paths) {
      const page = await admin.get(path)
      expect(page.status).to.equal(200)
      expect(page.body, path).to.include('Patients may request no kind of visit.').and.not.to.include(link)
    }
  })

  it('on a page of the staff’s, and in brief in their hall', async () => {
    const admin = await practice.staffVisitor('admin')
    const page = await admin.get('/staff/portal/calendar-readiness')
    expect(page.status).to.equal(200)
    expect(page.body).to.include('2 of 4 providers can be requested')
    expect(page.body).to.include('There is no “In Office” event in the calendar.')
    expect(page.body).to.include('enter an “In Office” event where each day begins')
    const card = await admin.get('/staff/portal/cards/calendar-readiness')
    expect(card.status).to.equal(200)
    expect(card.body).to.include('Ellen Marsh')
    expect(card.body).to.include('/staff/portal/calendar-readiness')
  })

  it('and a patient is told who cannot be requested from who is booked out, until when was looked, and what is next', async () => {
    const { patients, records, staff } = practice
    await practice.setting('latestRequest', '20')
    const [maria, luis] = [await practice.patientVisitor('maria'), await practice.patientVisitor('luis')]
    const path = (record: string, from: string) =>
      `/portal/records/${record}/appointments/new?provider=${String(staff.marsh)}&category=5&from=${from}`
    const said = async (from = '2026-11-23') => (await maria.get(path(records.maria, from))).body

    expect(await said()).to.include('Ellen Marsh has no times to request online at the moment')
    await hours({})
    const visit = await practice.event({
      providerId: staff.marsh,
      pid: patients.john,
      date: '2026-11-24',
      minutes: 180,
    })
    const booked = await said()
    expect(booked).to.include('Ellen Marsh is fully booked until Sunday 13 December')
    expect(booked)
      .to.include('We looked at every day until then')
      .and.not.to.match(/can’t be requested|Later days/)
    const spanish = (await luis.get(path(records.luis, '2026-11-23'))).body
    expect(spanish).to.include('Ellen Marsh no tiene horas libres hasta el').and.include('Elija a otra persona')

    await sets(
      `UPDATE openemr_postcalendar_events SET pc_pid = '', pc_catid = ${String(VACATION)} WHERE pc_eid = ${String(visit)}`,
    )
    const away = await said()
    expect(away).to.include('Ellen Marsh can’t be requested here for this kind of visit')
    expect(away).to.include('this is not because others were faster').and.not.to.include('fully booked')

    await hours({ date: '2026-12-08' })
    const further = await said()
    expect(further).to.include('The next free time is on Tuesday 8 December').and.include('from=2026-12-08')
    expect(await said('2026-12-09')).to.include('the nearest free time before is on Tuesday 8 December')
    expect(await said('2026-12-07')).to.include('data-date="2026-12-08"')
  })
})
