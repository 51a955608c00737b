/** The staff's hall and a patient's panel: cards that come by themselves, and what holds when one does not. */
import { expect } from 'chai'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { arrive } from './pages/arrive.js'
import { hallPage, panelPage } from './pages/staff.js'
import { requestVisit } from './visits.js'

describe('The Portal Dashboard', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('openRequestLimit', '20')
  })
  after(() => practice.leave())

  const card = ({ page }: Tab, key: string) => page.locator(`[data-card="${key}"]`)

  /** In steps shorter than htmx waits for an answer: each is there before the clock goes on. */
  async function pass({ page }: Tab, seconds: number): Promise<void> {
    for (let at = 0; at < seconds; at += 10) {
      await page.clock.runFor(10_000)
      await page.locator('.htmx-request').first().waitFor({ state: 'detached' })
    }
  }

  async function change(sql: string): Promise<void> {
    await practice.db.sequelize.query(sql)
  }

  it('fills with cards by itself, and they renew themselves', async () => {
    const eid = await requestVisit(practice, { by: 'john', date: '2026-11-24', time: '10:00' })
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    await tab.page.clock.install()
    await tab.open('/staff/portal')
    const hall = await hallPage(tab)
    await hall.row(eid).waitFor()
    const online = card(tab, 'online')
    expect(await online.innerText())
      .to.include('Administrator')
      .and.not.include('Yusuf')
    await practice.patientVisitor('amina')
    await pass(tab, 60)
    await online.getByText('Yusuf, Amina').waitFor()
    expect(await card(tab, 'activity').innerText()).to.include('asked for an appointment')
  })

  it('has every card behind a link where there is no JavaScript', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' }, scripts: false })
    for (const from of ['/staff/portal', `/staff/portal/patients/${String(practice.patients.maria)}`]) {
      await tab.open(from)
      const links = await tab.page
        .locator('[data-card]')
        .evaluateAll((all) => all.map((each) => (each as unknown as LinkHolder).dataset['card'] ?? ''))
      expect(links.length, from).to.be.at.least(4)
      for (const key of links) {
        await tab.open(from)
        const link = tab.page.locator(`[data-card="${key}"] a`).first()
        const there = (await link.count()) > 0 ? link : tab.page.locator('.hall-list a').first()
        await there.click()
        expect(tab.status(), key).to.equal(200)
        const { pathname } = new URL(tab.page.url())
        // A queue's own page is looked at where queues are.
        if (/\/(cards|patients)\//.test(pathname)) await arrive(tab, { name: `card ${pathname}`, path: /^\/staff/ })
        expect(await tab.page.locator('main').innerText(), key).not.to.equal('')
      }
    }
  })

  it('says so in the place of a card that does not come, shows the others, and gets it when asked again', async () => {
    await change('RENAME TABLE patient_access_onsite TO away')
    try {
      const tab = await openWindow(practice, { as: { staff: 'admin' } })
      await tab.open(`/staff/portal/patients/${String(practice.patients.maria)}`)
      const failed = card(tab, 'access')
      await failed.getByText(tab.say('card.failed')).waitFor()
      expect(await failed.getByRole('heading').innerText()).to.equal(tab.say('dashboard.accessTitle'))
      await card(tab, 'grants').getByText('maria.santos').first().waitFor()
      // Whatever else reads that table; not all of them.
      const failures = await tab.page.locator('.card-failed').count()
      expect(failures).to.be.within(1, (await tab.page.locator('.card').count()) - 1)
      await tab.page.locator('#announcer').getByText(tab.say('card.failed')).waitFor()

      // Once it has been refused again: asked for later, it would find the table back.
      const refused = tab.page.waitForResponse((answer) => answer.status() === 500)
      await failed.getByRole('button', { name: tab.say('card.again') }).click()
      await refused
      await failed.getByText(tab.say('card.failed')).waitFor()
      await change('RENAME TABLE away TO patient_access_onsite')
      await failed.getByRole('button', { name: tab.say('card.again') }).click()
      await failed.getByText('maria.santos').waitFor()
      expect(await tab.page.evaluate('document.activeElement.id')).to.equal('card-access')
      await panelPage(tab)
      // The refusals were meant.
      expect(tab.troubles.filter((trouble) => /^500: /.test(trouble))).to.have.length.at.least(1)
      tab.troubles.length = 0
    } finally {
      await change('RENAME TABLE IF EXISTS away TO patient_access_onsite')
    }
  })

  it('keeps what is there when news do not come', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    await tab.page.clock.install()
    await tab.open('/staff/portal/appointments')
    const rows = tab.page.locator('[data-test=waiting]')
    await rows.first().waitFor()
    await change('RENAME TABLE openemr_postcalendar_categories TO away')
    try {
      await pass(tab, 30)
      await tab.page.locator('#flash').getByText(tab.say('card.failed')).waitFor()
      expect(await rows.count()).to.be.at.least(1)
    } finally {
      await change('RENAME TABLE away TO openemr_postcalendar_categories')
    }
    tab.troubles.length = 0
  })

  it('finds patients as somebody types, and leaves the focus in the field', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    await tab.open('/staff/portal')
    await hallPage(tab)
    const people = tab.page.getByTestId('patient')
    await tab.page.keyboard.press('/')
    await tab.page.keyboard.type('santo')
    await people.nth(2).waitFor()
    await tab.page.keyboard.type('s, leo')
    await people.nth(1).waitFor({ state: 'detached' })
    expect(await people.innerText()).to.include('Santos, Leo')
    expect(await tab.page.evaluate('document.activeElement.name')).to.equal('q')
    await tab.page.keyboard.type(' nobody')
    await tab.page.locator('#found').getByText(tab.say('dashboard.none')).first().waitFor()
  })

  it('is framed by the EMR as anywhere else', async () => {
    const admin = await practice.staffVisitor('admin')
    const { body } = await admin.get('/staff/portal', { 'Sec-Fetch-Dest': 'iframe' })
    expect(body).to.include('class="staff embedded"').and.include('data-card="online"')
  })
})

interface LinkHolder {
  dataset: Record<string, string | undefined>
}
