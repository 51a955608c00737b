/** A PIN that is typed once and sent twice, by somebody whose line is slow: it opens the record once, and says so twice. */
import { expect } from 'chai'
import { openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { codesDesk, LEO } from '../integration/accounts/codesDesk.js'

describe('A PIN whose form is pressed twice', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let john: Visitor
  const { child, grants, pinFor } = codesDesk(() => practice)

  before(async () => {
    practice = await openPractice()
    john = await practice.patientVisitor('john')
  })
  after(() => practice.leave())
  beforeEach(() => practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`)))

  const onceOn = (body: string) => /name="_once" value="([^"]+)"/.exec(body)?.[1] ?? ''
  const tries = async () =>
    (await practice.db.first<{ n: number }>(`SELECT COALESCE(SUM(points), 0) AS n FROM foyer_attempts`))?.n

  it('opens the record once, with one receipt for every press, also all at once', async () => {
    const kim = await child()
    const { symbols } = await pinFor(kim)
    const page = await john.get('/portal/codes')
    const typed = { pin: symbols ?? '', birthDate: LEO, _once: onceOn(page.body) }
    const first = await john.post('/portal/codes', typed)
    expect(first.location).to.match(/^\/portal\/codes\/receipts\//)
    const [{ record } = { record: '' }, ...more] = await grants(kim)
    expect(more).to.deep.equal([])
    const second = await john.post('/portal/codes', typed, { from: '/portal/codes' })
    expect([second.status, second.location]).to.deep.equal([303, `/portal/codes/receipts/${record}`])
    const row = await practice.db.first(`SELECT outcome, COUNT(*) AS n FROM foyer_code_tries WHERE pid = :kim`, { kim })
    expect(row, 'nothing was refused').to.deep.equal({ outcome: 'redeemed', n: 1 })

    // What opened something opens nothing else, and of another's form nothing is told.
    const lou = await child()
    const another = await pinFor(lou)
    const other = await john.post('/portal/codes', { ...typed, pin: another.symbols ?? '' }, { from: '/portal/codes' })
    expect(other.status).to.equal(422)
    expect(await grants(lou)).to.deep.equal([])
    const amina = await practice.patientVisitor('amina')
    const hers = await amina.post('/portal/codes', typed, { from: '/portal/codes' })
    expect([hers.status, hers.body.includes('could not be opened') || hers.body.includes('not open')]).to.deep.equal([
      422,
      true,
    ])

    const mia = await child()
    const pin = await pinFor(mia)
    const form = { pin: pin.symbols ?? '', birthDate: LEO, _once: onceOn((await john.get('/portal/codes')).body) }
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
    const four = await Promise.all(
      Array.from({ length: 4 }, () => john.post('/portal/codes', form, { from: '/portal/codes' })),
    )
    const [hers2] = await grants(mia)
    for (const each of four)
      expect([each.status, each.location]).to.deep.equal([303, `/portal/codes/receipts/${hers2?.record ?? ''}`])
    expect(Number(await tries()), 'none of them counts as a wrong one').to.equal(0)
  })

  it('makes one account, and the second press is told to sign in', async () => {
    const kim = await child()
    const { symbols } = await pinFor(kim)
    const somebody = await practice.visitor()
    const page = await somebody.get('/portal/join')
    const email = 'twice@example.org'
    const typed = {
      ...{ pin: symbols ?? '', birthDate: LEO, email, password: passwordOf('twice pressed'), _once: onceOn(page.body) },
    }
    const another = await practice.visitor()
    await another.get('/portal/join')
    const first = await somebody.post('/portal/join', typed)
    expect(first.location).to.match(/^\/portal\/codes\/receipts\//)
    // The browser that had no answer to the first press has no session of it.
    const second = await another.post('/portal/join', typed, { from: '/portal/join' })
    expect([second.status, second.location]).to.deep.equal([303, '/portal/sign-in'])
    expect((await another.get('/portal/sign-in')).body).to.contain('Your account is made and the record is open')
    const accounts = await practice.db.select(`SELECT id FROM foyer_accounts WHERE email = :email`, { email })
    expect(accounts).to.have.length(1)
    // With another address it is nobody's form.
    const stranger = await practice.visitor()
    await stranger.get('/portal/join')
    const third = await stranger.post('/portal/join', { ...typed, email: 'else@example.org' }, { from: '/portal/join' })
    expect(third.status).to.equal(422)
  })
})
