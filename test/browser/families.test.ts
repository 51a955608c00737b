/** Whose record is open, in the browser: the switcher, several tabs (R17), and staff's page of a grant. */
import { expect } from 'chai'
import { issueCodes } from '../../module/access/codeIssuing.js'
import { findCode } from '../../module/access/codes.js'
import { violationsIn } from '../support/axe.js'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { arrive } from './pages/arrive.js'
import { appointmentPage, checkPage, choosePage, chooserPage, homePage } from './pages/patient.js'

const nurse = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const
const BORN = '2019-05-03'

describe('A family, in the browser', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let kim: Child
  let sam: Child

  interface Child {
    pid: number
    record: string
  }

  before(async () => {
    practice = await openPractice()
    kim = await openedByCode('Kim')
    sam = await openedByCode('Sam')
  })
  after(() => practice.leave())

  /** A child whose record Maria opens by an access code, typed as she would. */
  async function openedByCode(fname: string): Promise<Child> {
    const { db, portal } = practice
    const pid = await practice.patient({ fname, lname: 'Novak', dob: BORN, providerId: practice.staff.lee })
    const issued = await issueCodes(portal, nurse, {
      ...{
        kind: 'code',
        pids: [pid],
        recipient: 'Maria Santos',
        relationship: 'guardian',
        extent: 'full',
        language: 'en',
      },
    })
    const code = issued.ok && (await findCode(db, portal, { pid, id: issued.codes[0]?.id ?? 0 }))
    if (!code) throw new Error('no code')
    const maria = await practice.patientVisitor('maria')
    await maria.get('/portal/codes')
    const typed = { pin: code.symbols ?? '', birthDate: BORN }
    const done = await maria.post('/portal/codes', typed)
    expect(done.status).to.equal(303)
    const row = await db.first<{ record: string }>(`SELECT record FROM foyer_grants WHERE pid = :pid`, { pid })
    return { pid, record: row?.record ?? '' }
  }

  const switchTo = async (tab: Tab, name: string): Promise<void> => {
    await tab.page.locator('.record-switch').click()
    await tab.page.locator('.record-choices').getByRole('link', { name }).click()
  }

  for (const [width, scripts] of [
    ['phone', true],
    ['desktop', false],
  ] as const) {
    it(`switches from child to child on a ${width}, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const tab = await openWindow(practice, { as: { patient: 'maria' }, width, scripts })
      await tab.open('/portal')
      const chooser = await chooserPage(tab)
      expect(await chooser.names()).to.include.members(['Kim Novak', 'Sam Novak', 'Leo Santos'])
      await chooser.open('Kim Novak')
      const home = await homePage(tab, 'home: opened by code')
      expect(await home.record()).to.contain('Acting for Kim Novak, you are their guardian')
      await tab.page.locator('.record-switch').click()
      // What lies below the open menu is covered while it is open.
      if (scripts) expect(await violationsIn(tab.page, {}, '.topbar')).to.deep.equal([])
      const menu = tab.page.locator('.record-choices')
      expect(await menu.locator('[aria-current]').allInnerTexts()).to.have.length(1)
      const box = await menu.boundingBox()
      expect(box?.x, 'inside the window').to.be.at.least(0)
      await menu.getByRole('link', { name: 'Sam Novak' }).click()
      expect(await (await homePage(tab, 'home: opened by code')).record()).to.contain('Acting for Sam Novak')
      expect(new URL(tab.page.url()).pathname).to.equal(`/portal/records/${sam.record}`)
      await switchTo(tab, 'Maria Santos')
      expect(await (await homePage(tab)).record())
        .to.contain('Maria Santos')
        .and.not.to.contain('Acting')
    })
  }

  it('never mixes two children in two tabs, going back, forward and loading again among them', async () => {
    const first = await openWindow(practice, { as: { patient: 'maria' } })
    const second = await first.tab()
    const whose = async (tab: Tab) => {
      const record = /\/portal\/records\/([\w-]+)/.exec(new URL(tab.page.url()).pathname)?.[1]
      const name = record === kim.record ? 'Kim Novak' : record === sam.record ? 'Sam Novak' : 'nobody'
      expect(await tab.page.locator('.record-label').innerText()).to.contain(`Acting for ${name}`)
      return name
    }
    await first.open(`/portal/records/${kim.record}/appointments/new`)
    await second.open(`/portal/records/${sam.record}/appointments/new`)
    const forKim = await choosePage(first)
    const forSam = await choosePage(second)
    await forKim.choose('2026-11-24T10:00')
    await forSam.choose('2026-11-24T11:00')
    await forKim.go()
    await forSam.go()
    await checkPage(first)
    await checkPage(second)
    expect([await whose(first), await whose(second)]).to.deep.equal(['Kim Novak', 'Sam Novak'])
    await first.page.goBack()
    expect(await whose(first)).to.equal('Kim Novak')
    await second.page.reload()
    expect(await whose(second)).to.equal('Sam Novak')
    await first.page.goForward()
    expect(await whose(first)).to.equal('Kim Novak')
    // The other tab's child is opened here, and left again.
    await switchTo(first, 'Sam Novak')
    await homePage(first, 'home: opened by code')
    expect(await whose(first)).to.equal('Sam Novak')
    await first.page.goBack()
    expect(await whose(first)).to.equal('Kim Novak')
    await (await checkPage(second)).send()
    await (await checkPage(first)).send()
    const ofKim = (await appointmentPage(first, 'requested')).eid
    const ofSam = (await appointmentPage(second, 'requested')).eid
    expect([await pidOf(ofKim), await pidOf(ofSam)]).to.deep.equal([String(kim.pid), String(sam.pid)])
  })

  for (const [theme, width] of [
    ['light', 'phone'],
    ['dark', 'desktop'],
  ] as const) {
    it(`and who opens what are sound pages in the ${theme} on a ${width}`, async () => {
      const patient = await openWindow(practice, { as: { patient: 'maria' }, theme, width })
      await patient.open('/portal/account')
      await arrive(patient, { name: 'account: family', path: /^\/portal\/account$/ })
      const staff = await openWindow(practice, { as: { staff: 'admin' }, theme, width })
      await staff.open('/staff/portal/ages?month=2032-05')
      await arrive(staff, { name: 'growing up', path: /^\/staff\/portal\/ages$/ })
      expect(await staff.page.getByTestId('growing').count()).to.equal(2)
      await staff.page.getByRole('link', { name: 'Novak, Kim' }).click()
      await arrive(staff, { name: 'grant', path: /\/grants\/\d+$/ })
      await staff.page.getByRole('button', { name: staff.say('families.revoke.send') }).click()
      await arrive(staff, { name: 'grant: no reason', path: /\/revocation$/, status: 422 })
    })
  }

  async function pidOf(eid: number): Promise<string | undefined> {
    const row = await practice.db.first<{ pid: string }>(
      `SELECT pc_pid AS pid FROM openemr_postcalendar_events WHERE pc_eid = :eid`,
      { eid },
    )
    return row?.pid
  }
})
