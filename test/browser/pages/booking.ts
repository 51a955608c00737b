/** The pages on which somebody without an account books, as a person uses them. */
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'
import { choosing } from './patient.js'

const LINK = /^\/portal\/book\/[\w-]{43}$/

export async function bookPage(tab: Tab, kind = 'book') {
  await arrive(tab, { name: kind, path: /^\/portal\/book$/ })
  return choosing(tab)
}

const fields = ['firstName', 'lastName', 'born', 'phone', 'email'] as const

export type Person = Record<(typeof fields)[number], string> & { reason: string }

export async function whoPage(tab: Tab, status = 200) {
  const { page, say } = tab
  const path = status === 200 ? /^\/portal\/book\/details$/ : /^\/portal\/book$/
  await arrive(tab, { name: status === 200 ? 'book: who' : `book: who, ${String(status)}`, path, status })
  return {
    facts: () => page.locator('dl.facts').innerText(),
    fill: async (person: Partial<Person>) => {
      for (const name of fields) if (person[name] !== undefined) await page.locator(`#field-${name}`).fill(person[name])
      if (person.reason !== undefined) await page.getByLabel(say('appointments.reason')).fill(person.reason)
      // The page's own work, done in a blink where it may be.
      if (tab.options.scripts) await page.locator('[data-newcomer-work]:not([value=""])').waitFor({ state: 'attached' })
    },
    typed: () => Promise.all(fields.map((name) => page.locator(`#field-${name}`).inputValue())),
    send: () => page.getByRole('button', { name: say('booking.send') }).click(),
    errors: page.locator('.error-summary'),
  }
}

export async function sentPage(tab: Tab) {
  await arrive(tab, { name: 'book sent', path: /^\/portal\/book\/sent$/ })
}

export async function wishPage(tab: Tab, status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: status === 200 ? 'wish' : `wish: ${String(status)}`, path: LINK, status })
  return {
    facts: () => page.locator('dl.facts').innerText(),
    send: () => page.getByRole('button', { name: say('booking.wish.send') }).click(),
    other: () => page.getByRole('link', { name: say('booking.wish.other') }).click(),
    alternatives: page.locator('input[name=at]'),
  }
}

export async function madePage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'booked', path: LINK })
  return {
    text: () => page.locator('.receipt').innerText(),
    choosePassword: () => page.getByRole('link', { name: say('booking.made.password') }).click(),
  }
}

export async function knownPage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'known', path: LINK })
  return { signIn: () => page.getByRole('link', { name: say('signIn.submit') }).click() }
}

export async function whomPage(tab: Tab) {
  await arrive(tab, { name: 'whom', path: /^\/portal\/account\/booking$/ })
  return { open: (name: string) => tab.page.locator('.choice-card', { hasText: name }).first().click() }
}
