/** The staff's pages, as a member uses them. */
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'
import { errorsOn } from './patient.js'

export async function staffSignInPage(tab: Tab, status = 200) {
  const { page, say } = tab
  await arrive(tab, {
    name: status === 200 ? 'staff sign-in' : 'staff sign-in: refused',
    path: /^\/staff\/sign-in$/,
    status,
  })
  return {
    async signIn(username: string, password: string) {
      await page.getByLabel(say('staff.signIn.username')).fill(username)
      await page.getByLabel(say('signIn.password')).fill(password)
      await page.getByRole('button', { name: say('signIn.submit') }).click()
    },
    errors: errorsOn(tab),
  }
}

export async function hallPage(tab: Tab, kind = 'hall') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: /^\/staff\/portal$/ })
  return {
    ...waitingOn(tab),
    openQueue: () => page.getByRole('link', { name: say('dashboard.open') }).click(),
    find: async (words: string) => {
      await page.getByLabel(say('dashboard.find')).fill(words)
      await page.getByRole('button', { name: say('dashboard.search') }).click()
    },
  }
}

export async function queuePage(tab: Tab, kind = 'queue') {
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/appointments$/ })
  return waitingOn(tab)
}

/** The rows that wait, on the queue's page or in the hall. */
export function waitingOn({ page, say }: Tab) {
  const row = (eid: number) => page.locator(`[data-test=waiting][data-eid="${eid}"]`)
  return {
    rows: page.getByTestId('waiting'),
    row,
    news: page.locator('#flash'),
    confirm: (eid: number) =>
      row(eid)
        .getByRole('button', { name: say('appointments.confirm') })
        .click(),
    decline: (eid: number) =>
      row(eid)
        .getByRole('link', { name: say('appointments.decline.open') })
        .click(),
    openOne: (eid: number) =>
      row(eid)
        .getByRole('link', { name: say('appointments.otherStatus') })
        .click(),
    /** What the navigation says waits; 0 without a number. */
    badge: async () =>
      Number(/\d+/.exec((await page.locator('.sidenav .count-appointments').innerText()).trim())?.[0] ?? 0),
  }
}

export async function staffAppointmentPage(tab: Tab, kind = 'staff appointment', status = 200) {
  const { page, say } = tab
  const path = status === 200 ? /^\/staff\/portal\/appointments\/\d+$/ : /^\/staff\/portal\/appointments\/\d+\/\w+$/
  await arrive(tab, { name: kind, path, status })
  return {
    reason: page.locator('dd.preserve-lines').first(),
    confirm: () => page.getByRole('button', { name: say('appointments.confirm') }).click(),
    errors: errorsOn(tab),
  }
}

export async function declinePage(tab: Tab, status = 200) {
  const { page, say } = tab
  const kind = status === 200 ? 'decline' : 'decline: refused'
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/appointments\/\d+\/decline$/, status })
  return {
    reason: page.getByLabel(say('appointments.decline.reason')),
    send: () => page.getByRole('button', { name: say('appointments.decline.send') }).click(),
    errors: errorsOn(tab),
  }
}

export async function searchPage(tab: Tab, kind = 'search') {
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/patients$/ })
  return {
    people: tab.page.getByTestId('patient'),
    openFirst: () => tab.page.getByTestId('patient').first().getByRole('link').click(),
  }
}

export async function panelPage(tab: Tab) {
  await arrive(tab, { name: 'panel', path: /^\/staff\/portal\/patients\/\d+$/ })
  return { text: () => tab.page.locator('main').innerText() }
}
