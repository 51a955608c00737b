/** The patients' pages, as a person uses them. */
import { expect } from 'chai'
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'

const RECORD = String.raw`/portal/records/[\w-]+`
const inRecord = (rest: string): RegExp => new RegExp(`^${RECORD}${rest}$`)

export async function signInPage(tab: Tab, status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: status === 200 ? 'sign-in' : 'sign-in: refused', path: /^\/portal\/sign-in$/, status })
  return {
    async fill(username: string, password: string) {
      await page.getByLabel(say('signIn.username')).fill(username)
      await page.getByLabel(say('signIn.password')).fill(password)
    },
    submit: () => page.getByRole('button', { name: say('signIn.submit') }).click(),
    username: page.getByLabel(say('signIn.username')),
    password: page.getByLabel(say('signIn.password')),
    errors: errorsOn(tab),
  }
}

export async function chooserPage(tab: Tab) {
  await arrive(tab, { name: 'chooser', path: /^\/portal\/records$/ })
  return {
    names: () => tab.page.locator('.choice-card-name').allTextContents(),
    open: (name: string) => tab.page.getByRole('link', { name }).click(),
  }
}

export async function homePage(tab: Tab, kind = 'home') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: inRecord('/?') })
  return {
    record: () => page.locator('.record-label').innerText(),
    next: page.locator('section').filter({ has: page.locator('#next-appointment') }),
    needs: page.getByTestId('needs'),
    accept: () => page.getByRole('button', { name: say('appointments.proposed.accept') }).click(),
    openAppointments: () =>
      page
        .getByRole('link', { name: say('appointments.title'), exact: true })
        .filter({ visible: true })
        .first()
        .click(),
  }
}

export async function listPage(tab: Tab, kind = 'list') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: inRecord('/appointments') })
  return {
    request: () =>
      page
        .getByRole('link', { name: say('appointments.new') })
        .first()
        .click(),
    appointments: page.getByTestId('appointment'),
  }
}

/** Choosing a time, wherever free times are offered. */
export function choosing({ page, say }: Tab) {
  return {
    /** `2026-11-24T10:00` */
    choose: (at: string) =>
      page
        .locator('label.time')
        .filter({ has: page.locator(`input[value="${at}"]`) })
        .click(),
    show: async (provider: string) => {
      await page.getByLabel(say('appointments.choose.provider')).selectOption({ label: provider })
      await page.getByRole('button', { name: say('appointments.choose.show') }).click()
    },
    go: () => page.getByRole('button', { name: say('appointments.choose.continue') }).click(),
  }
}

export async function choosePage(tab: Tab, kind = 'choose') {
  const { page } = tab
  const path = kind.startsWith('move') ? String.raw`/appointments/\d+/rescheduling` : '/appointments/new'
  await arrive(tab, { name: kind, path: inRecord(path) })
  return {
    times: () =>
      page
        .locator('input[name=time]')
        .evaluateAll((all) => all.map((each) => (each as unknown as { value: string }).value)),
    preselected: () => page.locator('input[name=time]:checked').getAttribute('value'),
    ...choosing(tab),
  }
}

export async function checkPage(tab: Tab, status = 200) {
  const { page, say } = tab
  const path = status === 200 ? inRecord('/appointments/new/check') : inRecord('/appointments')
  await arrive(tab, { name: status === 200 ? 'check' : `check: ${status}`, path, status })
  return {
    facts: () => page.locator('dl.facts').innerText(),
    reason: page.getByLabel(say('appointments.reason')),
    send: () => page.getByRole('button', { name: say('appointments.check.send') }).click(),
    alternatives: page.locator('input[name=at]'),
    errors: errorsOn(tab),
  }
}

export async function moveCheckPage(tab: Tab, status = 200) {
  const { page, say } = tab
  const path = inRecord(String.raw`/appointments/\d+/rescheduling${status === 200 ? '/check' : ''}`)
  await arrive(tab, { name: status === 200 ? 'move check' : `move check: ${status}`, path, status })
  return {
    facts: () => page.locator('dl.facts').innerText(),
    send: () => page.getByRole('button', { name: say('appointments.moving.send') }).click(),
    alternatives: page.locator('input[name=at]'),
    errors: errorsOn(tab),
  }
}

/** `standing`: requested, confirmed, cancelled, declined … as the page must say it. */
export async function appointmentPage(tab: Tab, standing: string, { kind = standing, status = 200, path = '' } = {}) {
  const { page, say } = tab
  const at = inRecord(String.raw`/appointments/\d+(-\d{8})?${path}`)
  await arrive(tab, { name: `appointment: ${kind}`, path: at, status })
  expect(await page.locator('.page-head .tag').innerText()).to.equal(say(`appointments.standing.${standing}`))
  return {
    text: () => page.getByTestId('appointment').innerText(),
    news: page.locator('#flash'),
    receipt: () => page.locator('dd[translate=no]').innerText(),
    eid: Number(/appointments\/(\d+)/.exec(page.url())?.[1]),
    cancel: () => page.getByRole('link', { name: say('appointments.cancel.open') }).click(),
    askToCancel: () => page.getByRole('link', { name: say('appointments.askCancel.open') }).click(),
    keep: () => page.getByRole('button', { name: say('appointments.askCancel.withdraw') }).click(),
    wish: page.getByTestId('cancellation'),
    move: () => page.getByRole('link', { name: say('appointments.moving.open') }).click(),
    proposal: page.getByTestId('proposal'),
    accept: () => page.getByRole('button', { name: say('appointments.proposed.accept') }).click(),
    answer: page.getByLabel(say('appointments.proposed.answer')),
    sendAnswer: () => page.getByRole('button', { name: say('appointments.proposed.send') }).click(),
    /** "Tue 1 Dec, 14:00" */
    offers: page.getByRole('button', { name: say('appointments.offered.take', { when: '' }).trim() }),
    history: () => page.getByTestId('history').locator('li > span').allInnerTexts(),
    errors: errorsOn(tab),
  }
}

export async function cancellationPage(tab: Tab, kind = 'cancellation', status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: inRecord(String.raw`/appointments/\d+/cancellation`), status })
  return {
    reason: page.getByLabel(say('appointments.cancel.reason')),
    send: () => page.getByRole('button', { name: say('appointments.cancel.send') }).click(),
    ask: () => page.getByRole('button', { name: say('appointments.askCancel.send') }).click(),
    warning: page.locator('main .notice-warning'),
    errors: errorsOn(tab),
  }
}

/** The error summary: its lines, where it stands. */
export function errorsOn({ page }: Tab) {
  const summary = page.locator('[data-error-summary]')
  return { summary, lines: () => summary.locator('li').allInnerTexts() }
}
