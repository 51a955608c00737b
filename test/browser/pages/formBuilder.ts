/** The pages on which staff build a questionnaire, as a person uses them. */
import type { Locator } from 'playwright-core'
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'

const BASE = '^/staff/portal/forms/library'
const DRAFT = `${BASE}/drafts/\\d+`

export async function questionnairesPage(tab: Tab) {
  await arrive(tab, { name: 'forms library', path: new RegExp(`${BASE}$`) })
  const { page, say } = tab
  return {
    build: async (title: string) => {
      await page.getByLabel(say('building.draft.title'), { exact: true }).fill(title)
      await page.getByRole('button', { name: say('building.new.make') }).click()
    },
  }
}

export async function draftPage(tab: Tab, state = '') {
  const { page, say } = tab
  await arrive(tab, { name: state === '' ? 'form draft' : `form draft: ${state}`, path: new RegExp(`${DRAFT}$`) })
  const items = page.getByTestId('item')
  return {
    items,
    texts: () => items.locator('.rows-text > a').allInnerTexts(),
    add: async (text: string, kind: string, group?: string) => {
      await page.getByLabel(say('building.add.text'), { exact: true }).fill(text)
      await page.getByLabel(say('building.field.kind')).selectOption(kind)
      if (group !== undefined) await page.getByLabel(say('building.add.group')).selectOption({ label: group })
      await page.getByRole('button', { name: say('building.add.send') }).click()
    },
    /** By keyboard: the button has the focus, Enter presses it. */
    move: (text: string, way: 'up' | 'down') =>
      page.getByRole('button', { name: `${say(`building.move.${way}`)} ${text}`, exact: true }).press('Enter'),
    score: () => page.getByRole('link', { name: say('building.score.change') }).click(),
    preview: () => page.getByRole('link', { name: say('building.preview'), exact: true }).click(),
    publish: () => page.getByRole('button', { name: say('building.publish.send') }).click(),
  }
}

export async function questionPage(tab: Tab, kind: string) {
  const { page, say } = tab
  await arrive(tab, { name: `form question: ${kind}`, path: new RegExp(`${DRAFT}/item$`) })
  const choice = (row: number, field: string): Locator =>
    page.getByLabel(`${say('building.choice.row', { row })}: ${say(`building.choice.${field}`)}`, { exact: true })
  return {
    required: () => page.getByLabel(say('building.field.required')).check(),
    choice,
    rows: page.locator('[data-row-of="choices"]'),
    more: () => page.getByRole('button', { name: say('building.choice.more') }).click(),
    shownWhen: async (question: string, operator: string, answer: string) => {
      const row = page.locator('[data-row-of="conditions"]').first()
      await row.getByLabel(say('building.condition.question')).selectOption({ label: question })
      await row.getByLabel(say('building.condition.operator')).selectOption(operator)
      await row.getByLabel(say('building.condition.answer')).fill(answer)
    },
    /** What a condition offers as answers while it has the focus. */
    offered: async () => {
      const options = await page.locator('#condition-answers option').all()
      return Promise.all(options.map((option) => option.getAttribute('value')))
    },
    save: () => page.getByRole('button', { name: say('building.item.save') }).click(),
  }
}

export async function scorePage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'form score', path: new RegExp(`${DRAFT}/score$`) })
  const cell = (row: number, field: string): Locator =>
    page.getByLabel(`${say('building.score.row', { row })}: ${say(`building.score.${field}`)}`, { exact: true })
  return {
    call: (name: string) => page.getByLabel(say('building.score.field.name')).fill(name),
    count: (question: string) => page.getByLabel(question).check(),
    band: async (row: number, from: string, label: string, flag: string) => {
      await cell(row, 'from').fill(from)
      await cell(row, 'label').fill(label)
      await cell(row, 'flag').selectOption(flag)
    },
    save: () => page.getByRole('button', { name: say('building.score.save') }).click(),
  }
}

export async function previewPage(tab: Tab) {
  await arrive(tab, { name: 'form preview', path: new RegExp(`${DRAFT}/preview$`) })
  return { text: () => tab.page.locator('main').innerText() }
}

export async function publishedPage(tab: Tab) {
  await arrive(tab, { name: 'form published', path: new RegExp(`${BASE}/\\d+$`) })
}

/** What somebody answered, as staff read it. */
export async function answersPage(tab: Tab) {
  await arrive(tab, { name: 'form answers', path: /^\/staff\/portal\/forms\/\d+$/ })
  return {
    text: () => tab.page.locator('main').innerText(),
    trend: tab.page.locator('svg.trend'),
  }
}
