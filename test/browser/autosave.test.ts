/** What a patient types is kept whatever happens to the page, the line, or the session. */
import { expect } from 'chai'
import { openWindow, type Tab, type Window } from '../support/browser.js'
import { ask, INTAKE, keepForm } from '../support/forms.js'
import { beginAs, pathOf, sendTemplate } from '../support/filling.js'
import { MORNING, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { formPage } from './pages/documents.js'
import { fillPage, startPage } from './pages/forms.js'
import { arrive } from './pages/arrive.js'

describe('What a patient types', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let made = 0

  before(async () => {
    practice = await openPractice({ site: '8.2' })
  })
  after(() => practice.leave())
  beforeEach(() => practice.clock.set(MORNING))

  async function begunDocument(): Promise<number> {
    const { patients, records } = practice
    const template = await sendTemplate(practice, { pid: patients.maria })
    return beginAs(await practice.patientVisitor('maria'), records.maria, template)
  }

  async function begunForm(tab: Tab): Promise<number> {
    const key = await keepForm(practice, { ...INTAKE, id: `autosave-${String((made += 1))}` })
    const id = await ask(practice, key, { pid: practice.patients.maria })
    await tab.open(`/portal/records/${practice.records.maria}/forms/${String(id)}`)
    await (await startPage(tab)).go(tab.say('forms.begin'))
    return id
  }

  const drafts = {
    document: async (id: number) => {
      const row = await practice.db.first<{ data: string }>(
        `SELECT template_data AS data FROM onsite_documents WHERE id = :id`,
        { id },
      )
      return row?.data ?? ''
    },
    form: async (id: number) => {
      const row = await practice.db.first<{ data: string }>(
        `SELECT answers AS data FROM foyer_form_fillings WHERE assignment_id = :id`,
        { id },
      )
      return row?.data ?? ''
    },
  }

  /** Until the draft says so. */
  async function kept(kind: keyof typeof drafts, id: number, text: string): Promise<void> {
    for (let looks = 0; looks < 5000; looks += 1) if ((await drafts[kind](id)).includes(text)) return
    throw new Error(`Never saved: ${text}`)
  }

  it('is in the draft of a document whose page was left at once', async () => {
    const id = await begunDocument()
    const { page, open } = await openWindow(practice, { as: { patient: 'maria' } })
    await open(pathOf(practice.records.maria, id))
    await page.locator('[name=text_input0]').fill('Typed and gone')
    await page.close({ runBeforeUnload: true })
    await kept('document', id, 'Typed and gone')
  })

  it('is in the draft of a form whose page was left at once', async () => {
    const tab = await openWindow(practice, { as: { patient: 'maria' } })
    const id = await begunForm(tab)
    await (await fillPage(tab)).type('What do you like to be called?', 'Gone Maria')
    await tab.page.close({ runBeforeUnload: true })
    await kept('form', id, 'Gone Maria')
  })

  it('is saved every few seconds while they type without a pause', async () => {
    const id = await begunDocument()
    const tab = await openWindow(practice, { as: { patient: 'maria' } })
    await tab.page.clock.install()
    await tab.open(pathOf(practice.records.maria, id))
    const field = (await formPage(tab)).field('text_input0')
    const asked: string[] = []
    tab.page.on('request', (request) => asked.push(...(request.url().endsWith('by=itself') ? ['saved'] : [])))
    for (let text = 'On'; asked.length === 0 && text.length < 30; text += '.') {
      await field.fill(text)
      await tab.page.clock.runFor(1100)
    }
    expect(asked, 'in half a minute without a pause').not.to.deep.equal([])
    await kept('document', id, 'On')
  })

  it('is tried again by itself where the server was away, and told so until it is saved', async () => {
    const id = await begunDocument()
    const tab = await openWindow(practice, { as: { patient: 'maria' }, width: 'phone', theme: 'dark' })
    const { page, say } = tab
    await page.clock.install()
    let tries = 0
    await page.route('**/*by=itself', (route) => {
      tries += 1
      if (tries === 1) return route.abort()
      return tries === 2 ? route.fulfill({ status: 429, body: 'busy' }) : route.continue()
    })
    await tab.open(pathOf(practice.records.maria, id))
    const form = await formPage(tab)
    await form.field('text_input0').fill('Away')
    await page.clock.runFor(2100)
    const trouble = page.getByTestId('save-trouble')
    await trouble.getByText(say('typed.unsaved')).waitFor()
    expect(await wouldAsk(tab)).to.equal(true)
    await formPage(tab, 'document form: not saved')
    for (let seconds = 0; tries < 3 && seconds < 60; seconds += 1) await page.clock.runFor(1000)
    await form.savedByItself()
    await kept('document', id, 'Away')
    await trouble.locator('.notice').waitFor({ state: 'detached' })
    expect(await trouble.innerText()).to.contain(await form.draft.innerText())
    expect(await wouldAsk(tab)).to.equal(false)
    tab.troubles.length = 0
  })

  for (const status of [400, 413]) {
    it(`is not taken for saved where what stands before the server answers ${String(status)}`, async () => {
      const id = await begunDocument()
      const tab = await openWindow(practice, { as: { patient: 'maria' } })
      const { page } = tab
      let refuses = true
      await page.route('**/*by=itself', (route) => (refuses ? route.fulfill({ status, body: 'No' }) : route.continue()))
      await tab.open(pathOf(practice.records.maria, id))
      const form = await formPage(tab)
      const answered = page.waitForResponse((response) => response.status() === status)
      await form.field('text_input0').fill('Refused on the way')
      await answered
      await page.getByTestId('save-trouble').filter({ hasText: /\S/ }).waitFor()
      expect(await wouldAsk(tab)).to.equal(true)
      refuses = false
      const saved = page.waitForResponse((response) => response.url().endsWith('by=itself') && response.ok())
      await form.field('text_input0').fill('Refused on the way, then kept')
      await saved
      await kept('document', id, 'then kept')
      for (let looks = 0; looks < 500 && (await wouldAsk(tab)); looks += 1);
      expect(await wouldAsk(tab)).to.equal(false)
      tab.troubles.length = 0
    })
  }

  /** Whether the browser would ask before this page is left. */
  function wouldAsk({ page }: Tab): Promise<boolean> {
    return page.evaluate<boolean>(`!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))`)
  }

  for (const width of ['phone', 'desktop'] as const) {
    it(`stays on the page of who was signed out, and is saved once they are signed in again, on a ${width}`, async () => {
      const id = await begunDocument()
      const window = await openWindow(practice, { as: { patient: 'maria' }, width, theme: themes[width] })
      await window.open(pathOf(practice.records.maria, id))
      const form = await formPage(window)
      practice.clock.set('2026-11-23T20:00:00')
      await form.field('text_input0').fill('Typed too late')
      const told = window.page.getByTestId('typed-signed-out')
      await told.waitFor()
      expect(await told.innerText()).to.contain(window.say('typed.signedOut'))
      await formPage(window, 'document form: signed out')
      await signInAgain(window, told.getByRole('link'), 'maria.santos')
      await window.page.bringToFront()
      await window.page.evaluate(`window.dispatchEvent(new Event('focus'))`)
      await kept('document', id, 'Typed too late')
      await told.waitFor({ state: 'detached' })
      await form.save()
      await formPage(window, 'document form: saved')
    })
  }

  const themes = { phone: 'dark', desktop: 'light' } as const

  it('is not saved where somebody else has signed in', async () => {
    const id = await begunDocument()
    const window = await openWindow(practice, { as: { patient: 'maria' } })
    await window.open(pathOf(practice.records.maria, id))
    const form = await formPage(window)
    practice.clock.set('2026-11-23T20:00:00')
    await form.field('text_input0').fill('Of Maria alone')
    const told = window.page.getByTestId('typed-signed-out')
    await told.waitFor()
    await signInAgain(window, told.getByRole('link'), 'john.carter')
    await window.page.evaluate(`window.dispatchEvent(new Event('focus'))`)
    await window.page.getByTestId('typed-other').waitFor()
    expect(await form.field('text_input0').inputValue()).to.equal('Of Maria alone')
    expect(await drafts.document(id)).not.to.contain('Of Maria alone')
  })

  it('comes back without JavaScript, too, and is saved when they press the button again', async () => {
    const id = await begunDocument()
    const window = await openWindow(practice, {
      ...{ as: { patient: 'maria' }, scripts: false, width: 'phone', language: 'es' },
    })
    await window.open(pathOf(practice.records.maria, id))
    const form = await formPage(window)
    await form.field('text_input0').fill('Sin guion')
    practice.clock.set('2026-11-23T20:00:00')
    await form.save()
    await arrive(window, { name: 'signed out: kept', path: /\/filled\/\d+$/, status: 401 })
    await signInAgain(window, window.page.getByRole('link', { name: window.say('typed.signIn') }), 'maria.santos')
    await window.page.getByRole('button', { name: window.say('typed.kept.goOn') }).click()
    const again = await formPage(window, 'document form: typed before', 422)
    expect(await again.field('text_input0').inputValue()).to.equal('Sin guion')
    expect(await drafts.document(id)).not.to.contain('Sin guion')
    await again.save()
    await formPage(window, 'document form: saved')
    expect(await drafts.document(id)).to.contain('Sin guion')
  })

  async function signInAgain(
    window: Window,
    link: ReturnType<Tab['page']['locator']>,
    username: string,
  ): Promise<void> {
    const opened = window.context.waitForEvent('page')
    await link.click()
    const page = await opened
    await page.waitForURL(/sign-in$/)
    await page.locator('[name=username]').fill(username)
    await page.locator('[name=password]').fill(passwordOf(username))
    await page.locator('main [type=submit], form [type=submit]').first().click()
    await page.waitForURL(/\/portal\/records/)
    await page.close()
  }
})
