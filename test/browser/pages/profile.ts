/** The profile's pages, as patients and staff use them. */
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'

const RECORD = String.raw`/portal/records/[\w-]+/profile`
const inProfile = (rest: string): RegExp => new RegExp(`^${RECORD}${rest}$`)
const QUEUE = String.raw`/staff/portal/profile-changes`

export async function profilePage(tab: Tab, kind = 'profile') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: inProfile('') })
  return {
    field: (column: string) => page.locator(`[data-field="${column}"]`).first(),
    edit: (section: string) =>
      page
        .locator(`[data-section="${section}"]`)
        .getByRole('link', { name: say('profile.edit') })
        .click(),
    seeWhatWaits: () => page.getByRole('link', { name: say('profile.waiting.see') }).click(),
    openEarlier: () => page.locator('section[aria-labelledby="profile-earlier"]').getByRole('link').first().click(),
  }
}

export async function editPage(tab: Tab, kind: string, status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: inProfile(String.raw`/(edit|insurance)/\w+`), status })
  return {
    fill: (column: string, value: string) => page.locator(`#field-${column}`).fill(value),
    value: (column: string) => page.locator(`#field-${column}`).inputValue(),
    error: (column: string) => page.locator(`#field-${column}-error`),
    send: () => page.getByRole('button', { name: say('profile.edit.send') }).click(),
  }
}

export async function changePage(tab: Tab, kind: string) {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: inProfile(String.raw`/changes/\w{4}-\w{4}`) })
  return {
    text: () => page.locator('main').innerText(),
    line: (column: string) => page.locator(`[data-test="profile-line"][data-field="${column}"]`),
    takeBack: (column: string) =>
      page
        .locator(`[data-test="profile-line"][data-field="${column}"]`)
        .getByRole('button', { name: say('profile.change.withdrawOne') })
        .click(),
    toProfile: () => page.getByRole('link', { name: say('profile.toProfile') }).click(),
  }
}

export async function changesPage(tab: Tab, kind: string) {
  await arrive(tab, { name: kind, path: new RegExp(`^${QUEUE}$`) })
  const rows = tab.page.getByTestId('profile-change')
  return {
    open: (name: string) =>
      rows
        .filter({ hasText: name })
        .getByRole('link', { name: tab.say('profileChanges.open') })
        .click(),
  }
}

export async function decisionPage(tab: Tab, kind: string, status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: new RegExp(String.raw`^${QUEUE}/(insurance/)?\d+(/decision)?$`), status })
  const field = (column: string) => page.locator(`[data-test="field"][data-field="${column}"]`)
  return {
    field,
    text: () => page.locator('main').innerText(),
    refuse: (column: string) => field(column).getByLabel(say('profileChanges.refuse')).check(),
    mend: (column: string, value: string) => page.locator(`#field-value_${column}`).fill(value),
    note: (column: string, text: string) => page.locator(`#note-${column}`).fill(text),
    decide: () => page.getByRole('button', { name: say('profileChanges.decide') }).click(),
    acceptAll: () => page.getByRole('button', { name: say('profileChanges.acceptAll') }).click(),
  }
}
