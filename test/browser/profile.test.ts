/** From a change in the profile to the chart: who proposes it on a phone or a desk, and staff who decide. */
import { expect } from 'chai'
import { profileFields } from '../../module/host/profile/fields.js'
import { openWindow, type Window } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { chartRow, hostRows } from '../support/profiles.js'
import { changePage, changesPage, decisionPage, editPage, profilePage } from './pages/profile.js'

describe('A change of the profile, in the browser', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  for (const scripts of [true, false]) {
    it(`goes from the form to the chart field by field, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const who = scripts ? 'amina' : 'luis'
      const pid = practice.patients[who]
      const patient = await openWindow(practice, {
        ...{ as: { patient: who }, scripts, language: scripts ? 'en' : 'es', width: scripts ? 'phone' : 'desktop' },
      })
      await patient.open(`/portal/records/${practice.records[who]}/profile`)
      await (await profilePage(patient)).edit('contact')
      const contact = await editPage(patient, 'profile: contact')
      await contact.fill('phone_home', '212 555 0177')
      await contact.fill('phone_cell', '12')
      await contact.send()
      const again = await editPage(patient, 'profile: contact: refused', 422)
      expect(await again.error('phone_cell').innerText()).to.contain(patient.say('profile.fault.phone'))
      expect(await again.value('phone_home')).to.equal('212 555 0177')
      await again.fill('phone_cell', '212 555 0188')
      await again.fill('phone_biz', '212 555 0199')
      await again.send()
      const sent = await changePage(patient, 'profile change: waiting')
      expect(await sent.text()).to.match(/\w{4}-\w{4}/)
      await sent.takeBack('phone_biz')
      const less = await changePage(patient, 'profile change: waiting')
      expect(await less.line('phone_biz').count()).to.equal(0)
      await less.toProfile()
      const waits = await profilePage(patient, 'profile: waiting')
      expect(await waits.field('phone_cell').innerText()).to.contain('212 555 0188')
      // Meanwhile somebody at the desk writes another number into the chart.
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE patient_data SET phone_cell = '212 555 0100' WHERE pid = :pid`, { pid }),
      )

      const staff = await openWindow(practice, { as: { staff: 'admin' }, scripts })
      await staff.open('/staff/portal/profile-changes')
      const name = scripts ? 'Yusuf' : 'Reyes'
      const queue = await changesPage(staff, 'profile changes')
      await queue.open(name)
      const item = await decisionPage(staff, 'profile decision')
      expect(await item.field('phone_cell').innerText()).to.contain(staff.say('profileChanges.standing.conflict'))
      await item.note('phone_home', 'Thank you')
      await item.acceptAll()
      const choose = await decisionPage(staff, 'profile decision: refused', 422)
      await choose.refuse('phone_cell')
      await choose.note('phone_cell', 'You told us another number on the phone')
      await choose.mend('phone_home', '(212) 555-0177')
      await choose.decide()
      await changesPage(staff, 'profile changes: empty')
      expect(await chartRow(practice.db, pid)).to.include({ phone_home: '(212) 555-0177', phone_cell: '212 555 0100' })
      expect((await hostRows(practice.db, pid))[0]).to.include({ status: 'closed', action_taken: 'accept' })

      await patient.page.reload()
      await (await profilePage(patient, 'profile: decided')).openEarlier()
      const answer = await changePage(patient, 'profile change: decided')
      expect(await answer.text()).to.contain('You told us another number on the phone')
      expect(await answer.line('phone_home').innerText()).to.contain(patient.say('profile.outcome.edited'))
    })
  }

  it('that is an attack is read as text by staff and by its sender, in every field', async () => {
    const attacks = [
      `<script>alert(1)</script>`,
      `"><svg onload=alert(1)>`,
      `</textarea><img src=x onerror=alert(1)>`,
      `<button hx-get="/portal" hx-trigger="load">x</button>`,
      `<%= 7 * 7 %> {{7*7}} <base href="//evil.example/">`,
    ]
    const { records, patients } = practice
    const john = await practice.patientVisitor('john')
    const texts = profileFields.filter(({ kind }) => kind === 'text')
    const payloadOf = (at: number) => attacks[at % attacks.length] ?? ''
    for (const section of ['who', 'address', 'emergency', 'preferences']) {
      const path = `/portal/records/${records.john}/profile/edit/${section}`
      const here = texts.filter((field) => field.section === section)
      const fields = Object.fromEntries(here.map(({ column, most }, at) => [column, payloadOf(at).slice(0, most)]))
      const sent = await john.post(path, { ...fields, note: attacks.join('\n') }, { from: path })
      expect(sent.status, section).to.equal(303)
    }
    const patient = await openWindow(practice, { as: { patient: 'john' } })
    await patient.open(`/portal/records/${records.john}/profile/edit/who`)
    await editPage(patient, 'profile: who')
    await clean(patient)
    await patient.open(`/portal/records/${records.john}/profile`)
    await (await profilePage(patient, 'profile: waiting')).seeWhatWaits()
    await changePage(patient, 'profile change: waiting')
    await clean(patient)

    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/profile-changes')
    await (await changesPage(staff, 'profile changes')).open('Carter')
    const item = await decisionPage(staff, 'profile decision')
    expect(await item.text())
      .to.contain(`<script>alert(1)</script>`)
      .and.to.contain(`"><svg onload=alert(1)>`)
    await clean(staff)
    await item.note('street', attacks.join(' '))
    await item.acceptAll()
    await changesPage(staff, 'profile changes: empty')
    expect(String((await chartRow(practice.db, patients.john))['street'])).to.equal(payloadOf(0))
    const [row] = await hostRows(practice.db, patients.john)
    await staff.open(`/staff/portal/profile-changes/${String(row?.id ?? 0)}`)
    await decisionPage(staff, 'profile decision: decided')
    await clean(staff)
    await patient.open(`/portal/records/${records.john}/profile`)
    await (await profilePage(patient, 'profile: decided')).openEarlier()
    await changePage(patient, 'profile change: decided')
    await clean(patient)
  })

  async function clean({ page }: Window): Promise<void> {
    const scripts = `document.querySelectorAll('script:not([src^="/assets/"])').length`
    const foreign = `document.querySelectorAll('iframe, base, meta[http-equiv], style, main [onload], main [onerror], main svg[onload], main [hx-trigger=load]').length`
    expect(await page.evaluate<number>(scripts)).to.equal(0)
    expect(await page.evaluate<number>(foreign)).to.equal(0)
  }
})
