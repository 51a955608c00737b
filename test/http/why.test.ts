/** The page on which staff ask why. */
import { expect } from 'chai'
import { createAccount } from '../../module/access/accounts.js'
import { linkToken } from '../../module/access/links.js'
import { features } from '../../module/portal.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { passkeyOf } from '../support/passkeys.js'
import type { Page, Visitor } from '../support/visitor.js'

const HOME = '/staff/portal/why'

describe('The page that says why', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  it('finds patients, who opens their records, and staff, and asks whom is meant', async () => {
    const page = await admin.get(`${HOME}?person=santos&thing=`)
    expect(page.status).to.equal(200)
    expect(textOf(page)).to.contain('Patients, by their chart’s login Ana Santos Leo Santos')
    expect(textOf(page)).to.contain('maria.santos, in the record of Leo Santos')
    expect(textOf(await admin.get(`${HOME}?person=lee`))).to.contain('Susan Lee (dr.lee)')
    expect(textOf(await admin.get(`${HOME}?person=nobody+at+all`))).to.contain('Nobody found')
  })

  it('asks for a name, and for a thing of that kind of person, at the field', async () => {
    const nameless = await admin.get(`${HOME}?person=&thing=sign-in`)
    expect(nameless.status).to.equal(422)
    expect(nameless.body).to.match(/id="field-person"[^>]*aria-invalid="true"/)
    const other = await admin.get(`${HOME}?who=patient:${String(practice.patients.john)}&thing=staff-sign-in`)
    expect(other.status).to.equal(422)
    expect(other.body).to.match(/id="field-thing"[^>]*aria-invalid="true"/)
    expect((await admin.get(`${HOME}?who=patient:999999&thing=sign-in`)).status).to.equal(422)
  })

  it('leads from a patient who cannot sign in to where it is mended, and says so once it is', async () => {
    const pid = practice.patients.john
    const question = `${HOME}?who=patient:${String(pid)}&thing=sign-in`
    await allowed('NO')
    const page = await admin.get(question)
    expect(textOf(page)).to.contain('John Carter: Sign in to the portal Cannot')
    expect(decider(page)).to.equal('allowed')
    const address = `/staff/portal/patients/${String(pid)}/credential`
    expect(page.body).to.contain(`href="${address}"`)
    const done = await admin.post(`${address}/authorisation`, {}, { from: address })
    expect(done.status).to.be.lessThan(400)
    const after = await admin.get(question)
    expect(textOf(after)).to.contain('John Carter: Sign in to the portal Can ')
    expect(decider(after)).to.equal(undefined)
  })

  it('leads into the EMR, in a tab of its own, where it is mended there', async () => {
    const { db } = practice
    const question = `${HOME}?who=user:dr.osei&thing=staff-sign-in`
    await db.transaction((tx) => tx.change(`UPDATE users SET active = 0 WHERE username = 'dr.osei'`))
    const before = await admin.get(question)
    expect(decider(before)).to.equal('staffActive')
    expect(before.body).to.contain('<a href="/staff/portal/settings#field-emrAddress-hint">Say where the EMR is')
    await practice.setting('emrAddress', 'https://emr.example.org/openemr/')
    const link =
      '<a href="https://emr.example.org/openemr/" target="_blank" rel="noopener noreferrer">Open the EMR (in a new tab)'
    expect((await admin.get(question)).body)
      .to.contain(link)
      .and.not.contain('Say where the EMR is')
    // A question about a permission leads to the one about the door.
    const closed = await admin.get(`${HOME}?who=user:dr.osei&thing=documents:audit`)
    expect(closed.body).to.contain('href="/staff/portal/why?who=user%3Adr.osei&amp;thing=staff-sign-in"')
    await db.transaction((tx) => tx.change(`UPDATE users SET active = 1 WHERE username = 'dr.osei'`))
    expect((await admin.get(question)).body).to.not.contain(link)
  })

  it('says of another’s record that a second factor is asked for first, as it is', async () => {
    const { records } = practice
    await practice.setting('secondFactor', 'proxies')
    expect(decider(await admin.get(`${HOME}?who=record:${records.leo}&thing=open-record`))).to.equal('factor')
    expect(decider(await admin.get(`${HOME}?who=record:${records.maria}&thing=open-record`))).to.equal(undefined)
    // Whatever anybody may want to do in it; and forms, which are asked of the patient.
    const things = features.flatMap(({ explain }) => explain ?? []).filter(({ who }) => who === 'account')
    const inRecord = things.filter(({ key }) => key !== 'account-sign-in')
    expect(inRecord.length).to.be.greaterThan(10)
    const asked = inRecord.map(({ key }) => `who=record:${records.leo}&thing=${key}`)
    for (const question of [...asked, `who=patient:${String(practice.patients.leo)}&thing=asked-form`]) {
      const page = await admin.get(`${HOME}?${question}`)
      expect(textOf(page), question).to.contain('this account has none yet').and.contain('Cannot')
    }
    // Where one of two has set it up, the other one is named.
    const values = {
      leo: practice.patients.leo,
      john: practice.accounts.john,
      owner: `account:${String(practice.accounts.john)}`,
    }
    await practice.db.transaction(async (tx) => {
      await tx.change(
        `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, granted_by, granted_at)
         VALUES ('john-for-leo-john-for-', :john, :leo, 'father', 'full', '2026-01-01', 'x', '2026-01-01')`,
        values,
      )
      await tx.change(
        `INSERT INTO foyer_totp (owner, secret, last_step, created_at) VALUES (:owner, 'x', 0, '2026-01-01')`,
        values,
      )
    })
    const form = await admin.get(`${HOME}?who=patient:${String(practice.patients.leo)}&thing=asked-form`)
    expect(textOf(form)).to.contain('They set it up before the record opens: maria.santos.')
    expect(decider(form)).to.not.equal('factor')
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM foyer_grants WHERE account_id = :john AND pid = :leo`, values)
      await tx.change(`DELETE FROM foyer_totp WHERE owner = :owner`, values)
    })
    const rules = `/staff/portal/access/why?who=record%3A${records.leo}&permission=appointments%3Aview`
    const told = await admin.get(rules)
    expect(textOf(told)).to.contain('May not').and.contain('this account has none yet')
    expect(told.body)
      .to.contain('href="/staff/portal/settings#field-secondFactor-hint"')
      .and.not.contain('data-test="decides"')
    await practice.setting('secondFactor', 'optional')
    expect(textOf(await admin.get(rules)))
      .to.contain('May ')
      .and.not.contain('this account has none yet')
    expect(decider(await admin.get(`${HOME}?who=record:${records.leo}&thing=open-record`))).to.equal(undefined)
  })

  it('leads from an account that cannot sign in to what its holder needs, and says so once it is done', async () => {
    const { clock, db } = practice
    const email = 'wendy.way@example.org'
    const wanted = { email, verified: true, passwordHash: 'NoLongerUsed', displayName: 'Wendy Way', language: 'en' }
    const made = await db.transaction((tx) => createAccount(tx, clock, wanted))
    const [id, record] = [made?.id ?? 0, made?.ownRecord ?? '']
    const question = `${HOME}?who=record:${record}&thing=account-sign-in`
    const account = `/staff/portal/accounts/${String(id)}`
    const before = await admin.get(question)
    expect(decider(before)).to.equal('ownPassword')
    expect(before.body).to.contain(`href="${account}#password-link"`)
    const page = await admin.get(account)
    expect(page.body).to.contain('id="password-link"').and.contain(`action="${account}/password-link"`)
    expect((await admin.post(`${account}/password-link`, {}, { from: account })).status).to.equal(303)
    const letter = await db.first<{ recipient: string; facts: string }>(
      `SELECT recipient, CAST(facts AS CHAR) AS facts FROM foyer_letters WHERE kind = 'account.reset-link' AND account_id = :id`,
      { id },
    )
    expect(letter?.recipient).to.equal(email)
    const { link } = JSON.parse(letter?.facts ?? '{}') as { link: string }
    const wendy = await practice.visitor()
    const token = linkToken(practice.portal, link)
    const form = { token, password: 'quiet-Harbor-lantern-7' }
    const answer = await wendy.post('/portal/reset', form, { from: `/portal/reset?token=${token}` })
    expect(answer.status, answer.body).to.equal(303)
    expect(textOf(await admin.get(question))).to.contain('Wendy Way, own record: Sign in to the portal Can ')

    // Disabled: enabled where the link leads.
    await admin.post(`${account}/disabling`, { reason: 'Asked for it' }, { from: account })
    const shut = await admin.get(question)
    expect(decider(shut)).to.equal('accountOpen')
    expect(shut.body).to.contain(`href="${account}"`)
    expect((await admin.post(`${account}/enabling`, {}, { from: account })).status).to.equal(303)
    expect(decider(await admin.get(question))).to.equal(undefined)

    // Joined with another: the one that stands is where they sign in, and where it is opened if that was closed too.
    const luis = `/staff/portal/accounts/${String(practice.accounts.luis)}`
    await admin.post(`${account}/merging`, { into: String(practice.accounts.luis), reason: 'One person' })
    const joined = await admin.get(question)
    expect(decider(joined)).to.equal('merged')
    expect(joined.body).to.contain(`href="${luis}"`)
    await admin.post(`${luis}/disabling`, { reason: 'Asked for it' }, { from: luis })
    const closed = await admin.get(question)
    expect(decider(closed)).to.equal('accountOpen')
    expect(closed.body).to.contain(`href="${luis}"`)
    expect((await admin.post(`${luis}/enabling`, {}, { from: luis })).status).to.equal(303)
  })

  it('says of somebody with a passkey that it opens the portal, and when it waits', async () => {
    const { accounts, patients } = practice
    const question = `${HOME}?who=patient:${String(patients.john)}&thing=sign-in`
    await passkeyOf(practice, `account:${String(accounts.john)}`)
    expect(textOf(await admin.get(question))).to.contain('opens the portal without a password')
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_access_onsite SET portal_pwd_status = 0 WHERE pid = :pid`, { pid: patients.john }),
    )
    expect(textOf(await admin.get(question))).to.contain('It opens nothing until they have come in with their password')
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE patient_access_onsite SET portal_pwd_status = 1 WHERE pid = :pid`, { pid: patients.john })
      await tx.change(`DELETE FROM foyer_passkeys`)
    })
  })

  it('says of a revoked access who revoked it and why, and shows the way to it', async () => {
    const { db, patients, records } = practice
    await db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_grants SET revoked_at = '2026-11-20 15:00:00', revoked_by = 'Ellen Marsh', revoked_reason = 'Custody <b>'
          WHERE record = :leo`,
        { leo: records.leo },
      ),
    )
    const page = await admin.get(`${HOME}?who=record:${records.leo}&thing=open-record`)
    expect(decider(page)).to.equal('notRevoked')
    expect(page.body).to.contain('Ellen Marsh: Custody &lt;b&gt;')
    expect(page.body).to.match(new RegExp(`href="/staff/portal/patients/${String(patients.leo)}/grants/\\d+"`))
    const request = await admin.get(`${HOME}?who=record:${records.leo}&thing=request-appointment`)
    expect(decider(request)).to.equal('opens')
  })

  it('offers only the ways that the asker may go', async () => {
    await practice.rule('user:admin', 'credentials:reset', 'deny')
    await allowed('NO')
    const page = await admin.get(`${HOME}?who=patient:${String(practice.patients.john)}&thing=sign-in`)
    expect(page.body).not.to.contain('/credential"')
    expect(textOf(page)).to.contain('Somebody with more rights can change this.')
  })

  it('tells staff why they cannot do something, and speaks Spanish', async () => {
    const page = await admin.get(`${HOME}?who=user:nurse&thing=staff-sign-in`)
    expect(decider(page)).to.equal('staffPortal')
    expect(page.body).to.contain('/staff/portal/access/users/nurse?permission=portal%3Ause')
    const rules = await admin.get(`${HOME}?who=user:nurse&thing=${encodeURIComponent('registrations:process')}`)
    expect(decider(rules)).to.equal('rules')
    const spanish = await admin.get(`${HOME}?who=user:nurse&thing=staff-sign-in`, { 'accept-language': 'es' })
    expect(textOf(spanish)).to.contain('Puede trabajar en el portal de pacientes')
  })

  it('is reached from the panel of a patient, with that patient chosen', async () => {
    const card = await admin.get(`/staff/portal/patients/${String(practice.patients.maria)}/why`)
    const [, href = ''] = /href="([^"]*thing=sign-in)"/.exec(card.body) ?? []
    const page = await admin.get(href.replaceAll('&amp;', '&').replaceAll('&#38;', '&'))
    expect(textOf(page)).to.contain('Maria Santos: Sign in to the portal Can ')
  })

  function allowed(value: string): Promise<number> {
    return practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET allow_patient_portal = :value WHERE pid = :pid`, {
        value,
        pid: practice.patients.john,
      }),
    )
  }
})

/** The key of the step that decides; undefined: all do. */
function decider({ body }: Page): string | undefined {
  return /data-test="decides" data-step="([\w-]+)"/.exec(body)?.[1]
}

function textOf({ body }: Page): string {
  return body
    .replace(/<svg[\s\S]*?<\/svg>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', '’')
    .replace(/\s+/g, ' ')
}
