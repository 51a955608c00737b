/** The pages on which somebody decides who may do what, and asks why. */
import { expect } from 'chai'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'

const HOME = '/staff/portal/access'

describe('The access pages', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTriesPerAddress', '10000')
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  it('show each group of the EMR with each permission, and each kind of access with what it opens', async () => {
    const text = textOf(await admin.get(HOME))
    for (const name of [
      'Administrators',
      'Clinicians',
      'Physicians',
      'Front Office',
      'Accounting',
      'Emergency Login',
    ]) {
      expect(text).to.contain(name)
    }
    for (const name of [
      'Work in the patient portal',
      'Process appointment requests',
      'Request appointments',
      'Full access',
    ]) {
      expect(text).to.contain(name)
    }
    expect(text).not.to.contain('OpenEMR Users')
  })

  it('let an administrator give a group the portal, and say so', async () => {
    const page = await decide('groups/doc', { permission: 'portal:use', effect: 'allow', reason: '' })
    expect(page.status).to.equal(303)
    expect(page.location).to.equal(HOME)
    expect(textOf(await admin.follow(page))).to.contain('It counts from now on')
    const lee = await practice.staffVisitor('lee')
    expect((await lee.get('/staff/portal')).status).to.equal(200)
    expect((await lee.get(HOME)).status).to.equal(403)
  })

  it('ask why before one user is allowed or denied something, at the field, and keep what was chosen', async () => {
    const asked = { permission: 'patients:search', effect: 'deny', reason: '  ' }
    const page = await decide('users/dr.lee', asked)
    expect(page.status).to.equal(422)
    expect(page.body).to.match(/id="field-reason"[^>]*aria-invalid="true"/)
    expect(page.body).to.match(/value="deny" checked/)
    expect(await rules()).to.deep.equal([])
    const done = await decide('users/dr.lee', { ...asked, reason: 'On leave <b>' })
    expect(done.location).to.equal(`${HOME}/users/dr.lee`)
    const user = await admin.follow(done)
    expect(user.body).to.contain('On leave &lt;b&gt;')
    expect(user.body).to.contain('Administrator, 23 Nov 2026')
    await decide('users/dr.lee', { permission: 'patients:search', effect: 'default', reason: '' })
    expect((await admin.get(`${HOME}/users/dr.lee`)).body).to.contain('On leave &lt;b&gt;')
  })

  it('keep what was decided on one permission in sight, however much is decided on others', async () => {
    const why = 'Helps at the desk'
    await decide('users/dr.osei', { permission: 'patients:search', effect: 'deny', reason: why })
    for (let turn = 0; turn < 11; turn += 1) {
      for (const effect of ['deny', 'default']) {
        await decide('users/dr.osei', { permission: 'documents:audit', effect, reason: `Turn ${String(turn)}` })
      }
    }
    const one = await admin.get(`${HOME}/users/dr.osei?permission=patients:search`)
    expect(one.body.split('data-test="change"')).to.have.length(2)
    expect(one.body).to.contain(why).and.not.to.contain('event=access.changed')
    const other = await admin.get(`${HOME}/users/dr.osei?permission=documents:audit`)
    expect(other.body).to.contain('/staff/portal/audit-trail?event=access.changed').and.not.to.contain(why)
    const older = await admin.get('/staff/portal/audit-trail?event=access.changed')
    expect(textOf(older).split('Administrator changed who may do what').length).to.be.greaterThan(22)
    await decide('users/dr.osei', { permission: 'patients:search', effect: 'default', reason: '' })
  })

  it('say where an allowance has no effect', async () => {
    await decide('users/front', { permission: 'appointments:process', effect: 'allow', reason: 'Covers the desk' })
    expect(textOf(await admin.get(`${HOME}/users/front`))).to.contain(
      'Has no effect: may not work in the patient portal.',
    )
    const one = await admin.get(`${HOME}/users/front?permission=appointments:process`)
    expect(textOf(one)).to.contain('Until that is allowed, allowing this has no effect')
    expect(one.body).to.contain('users/front?permission=portal%3Ause')
    await decide('users/front', { permission: 'portal:use', effect: 'allow', reason: 'Covers the desk' })
    expect(textOf(await admin.get(`${HOME}/users/front`))).not.to.contain('Has no effect')
    await decide('users/front', { permission: 'portal:use', effect: 'default', reason: '' })
    await decide('users/front', { permission: 'appointments:process', effect: 'default', reason: '' })
  })

  it('know no group, user, kind of access or permission that is not there', async () => {
    const good = { permission: 'patients:search', effect: 'allow', reason: 'A test' }
    for (const place of ['groups/nobody', 'groups/users', 'users/nobody', 'users/DR.LEE', 'users/oe-system']) {
      expect((await decide(place, good)).status, place).to.equal(404)
    }
    expect((await decide('extents/none', { ...good, permission: 'appointments:view' })).status).to.equal(404)
    for (const permission of ['', 'sign-in:use', 'emr:use', 'appointments:view', 'no:such', 'patients:search ']) {
      for (const place of ['groups/doc', 'users/dr.lee']) {
        const page = await decide(place, { ...good, permission })
        expect(page.status, `${place} ${permission}`).to.equal(422)
        expect(textOf(page)).to.contain('Choose one of the permissions')
      }
    }
    for (const permission of ['patients:search', 'home:view', 'portal:use']) {
      expect((await decide('extents/full', { ...good, permission })).status, permission).to.equal(422)
    }
    for (const effect of ['', 'ALLOW', 'maybe']) {
      expect((await decide('groups/doc', { ...good, effect })).status, effect).to.equal(422)
    }
    for (const path of [
      'groups/nobody',
      'groups/doc?permission=no:such',
      'extents/full?permission=home:view',
      'users/nobody',
    ]) {
      expect((await admin.get(`${HOME}/${path}`)).status, path).to.equal(404)
    }
    expect(await rules()).to.deep.equal([])
  })

  it('refuse to leave nobody who decides, in words, and write nothing', async () => {
    const asked = { permission: 'access:manage', effect: 'deny', reason: 'I had enough' }
    for (const place of ['users/admin', 'groups/admin']) {
      const page = await decide(place, asked)
      expect(page.status, place).to.equal(409)
      expect(textOf(page)).to.contain('nobody at work could decide who may do what')
      expect(page.body).to.contain('I had enough')
    }
    expect(await rules()).to.deep.equal([])
  })

  it('make a user an addressee, and no longer, as the EMR’s own checkbox', async () => {
    const set = (on: string) => admin.post(`${HOME}/users/dr.lee/addressee`, { on }, { from: `${HOME}/users/dr.lee` })
    const portalUser = async () =>
      (await practice.db.first<{ portal_user: number }>(`SELECT portal_user FROM users WHERE username = 'dr.lee'`))
        ?.portal_user
    const done = await set('1')
    expect(done.status).to.equal(303)
    expect(textOf(await admin.follow(done))).to.contain('Patients may write to Susan Lee')
    expect(await portalUser()).to.equal(1)
    for (const on of ['', '2', 'yes']) expect((await set(on)).status).to.equal(422)
    expect(await portalUser()).to.equal(1)
    await set('0')
    expect(await portalUser()).to.equal(0)
  })

  it('find users by any part of a name, and nobody by a wildcard', async () => {
    const found = async (q: string) =>
      ((await admin.get(`${HOME}/users?q=${encodeURIComponent(q)}`)).body.match(/data-test="user"/g) ?? []).length
    expect(await found('usan le')).to.equal(1)
    expect(await found('dr.')).to.equal(3)
    expect(await found('')).to.equal(6)
    expect(await found('%')).to.equal(0)
    expect(await found('portal-user')).to.equal(0)
  })

  describe('asked why', () => {
    const why = (query: Record<string, string>) => admin.get(`${HOME}/why?${new URLSearchParams(query).toString()}`)

    it('answer with the live verdict, the rules, and the fix', async () => {
      const page = await why({ who: 'user:nurse', permission: 'appointments:process' })
      expect(verdicts(page)).to.deep.equal(['May not'])
      const text = textOf(page)
      expect(text).to.contain('No rule allows it. decides')
      expect(text).to.contain('The portal’s own rules allow it to everybody who may work in the portal.')
      expect(text).to.contain('Let the group Clinicians work in the patient portal')
      const fix = /href="([^"]*groups\/clin\?permission=portal%3Ause)"/.exec(page.body)?.[1] ?? ''
      expect((await admin.get(fix)).status).to.equal(200)
    })

    it('name the group by which the EMR gives the right, and the superuser', async () => {
      expect(textOf(await why({ who: 'user:dr.lee', permission: 'dashboard:view' }))).to.contain(
        'The EMR gives the right “Patient Portal” to the group Physicians. decides',
      )
      const own = await why({ who: 'user:admin', permission: 'access:manage' })
      expect(verdicts(own)).to.deep.equal(['May'])
      expect(textOf(own)).to.contain('every right to the group Administrators')
    })

    it('name a denial with who made it and why, and lead to it', async () => {
      await decide('users/dr.lee', { permission: 'patients:view', effect: 'deny', reason: 'Left the building' })
      const page = await why({ who: 'user:dr.lee', permission: 'patients:view' })
      expect(verdicts(page)).to.deep.equal(['May not'])
      expect(textOf(page)).to.contain(
        'This practice denies it to the user dr.lee (Administrator, 23 Nov 2026). decides',
      )
      expect(textOf(page)).to.contain('Left the building')
      expect(page.body).to.contain('users/dr.lee?permission=patients%3Aview')
      await decide('users/dr.lee', { permission: 'patients:view', effect: 'default', reason: '' })
    })

    it('take the address of a page for what is asked, each way in which it can be asked for', async () => {
      const page = await why({ who: 'user:front', address: `${admin.origin}/staff/portal/appointments/12/decline?x=1` })
      expect(verdicts(page)).to.deep.equal(['May not', 'May not'])
      expect(textOf(page)).to.contain('POST /staff/portal/appointments/:id/decline')
      const patients = await why({
        who: 'user:admin',
        address: `/portal/records/${practice.records.maria}/appointments`,
      })
      expect(textOf(patients)).to.contain('This is for patients and families')
      const nowhere = await why({ who: 'user:admin', address: '/staff/portal/nowhere/at/all' })
      expect(nowhere.status).to.equal(422)
      expect(textOf(nowhere)).to.contain('No page of the portal has this address.')
    })

    it('answer for who opens a patient’s record, by how far that goes', async () => {
      const many = await why({ person: 'santos', permission: 'appointments:request' })
      const choices = [...many.body.matchAll(/data-test="choice"><a href="([^"]+)"/g)].map(([, href = '']) => href)
      expect(choices).to.have.length(4)
      const asked = { who: `record:${practice.records.leo}`, permission: 'appointments:request' }
      expect(verdicts(await why(asked))).to.deep.equal(['May'])
      await decide('extents/full', { permission: 'appointments:request', effect: 'deny', reason: '' })
      const denied = await why(asked)
      expect(verdicts(denied)).to.deep.equal(['May not'])
      expect(textOf(denied)).to.contain('Leo Santos, opened by maria.santos (Full access)')
      expect(denied.body).to.contain('extents/full?permission=appointments%3Arequest')
      const maria = await practice.patientVisitor('maria')
      expect((await maria.get(`/portal/records/${practice.records.leo}/appointments/new`)).status).to.equal(404)
      await decide('extents/full', { permission: 'appointments:request', effect: 'default', reason: '' })
      expect((await maria.get(`/portal/records/${practice.records.leo}/appointments/new`)).status).to.equal(200)
    })

    it('say that an access is closed, and that a user is not at work', async () => {
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE patient_data SET allow_patient_portal = 'NO' WHERE pid = :pid`, {
          pid: practice.patients.ana,
        }),
      )
      const closed = await why({ who: `record:${practice.records.ana}`, permission: 'appointments:view' })
      expect(verdicts(closed)).to.deep.equal(['May not'])
      expect(textOf(closed)).to.contain('This access is closed')
      await practice.db.transaction((tx) => tx.change(`UPDATE users SET active = 0 WHERE username = 'dr.marsh'`))
      const away = await why({ who: 'user:dr.marsh', permission: 'dashboard:view' })
      expect(verdicts(away)).to.deep.equal(['May not'])
      expect(textOf(away)).to.contain('not active in the EMR')
    })

    it('ask back who is meant, and what', async () => {
      const empty = await why({})
      expect(empty.status).to.equal(422)
      expect(empty.body).to.match(/id="field-person"[^>]*aria-invalid="true"/)
      expect(empty.body).to.match(/id="field-permission"[^>]*aria-invalid="true"/)
      expect(textOf(await why({ person: 'zzz', permission: 'portal:use' }))).to.contain('Nobody found')
      expect(textOf(await why({ who: 'user:zzz', permission: 'portal:use' }))).to.contain('Nobody found')
      const one = await why({ person: 'Kofi', permission: 'portal:use' })
      expect(verdicts(one)).to.deep.equal(['May'])
    })
  })

  it('speak Spanish', async () => {
    const page = await admin.get(HOME, { 'Accept-Language': 'es' })
    expect(page.body).to.contain('lang="es"')
    expect(textOf(page)).to.contain('Trabajar en el portal de pacientes')
  })

  async function decide(place: string, fields: Record<string, string>): Promise<Page> {
    return admin.post(`${HOME}/${place}`, fields, { from: `${HOME}/users/front` })
  }

  async function rules(): Promise<object[]> {
    return practice.db.select(`SELECT subject, permission, effect FROM foyer_acl_rules`)
  }
})

function verdicts({ body }: Page): string[] {
  return [...body.matchAll(/data-test="answer"[^]*?<span>(May(?: not)?)<\/span>/g)].map(([, verdict = '']) => verdict)
}

function textOf({ body }: Page): string {
  return body
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ')
    .replace(/ \./g, '.')
}
