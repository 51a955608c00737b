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

  const tables = ['openemr_postcalendar_events', 'foyer_appointment_requests', 'pnotes', 'foyer_outbox', 'patient_data']

  it('is not there under one’s own record, on no route, and stays as it is', async () => {
    const { records, patients } = practice
    const routes = practice.routes.filter(
      (route) => route.audience === 'record' && /:(?!record)/.test(addressOf(route)),
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
        const before = await dumpRows(practice.db, tables)
        expect((await ask(maria, route, records.maria, sample)).status, `${name}, ${whose}’s`).to.equal(404)
        expect(difference(before, await dumpRows(practice.db, tables)), name).to.deep.equal([])
        // It was there all the while, and is for those whose it is.
        const [who, record] = whose === 'john' ? [john, records.john] : [maria, records.leo]
        expect((await ask(who, route, record, sample)).status, `${name}, by its owner`).to.be.oneOf([200, 303])
        await clearSamples(practice)
      }
    }
  })

  async function ask(who: Visitor, route: Route, record: string, { params = {}, body }: Sample): Promise<Page> {
    const path = addressOf(route).replace(/:(\w+)/g, (_whole, name: string) =>
      name === 'record' ? record : (params[name] ?? ''),
    )
    return route.method === 'get' ? who.get(path) : who.post(path, body, { csrf: tokenFor(practice, who, path) })
  }
})
