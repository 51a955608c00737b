/** The pages on which a patient answers a form, as a person uses them. */
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'

const BASE = /^\/portal\/records\/[\w-]{22}\/forms/
const under = (rest: string) => new RegExp(`${BASE.source}${rest}$`)

export async function formsPage(tab: Tab, state = '') {
  await arrive(tab, { name: state === '' ? 'forms' : `forms: ${state}`, path: under('') })
  const { page } = tab
  return {
    begin: (title: string) => page.getByRole('link', { name: title }).first().click(),
    waiting: page.getByTestId('forms-waiting').locator('li'),
    sent: page.getByTestId('forms-sent').locator('li'),
  }
}

export async function startPage(tab: Tab, state = '') {
  await arrive(tab, { name: state === '' ? 'form: start' : `form: start, ${state}`, path: under('/\\d+') })
  return { go: (name: string) => tab.page.getByRole('button', { name }).click() }
}

export async function fillPage(tab: Tab, state = '', status = 200) {
  const path = status === 200 ? under('/\\d+') : under('/\\d+')
  await arrive(tab, { name: state === '' ? 'form: page' : `form: page, ${state}`, path, status })
  const { page, say } = tab
  return {
    choose: (question: string, answer: string) =>
      page.getByRole('group', { name: question }).getByLabel(answer, { exact: true }).check(),
    type: (question: string, answer: string) => page.getByLabel(question).fill(answer),
    question: (name: string) => page.getByLabel(name),
    help: page.getByTestId('help'),
    saved: page.getByTestId('saved'),
    errors: page.locator('.error-summary'),
    go: () => page.locator('.actions > [value=next]').click(),
    later: () => page.getByRole('button', { name: say('forms.saveLater') }).click(),
    another: () => page.getByRole('button', { name: say('forms.add') }).click(),
  }
}

export async function reviewPage(tab: Tab, state = '') {
  await arrive(tab, { name: state === '' ? 'form: review' : `form: review, ${state}`, path: under('/\\d+/review') })
  const { page } = tab
  return {
    text: () => page.locator('main').innerText(),
    send: () =>
      page
        .getByRole('button', { name: /.+/ })
        .filter({ hasText: practiceIn(tab) })
        .click(),
  }
}

const practiceIn = (tab: Tab): string => tab.say('forms.sendTo', { practice: '' }).trim()

export async function sentPage(tab: Tab, state = '') {
  await arrive(tab, {
    name: state === '' ? 'form: sent' : `form: sent, ${state}`,
    path: under('/answers/[A-Z0-9-]{9}'),
  })
  const { page } = tab
  return { text: () => page.locator('main').innerText(), help: page.getByTestId('help') }
}
