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
    openQueue: () =>
      page
        .getByRole('link', { name: say('dashboard.open') })
        .and(page.locator('[href$="/appointments"]'))
        .click(),
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
    /** What has just been done, with the way back. */
    news: page.locator('.undo'),
    undo: () => page.getByRole('button', { name: say('undo.button') }).click(),
    tick: (eid: number) => row(eid).getByRole('checkbox').check(),
    /** What is done with all rows that are ticked. */
    withTicked: (what: string) =>
      page
        .locator('.selection')
        .getByRole('button', { name: say(what), exact: true })
        .click(),
    claim: (eid: number) =>
      row(eid)
        .getByRole('button', { name: say('appointments.claim.mine') })
        .click(),
    propose: (eid: number) =>
      row(eid)
        .getByRole('link', { name: say('appointments.proposal.open') })
        .click(),
    show: (view: string) =>
      page.getByRole('link', { name: say(`appointments.queue.view.${view}`), exact: true }).click(),
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
        .getByRole('link', { name: say('appointments.queue.open') })
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
    confirm: () => page.getByRole('button', { name: say('appointments.confirm'), exact: true }).click(),
    news: page.locator('.undo'),
    text: () => page.locator('main').innerText(),
    day: page.getByTestId('day'),
    history: page.getByTestId('history').locator('li'),
    errors: errorsOn(tab),
  }
}

export async function declinePage(tab: Tab, status = 200) {
  const { page, say } = tab
  const kind = status === 200 ? 'decline' : 'decline: refused'
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/appointments\/\d+\/decline$/, status })
  return {
    reason: page.getByLabel(say('appointments.decline.reason')),
    /** Times that can be offered instead. */
    times: page.locator('input[name="alternative[]"]'),
    offer: (at: string) =>
      page
        .locator('label.time')
        .filter({ has: page.locator(`input[value="${at}"]`) })
        .click(),
    begin: (number: number) =>
      page.getByRole('link', { name: say(`appointments.reply.decline.${String(number)}`) }).click(),
    send: () => page.getByRole('button', { name: say('appointments.decline.send') }).click(),
    errors: errorsOn(tab),
  }
}

export async function proposalPage(tab: Tab, status = 200) {
  const { page, say } = tab
  const kind = status === 200 ? 'proposal' : 'proposal: refused'
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/appointments\/\d+\/proposal$/, status })
  return {
    times: page.locator('input[name=slot]'),
    chosen: () => page.locator('input[name=slot]:checked').getAttribute('value'),
    choose: (at: string) =>
      page
        .locator('label.time')
        .filter({ has: page.locator(`input[value="${at}"]`) })
        .click(),
    date: page.getByLabel(say('appointments.proposal.date')),
    time: page.getByLabel(say('appointments.proposal.time'), { exact: false }),
    note: page.getByLabel(say('appointments.proposal.note')),
    send: () => page.getByRole('button', { name: say('appointments.proposal.send'), exact: true }).click(),
    errors: errorsOn(tab),
  }
}

export async function wishToCancelPage(tab: Tab, status = 200) {
  const { page, say } = tab
  const kind = status === 200 ? 'wish to cancel' : 'wish to cancel: refused'
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/appointments\/[\d-]+\/cancellation(\/refusal)?$/, status })
  return {
    accept: () => page.getByRole('button', { name: say('appointments.cancellationAsked.accept'), exact: true }).click(),
    reason: page.getByLabel(say('appointments.cancellationAsked.refuseReason')),
    refuse: () => page.getByRole('button', { name: say('appointments.cancellationAsked.refuse'), exact: true }).click(),
    errors: errorsOn(tab),
  }
}

export async function declineManyPage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'decline several', path: /^\/staff\/portal\/appointments\/bulk$/ })
  return {
    reason: page.getByLabel(say('appointments.decline.reason')),
    send: () => page.getByRole('button', { name: say('appointments.decline.send') }).click(),
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
