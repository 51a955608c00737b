/** Who decides about access, in the browser: with JavaScript in a dialog, without it on pages of their own. */
import { expect } from 'chai'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { arrive } from './pages/arrive.js'
import { errorsOn } from './pages/patient.js'

const HOME = '/staff/portal/access'
const home = (tab: Tab) => arrive(tab, { name: 'access', path: /^\/staff\/portal\/access$/ })
const decision = (tab: Tab, kind = 'access decision', status = 200) =>
  arrive(tab, { name: kind, path: /^\/staff\/portal\/access\/(groups|users|extents)\/[\w.]+$/, status })

describe('Deciding who may do what', function () {
  this.timeout(480_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    const admin = await practice.staffVisitor('admin')
    const decide = (place: string, fields: Record<string, string>) =>
      admin.post(`${HOME}/${place}`, fields, { from: `${HOME}/users/front` })
    await decide('users/front', { permission: 'appointments:process', effect: 'allow', reason: 'Covers the desk' })
    await decide('extents/full', { permission: 'appointments:request', effect: 'deny', reason: 'By telephone only' })
    await decide('groups/back', { permission: 'portal:use', effect: 'deny', reason: '' })
  })
  after(() => practice.leave())

  for (const theme of ['light', 'dark'] as const) {
    for (const width of ['phone', 'desktop'] as const) {
      it(`is sound in the ${theme} on a ${width}`, async () => {
        const tab = await openWindow(practice, { as: { staff: 'admin' }, theme, width })
        await tab.open(HOME)
        await home(tab)
        await tab.open(`${HOME}/groups/back?permission=portal:use`)
        await decision(tab)
        await tab.open(`${HOME}/users?q=`)
        await arrive(tab, { name: 'access users', path: /\/access\/users$/ })
        await tab.open(`${HOME}/users/front`)
        await arrive(tab, { name: 'access user', path: /\/access\/users\/front$/ })
        await tab.open(`${HOME}/why?who=user:front&permission=appointments:process`)
        await arrive(tab, { name: 'access why', path: /\/access\/why$/ })
        await tab.open(`${HOME}/why?person=santos&permission=appointments:request`)
        await arrive(tab, { name: 'access why: whom', path: /\/access\/why$/ })
        await tab.open(`${HOME}/why`)
        await arrive(tab, { name: 'access why: refused', path: /\/access\/why$/, status: 422 })
      })
    }
  }

  it('reads as well in Spanish, and on a phone each permission is a block of its own', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' }, language: 'es', width: 'phone' })
    await tab.open(HOME)
    await home(tab)
    const first = tab.page.locator('.access-table tbody tr').first()
    const display = `getComputedStyle(document.querySelector('.access-table tbody tr')).display`
    expect(await tab.page.evaluate<string>(display)).to.equal('block')
    expect(await first.innerText()).to.contain('Trabajar en el portal de pacientes')
  })

  it('is done in a dialog: open, decide, and the table says so', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    await tab.open(HOME)
    const cell = fieldOf(tab, 'portal:use', 'front')
    expect(await cell.innerText()).to.contain(tab.say('access.state.none'))
    await cell.focus()
    await tab.page.keyboard.press('Enter')
    const dialog = tab.page.locator('#dialog[open]')
    await dialog.waitFor()
    await dialog
      .getByRole('radio', { name: tab.say('access.effect.allow'), exact: false })
      .first()
      .check()
    await dialog.getByLabel(tab.say('access.change.reason')).fill('The desk works in it now')
    await dialog.getByRole('button', { name: tab.say('access.change.save') }).click()
    await home(tab)
    expect(await tab.page.locator('#flash').innerText()).to.contain(tab.say('access.change.saved'))
    expect(await fieldOf(tab, 'portal:use', 'front').innerText()).to.contain(tab.say('access.state.allowed'))
    const front = await openWindow(practice, { as: { staff: 'front' } })
    expect(await front.open('/staff/portal')).to.equal(200)
  })

  it('leaves everything as it is when the dialog is closed', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    await tab.open(HOME)
    const cell = fieldOf(tab, 'patients:search', 'clin')
    await cell.click()
    await tab.page.locator('#dialog[open]').waitFor()
    await tab.page.locator('#dialog [data-dialog-close]').click()
    await tab.page.locator('#dialog:not([open])').waitFor({ state: 'attached' })
    expect(new URL(tab.page.url()).pathname).to.equal(HOME)
    expect(await tab.page.evaluate<string>('document.activeElement.href')).to.contain('patients%3Asearch')
  })

  it('works without JavaScript, with the message at the field that lacks something', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' }, scripts: false })
    const { page, say } = tab
    await tab.open(`${HOME}/users/dr.lee?permission=patients:search`)
    await page.getByLabel(say('access.effect.deny'), { exact: false }).check()
    const save = () => page.getByRole('button', { name: say('access.change.save') }).click()
    await save()
    await decision(tab, 'access decision: refused', 422)
    expect(await errorsOn(tab).lines()).to.deep.equal([say('access.change.missingReason')])
    expect(await page.getByLabel(say('access.effect.deny'), { exact: false }).isChecked()).to.equal(true)
    await page.getByLabel(say('access.change.reason')).fill('On leave')
    await save()
    await arrive(tab, { name: 'access user', path: /\/access\/users\/dr\.lee$/ })
    expect(await page.locator('main').innerText()).to.contain('On leave')
  })

  /** The field of one permission and one group. */
  function fieldOf({ page }: Tab, permission: string, group: string) {
    return page.locator(`.access-cell[href*="groups/${group}?permission=${encodeURIComponent(permission)}"]`)
  }
})
