/** A form that makes PINs, pressed by somebody whose line is slow: it makes them once, and issues none anew. */
import { expect } from 'chai'
import { findCode, type Code } from '../../module/access/codes.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

describe('PINs', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor
  let lee: Visitor

  before(async () => {
    practice = await openPractice()
    admin = await practice.staffVisitor('admin')
    for (const right of ['portal:use', 'pins:issue']) await practice.rule('user:dr.lee', right, 'allow')
    lee = await practice.staffVisitor('lee')
  })
  after(() => practice.leave())

  const columns = { guardiansname: 'Eva Novak', guardianrelationship: 'mother', guardianphone: '(202) 555-0177' }
  const child = () => practice.patient({ fname: 'Kim', lname: 'Novak', dob: '2017-05-03', allowPortal: '', columns })
  const family = (pid: number) => `/staff/portal/patients/${String(pid)}/family`
  const codesOf = async (pid: number): Promise<Code[]> => {
    const rows = await practice.db.select<{ id: number }>(`SELECT id FROM foyer_codes WHERE pid = :pid ORDER BY id`, {
      pid,
    })
    const found = await Promise.all(rows.map(({ id }) => findCode(practice.db, practice.portal, { pid, id })))
    return found.flatMap((code) => code ?? [])
  }

  it('are made once however often the form is pressed, and so is the one issued again', async () => {
    const kim = await child()
    const once = async (path: string) => /name="_once" value="([^"]+)"/.exec((await admin.get(path)).body)?.[1] ?? ''
    const wanted = {
      ...{ recipient: 'contact:Eva Novak', 'register[]': String(kim), language: 'en' },
      _once: await once(family(kim)),
    }
    const presses = Array.from({ length: 20 }, () => admin.post(family(kim), wanted))
    const answers = (await Promise.all(presses)).map(({ location, status }) => `${String(status)} ${location ?? ''}`)
    expect(new Set(answers)).to.have.property('size', 1)
    expect(answers[0]).to.match(/^303 /)
    const [code, ...more] = await codesOf(kim)
    expect(more).to.deep.equal([])
    const otherwise = await admin.post(family(kim), { ...wanted, language: 'es' })
    const others = await lee.post(family(kim), wanted, { from: family(kim) })
    expect(others.status, 'a press is of whoever was shown the form').to.equal(422)
    expect(others.body).to.contain('This person has one for')
    expect(otherwise.status).to.equal(422)
    expect(otherwise.body).to.contain('sent before with something else in it')
    const path = `/staff/portal/patients/${String(kim)}/codes/${String(code?.id)}`
    const again = { _once: await once(path) }
    const [first, second] = [await admin.post(`${path}/reissue`, again), await admin.post(`${path}/reissue`, again)]
    expect([first.status, second.status]).to.deep.equal([303, 303])
    expect(second.location).to.equal(first.location)
    expect((await codesOf(kim)).map(({ standing }) => standing)).to.deep.equal(['revoked', 'pending'])
    const letters = async () => practice.db.select(`SELECT id FROM foyer_letters WHERE pid = :pid`, { pid: kim })
    const codePath = `/staff/portal/patients/${String(kim)}/codes/new`
    const sent = {
      ...{ recipient: 'contact:Eva Novak', extent: 'forms', language: 'en', deliver: 'mail', asked: '1' },
      ...{ email: 'eva@example.org', _once: await once(codePath) },
    }
    const both = [await admin.post(codePath, sent), await admin.post(codePath, sent)]
    expect(
      both.map(({ status }) => status),
      both[0]?.body,
    ).to.deep.equal([303, 303])
    expect(both[1]?.location).to.equal(both[0]?.location)
    expect(await letters()).to.have.length(1)
  })
})
