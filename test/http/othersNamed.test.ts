/**
 * Another's thing named in a form, where its address names one's own: refused, and stays as it is. Which fields there are
 * is asked of the forms themselves, so that one that comes later has its place here, or fails.
 */
import { expect } from 'chai'
import { staffMember } from '../../module/access/staff.js'
import { fileLater } from '../../module/features/documents/audit/batch.js'
import { processAppointment } from '../../module/features/appointments/processing.js'
import { opaqueId } from '../../module/platform/ids.js'
import type { RequestContext, Route } from '../../module/web/routes.js'
import { difference, dumpRows } from '../support/dump.js'
import { openPractice, type StaffName, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { bothNamed, named, namesNobody, othersValue, ownFields, wholesale } from './othersFields.js'
import { clearSamples, samples, type Sample } from './samples.js'

describe('Another’s thing, named in a form', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let admin: Visitor
  let maria: Visitor
  let posts: readonly Route[]

  before(async () => {
    practice = await openPractice()
    admin = await practice.staffVisitor('admin')
    maria = await practice.patientVisitor('maria')
    posts = practice.routes.filter(
      ({ audience, method, path }) =>
        method === 'post' && ['record', 'account', 'staff'].includes(audience) && path !== '/sign-out',
    )
    // The practice's documents lie in a folder, which is made with the first of them.
    await samples['GET /portal/records/:record/documents/chart/:document']?.(practice, practice.patients.maria)
  })
  afterEach(() => clearSamples(practice))
  after(() => practice.leave())

  it('is known wherever a form can name one', async () => {
    const read = recordFields(practice.routes)
    const unknown: string[] = []
    const met = new Set<string>()
    for (const route of posts) {
      const sample = await sampleFor(practice, route, practice.patients.maria)
      await ask(route, sample, sample.body ?? {})
      if (wholesale.includes(nameOf(route))) continue
      for (const field of new Set([...(read.get(nameOf(route)) ?? []), ...Object.keys(sample.body ?? {})])) {
        const key = `${nameOf(route)} ${field}`
        met.add(key)
        if (!namesNobody.has(field) && !(key in bothNamed) && !(key in named)) unknown.push(key)
      }
      await clearSamples(practice)
    }
    expect(unknown, unknown.join('\n')).to.deep.equal([])
    expect(Object.keys({ ...bothNamed, ...named }).filter((key) => !met.has(key))).to.deep.equal([])
  })

  for (const [key, refused] of Object.entries(bothNamed)) {
    it(`is refused and untouched: ${key}`, async () => {
      const { john, maria: pid } = practice.patients
      const [name = '', field = ''] = key.split(/ (?=\S+$)/)
      const route = posts.find((each) => nameOf(each) === name)
      if (!route) throw new Error(`no route ${name}`)
      const theirs = await sampleFor(practice, route, john)
      const own = await sampleFor(practice, route, pid)
      const body = { ...own.body, ...(await ownFields(practice, admin, route, own)) }
      const other = await othersValue(practice, admin, route, { field, theirs, body })
      expect(other, 'there is another').not.to.be.oneOf(['', body[field]])

      const before = await written()
      const answer = await ask(route, own, { ...body, [field]: other })
      expect(answer.status).to.be.oneOf(refused)
      expect(difference(before, await written())).to.deep.equal([])
      // The same with what is one's own.
      expect((await ask(route, own, body)).status, 'its own').to.be.oneOf([200, 303])
      if (!name.endsWith('/archive')) expect(difference(before, await written()), 'its own').not.to.deep.equal([])
    })
  }

  it('is not taken back with the press of somebody else of the staff', async () => {
    const { params } = await sampleFor(practice, routeOf('/appointments/:id/status'), practice.patients.john)
    const eid = Number(params?.['id'])
    const { actor, member } = await colleague('lee')
    const token = opaqueId()
    const press = { eid, status: '-', note: '', seen: undefined, undo: token }
    expect((await processAppointment(practice.portal, member, actor, press)).ok).to.equal(true)
    const before = await written()
    const answer = await ask(routeOf('/appointments/undo'), {}, { token })
    expect(answer.status).to.equal(409)
    expect(difference(before, await written())).to.deep.equal([])
  })

  it('is not kept from being filed by somebody else of the staff', async () => {
    const { body } = await sampleFor(practice, routeOf('/documents/filing'), practice.patients.john)
    const [id = '', version = '', sha256] = body?.['id[]']?.split('.') ?? []
    const { actor, member } = await colleague('lee')
    const ticked = [{ id: Number(id), version: Number(version), sha256 }]
    const outcome = await fileLater(practice.portal, member, actor, { categoryId: 3, ticked })
    expect(outcome?.due).to.deep.equal([Number(id)])
    const before = await written()
    const answer = await ask(routeOf('/documents/filing/undo'), {}, { token: id })
    expect(answer.status).to.equal(409)
    expect(difference(before, await written())).to.deep.equal([])
  })

  it('is not ended where it is somebody else’s session', async () => {
    await practice.patientVisitor('john')
    const john = await practice.patientVisitor('john')
    const sessionOf = /name="session" value="(?!others)([^"]+)"/
    const session = sessionOf.exec((await john.get('/portal/account')).body)?.[1] ?? ''
    expect(session).not.to.equal('')
    const stand = () => practice.db.select(`SELECT * FROM foyer_sessions`)
    const before = (await stand()).length
    await ask(routeOf('/account/sessions/ending'), {}, { session })
    expect((await stand()).length).to.equal(before)
    await john.post('/portal/account/sessions/ending', { session })
    expect((await stand()).length).to.equal(before - 1)
  })

  it('is not answered with what another’s form was answered', async () => {
    const { maria: mine, john: his } = practice.records
    const john = await practice.patientVisitor('john')
    const wish = { provider: String(practice.staff.lee), category: '5', date: '2026-11-24', reason: 'Cough' }
    const _once = opaqueId()
    const ask = (who: Visitor, record: string, time: string) =>
      who.post(`/portal/records/${record}/appointments`, { ...wish, time, _once })
    await john.get(`/portal/records/${his}/appointments/new`)
    await maria.get(`/portal/records/${mine}/appointments/new`)
    const first = await ask(john, his, '10:00')
    expect(first.status).to.equal(303)
    expect((await ask(john, his, '10:00')).location, 'pressed twice').to.equal(first.location)
    const hers = await ask(maria, mine, '10:30')
    expect(hers.status).to.equal(303)
    expect(hers.location).to.include(`/portal/records/${mine}/`)
    expect(hers.location?.split('/').at(-1)).not.to.equal(first.location?.split('/').at(-1))
  })

  function routeOf(path: string): Route {
    const route = posts.find((each) => each.path === path)
    if (!route) throw new Error(`no route ${path}`)
    return route
  }

  async function colleague(name: StaffName) {
    const member = await staffMember(practice.db, practice.staff[name])
    if (!member) throw new Error(`no ${name}`)
    return { member, actor: { kind: 'staff', id: member.username, name: member.name, requestId: undefined } as const }
  }

  function ask(route: Route, sample: Sample, body: Record<string, string>): Promise<Page> {
    const path = pathTo(route, practice.records.maria, { ...(sample.params ? { params: sample.params } : {}) })
    const who = route.audience === 'staff' ? admin : maria
    return askAt(practice, who, route, { path, sample: { ...sample, body } })
  }

  /** All that is kept, but for who was there, who looked, and who waits for whom. */
  async function written() {
    const besides = ['foyer_sessions', 'foyer_audit', 'foyer_turns']
    return new Map([...(await dumpRows(practice.db))].filter(([table]) => !besides.includes(table)))
  }
})

/** Which fields each route's forms read by name, from now on, as they are asked. */
function recordFields(routes: readonly Route[]): Map<string, Set<string>> {
  const read = new Map<string, Set<string>>()
  for (const route of routes) {
    const handle = route.handle as (context: RequestContext) => ReturnType<Route['handle']>
    const seen = new Set<string>()
    read.set(nameOf(route), seen)
    const noting = new Proxy(
      {},
      {
        get: (_none, name) => {
          if (typeof name === 'string') seen.add(name)
          return undefined
        },
      },
    )
    const form: (context: RequestContext) => RequestContext['form'] = (context) => (schema) => {
      schema.safeParse(noting)
      return context.form(schema)
    }
    Object.assign(route, { handle: (context: RequestContext) => handle({ ...context, form: form(context) }) })
  }
  return read
}
