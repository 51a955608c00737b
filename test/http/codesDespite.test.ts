/** At the desk: a PIN for somebody of the name of who lost the access, and one that kept somebody out by an address. */
import { expect } from 'chai'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { codesDesk } from '../integration/accounts/codesDesk.js'

describe('A code for somebody else of the same name, at the desk', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor
  const { child, pinFor, theOne } = codesDesk(() => practice)

  before(async () => {
    practice = await openPractice()
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  /** John's access to a new child's record was revoked. */
  async function barred(name = 'Eva Novak'): Promise<number> {
    const pid = await child()
    await practice.db.transaction(async (tx) => {
      const account = await tx.insert(
        `INSERT INTO foyer_accounts (own_record, display_name, created_at) VALUES (RPAD(:own, 22, 'e'), :name, '2026-01-01')`,
        { own: `own${String(pid)}`, name },
      )
      await tx.change(
        `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, granted_by, granted_at, revoked_at, revoked_by, revoked_reason)
         VALUES (RPAD(:record, 22, '-'), :account, :pid, 'mother', 'full', '2026-01-01', 'x', '2026-01-01', '2026-11-20 15:00:00', 'Dr Lee', 'Court order')`,
        { record: `barred${String(pid)}`, account, pid },
      )
    })
    return pid
  }
  const codes = (pid: number) =>
    practice.db.select<{ id: number }>(`SELECT id FROM foyer_codes WHERE pid = :pid`, { pid })
  const keyOn = (body: string, field: string) =>
    new RegExp(`name="${field}\\[\\]"[^>]* value="([^"]+)"`).exec(body)?.[1]

  for (const [way, more] of [
    ['family', (pid: number) => ({ 'register[]': String(pid) })],
    ['welcome', () => ({ deliver: 'mail', email: 'eva@example.org', asked: '1' })],
    ['codes/new', () => ({ extent: 'forms', deliver: 'print' })],
  ] as const) {
    it(`is made from ${way} when staff tick that it is, with nothing typed lost`, async () => {
      const pid = await barred()
      const path = `/staff/portal/patients/${String(pid)}/${way}`
      const wanted = { recipient: 'other', name: 'Eva Novak', relationship: 'proxy', language: 'es', ...more(pid) }
      const asked = await admin.post(path, wanted, { from: path })
      expect(asked.status).to.equal(422)
      expect(asked.body).to.contain('Court order').and.to.contain('Dr Lee').and.to.contain('value="Eva Novak"')
      expect(await codes(pid)).to.deep.equal([])
      const key = keyOn(asked.body, 'notBarred') ?? ''
      const issued = await admin.post(path, { ...wanted, 'notBarred[]': key })
      expect(issued.status, issued.body).to.equal(303)
      const [made] = await codes(pid)
      const page = await admin.get(`/staff/portal/patients/${String(pid)}/codes/${String(made?.id)}`)
      expect(page.body).to.contain('than Eva Novak, who lost the access')
      expect(page.body, 'nothing is left to say').to.not.contain('name="bars[]"')
      admin.cookies.set('foyer_language', 'es')
      expect((await admin.get(`/staff/portal/patients/${String(pid)}/codes/${String(made?.id)}`)).body).to.contain(
        'no para Eva Novak',
      )
      admin.cookies.delete('foyer_language')
    })
  }

  it('says on its page who is kept out, and lets it through when staff say so', async () => {
    const pid = await barred()
    const { id } = await pinFor(pid, { recipient: 'Petr Novak' })
    const path = `/staff/portal/patients/${String(pid)}/codes/${String(id)}`
    const page = await admin.get(path)
    expect(page.body).to.contain('Somebody lost the access').and.to.contain('Court order')
    const none = await admin.post(`${path}/bars`, {})
    expect([none.status, none.body.includes('Tick of whom you know')]).to.deep.equal([422, true])
    const gone = await admin.post(`${path}/bars`, { 'bars[]': '1.20200101000000000' })
    expect([gone.status, gone.body.includes('given back meanwhile')]).to.deep.equal([422, true])
    const done = await admin.post(`${path}/bars`, { 'bars[]': keyOn(page.body, 'bars') ?? '' })
    expect([done.status, done.location]).to.deep.equal([303, path])
    const after = (await admin.get(path)).body
    expect(after).to.contain('For somebody else').and.to.not.contain('name="bars[]"')
    expect((await theOne(pid, id)).standing).to.equal('pending')
    const trail = (await admin.get('/staff/portal/audit-trail')).body
    expect(trail).to.contain('is for somebody else than who lost the access')
  })
})
