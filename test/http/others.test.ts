/** Another patient's thing under one's own record: not there, and not touched. */
import { expect } from 'chai'
import { addressOf, type Route } from '../../module/web/routes.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { difference, dumpRows } from '../support/dump.js'
import type { Page, Visitor } from '../support/visitor.js'
import { tokenFor } from './roles.js'
import { clearSamples, samples, type Sample } from './samples.js'

describe('Another patient’s thing', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let john: Visitor

  before(async () => {
    practice = await openPractice()
    maria = await practice.patientVisitor('maria')
    john = await practice.patientVisitor('john')
  })
  after(() => practice.leave())

  const beside = [
    ...['foyer_appointment_proposals', 'foyer_appointment_alternatives', 'foyer_cancellation_requests'],
    ...['patient_tracker', 'patient_access_onsite', 'foyer_grants', 'insurance_data', 'onsite_signatures'],
    ...['onsite_documents', 'onsite_portal_activity', 'questionnaire_response', 'foyer_filled', 'foyer_submissions'],
    ...['foyer_filled_pdfs', 'foyer_kept_texts', 'foyer_uploads', 'foyer_form_assignments', 'foyer_form_fillings'],
    ...['foyer_form_responses', 'foyer_form_kept_answers', 'foyer_profile_changes'],
  ]
  const tables = ['openemr_postcalendar_events', 'foyer_appointment_requests', 'pnotes', 'foyer_outbox', 'patient_data']

  it('is not there under one’s own record, on no route, and stays as it is', async () => {
    const { records, patients } = practice
    const routes = practice.routes.filter(
      // What a profile's part is called is nobody's.
      (route) => route.audience === 'record' && /:(?!record|section|type)/.test(addressOf(route)),
    )
    expect(routes).not.to.deep.equal([])
    for (const route of routes) {
      const name = `${route.method.toUpperCase()} ${addressOf(route)}`
      for (const [whose, pid] of [
        ['john', patients.john],
        ['leo', patients.leo],
      ] as const) {
        // prettier-ignore
        const sample = (await samples[name]?.(practice, pid)) ?? {}
        const before = await dumpRows(practice.db, [...tables, ...beside])
        expect((await ask(maria, route, records.maria, sample)).status, `${name}, ${whose}’s`).to.equal(404)
        expect(difference(before, await dumpRows(practice.db, [...tables, ...beside])), name).to.deep.equal([])
        // It was there all the while, and is for those whose it is.
        const [who, record] = whose === 'john' ? [john, records.john] : [maria, records.leo]
        // Asked without a file, a form for files asks for one.
        const fine = route.takes === 'files' ? [422] : [200, 303]
        expect((await ask(who, route, record, sample)).status, `${name}, by its owner`).to.be.oneOf(fine)
        await clearSamples(practice)
      }
    }
  })

  it('stays as it is, whatever of it is named in the address, in the form or in a header of one’s own', async () => {
    const { records, patients } = practice
    // Files are sent otherwise (uploads.test.ts), and an archive changes nothing.
    const routes = practice.routes.filter(
      (route) =>
        route.audience === 'record' &&
        route.method === 'post' &&
        route.takes !== 'files' &&
        !route.path.endsWith('/archive'),
    )
    expect(routes.length).to.be.greaterThan(6)
    for (const route of routes) {
      const name = `${route.method.toUpperCase()} ${addressOf(route)}`
      const theirs = (await samples[name]?.(practice, patients.john)) ?? {}
      const another = await practice.event({ providerId: practice.staff.osei, pid: patients.john, date: '2026-12-18' })
      // Out of the way of what Maria does at the same hour.
      await practice.db.sequelize.query(`UPDATE openemr_postcalendar_events SET pc_aid = :osei WHERE pc_pid = :john`, {
        replacements: { osei: String(practice.staff.osei), john: String(patients.john) },
      })
      const own = (await samples[name]?.(practice, patients.maria)) ?? {}
      const named = Object.fromEntries([
        ...['pid', 'pubpid', 'patient', 'patient_id', 'pc_pid', 'user', 'pids[]'].map((each) => [each, patients.john]),
        ...['id', 'eid', 'pc_eid', 'appointment', 'replaces', 'event'].map((each) => [
          each,
          theirs.params?.['id'] ?? another,
        ]),
        ...['record', 'recid', 'scope', 'grant'].map((each) => [each, records.john]),
        ...['account', 'account_id'].map((each) => [each, practice.accounts.john]),
        ...['receipt', 'alternative'].map((each) => [each, theirs.params?.[each] ?? '1']),
      ]) as Record<string, string | number>
      const extra = Object.fromEntries(Object.entries(named).map(([key, value]) => [key, String(value)]))
      const headers = Object.fromEntries(
        Object.entries(extra).map(([key, value]) => [`X-${key.replace(/\W/g, '')}`, value]),
      )
      const before = await rowsOfJohn()
      expect(before, name).not.to.deep.equal([])

      const path = `${pathOf(route, records.maria, own)}?${new URLSearchParams(extra).toString()}`
      const csrf = tokenFor(practice, maria, path)
      const answer = await maria.post(path, { ...extra, ...own.body }, { csrf, headers })
      // What saves by itself is told so in place.
      const done = route.path.endsWith('/draft') ? 200 : 303
      expect(answer.status, `${name}, as her own`).to.equal(done)
      expect(await rowsOfJohn(), name).to.deep.equal(before)
      // The same by John, of his own.
      await practice.db.sequelize.query(`DELETE FROM openemr_postcalendar_events WHERE pc_pid = :maria`, {
        replacements: { maria: String(patients.maria) },
      })
      expect((await ask(john, route, records.john, theirs)).status, `${name}, by its owner`).to.equal(done)
      expect(await rowsOfJohn(), `${name}, by its owner`).not.to.deep.equal(before)
      await clearSamples(practice)
    }
  })

  it('is not there for staff under another patient’s number, on no route that names both, and stays as it is', async () => {
    const { patients } = practice
    const admin = await practice.staffVisitor('admin')
    const routes = practice.routes.filter(
      (route) => route.audience === 'staff' && /:pid\b/.test(addressOf(route)) && /:(?!pid\b)/.test(addressOf(route)),
    )
    expect(routes.filter(({ method }) => method === 'post').length).to.be.greaterThan(10)
    // When somebody was seen last, and that a look was refused, is no part of it.
    const besides = ['foyer_sessions', 'foyer_audit', 'foyer_turns']
    const written = async () =>
      new Map([...(await dumpRows(practice.db))].filter(([table]) => !besides.includes(table)))
    const open: string[] = []
    for (const route of routes) {
      const name = `${route.method.toUpperCase()} ${addressOf(route)}`
      const sample = (await samples[name]?.(practice, patients.john)) ?? {}
      const pid = sample.params?.['pid'] ?? String(patients.john)
      const crossed = { ...sample, params: { ...sample.params, pid: String(patients.amina) } }
      const before = route.method === 'post' ? await written() : undefined
      const { status } = await ask(admin, route, '', crossed)
      if (status !== 404) open.push(`${name}: ${String(status)}`)
      if (before) {
        const changed = difference(before, await written())
        if (changed.length > 0) open.push(`${name} wrote ${changed.join(' ').slice(0, 200)}`)
      }
      // It was there all the while, for whoever names the patient whose it is.
      const own = { ...sample, params: { ...sample.params, pid } }
      const right = await ask(admin, route, '', own)
      if (![200, 303, 409, 422].includes(right.status)) open.push(`${name}, rightly: ${String(right.status)}`)
      await clearSamples(practice)
    }
    expect(open, open.join('\n')).to.deep.equal([])
  })

  /** What is John's, by chart, by record and by the events that are his. */
  async function rowsOfJohn(): Promise<string[]> {
    const { patients, records } = practice
    const all = [...tables.filter((table) => table !== 'foyer_outbox'), ...beside]
    const rows = [...(await dumpRows(practice.db, all))].flatMap(([table, lines]) =>
      lines.map((line) => ({ table, line, row: JSON.parse(line) as Record<string, string | number | null> })),
    )
    const isHis = ({ row }: (typeof rows)[number]) =>
      String(row['pid'] ?? row['pc_pid'] ?? row['patient_id'] ?? '') === String(patients.john) ||
      row['record'] === records.john
    const his = rows.filter(isHis)
    /** What hangs on something of his: on an event, a document that was begun, a form that was asked for. */
    const hangs = [
      ['pc_eid', new Set(his.map(({ row }) => row['pc_eid']))],
      ['onsite_id', new Set(his.filter(({ table }) => table === 'onsite_documents').map(({ row }) => row['id']))],
      [
        'assignment_id',
        new Set(his.filter(({ table }) => table === 'foyer_form_assignments').map(({ row }) => row['id'])),
      ],
      ['filled_id', new Set(his.filter(({ table }) => table === 'foyer_filled').map(({ row }) => row['id']))],
    ] as const
    return rows
      .filter(
        (each) =>
          isHis(each) || hangs.some(([column, ids]) => each.row[column] !== undefined && ids.has(each.row[column])),
      )
      .map(({ table, line }) => `${table}: ${line}`)
  }

  function pathOf(route: Route, record: string, { params = {} }: Sample): string {
    return addressOf(route).replace(/:(\w+)/g, (_whole, name: string) =>
      name === 'record' ? record : (params[name] ?? ''),
    )
  }

  async function ask(who: Visitor, route: Route, record: string, sample: Sample): Promise<Page> {
    const { body } = sample
    const path = pathOf(route, record, sample)
    return route.method === 'get' ? who.get(path) : who.post(path, body, { csrf: tokenFor(practice, who, path) })
  }
})
