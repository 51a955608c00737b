/** What holds on every page, looked at once for each kind of page, width, light and language. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect } from 'chai'
import { HtmlValidate } from 'html-validate'
import { SIZES, type Tab } from '../../support/browser.js'

/** Where every page object begins. `kind` is what page it is, with its state after a colon: `appointment: declined`. */
export async function checkPage(tab: Tab, kind: string): Promise<void> {
  const found = await tab.page.evaluate<Findings>(LOOK)
  const at = `${kind} (${tab.page.url()})`
  expect(found.lang, `${at}: language`).to.equal(tab.options.language)
  expect(found.headings, `${at}: first headings`).to.have.length(1)
  expect(found.mains, `${at}: main landmarks`).to.equal(1)
  expect(found.nameless, `${at}: controls without a label`).to.deep.equal([])
  expect(found.small, `${at}: targets under 24 px`).to.deep.equal([])
  expect(found.repeatedIds, `${at}: ids given twice`).to.deep.equal([])
  checkTitle(tab, kind, found.title)

  const { width, theme, language, scripts } = tab.options
  if (isNew(`source ${kind}`)) await checkSource(tab, at)
  if (isNew(`narrow ${kind} ${language}`)) await checkNarrow(tab, at)
  if (scripts && isNew(`axe ${kind} ${width} ${theme}`)) await checkAxe(tab, at)
}

const seen = new Set<string>()

function isNew(key: string): boolean {
  if (seen.has(key)) return false
  seen.add(key)
  return true
}

interface Findings {
  lang: string
  title: string
  headings: string[]
  mains: number
  nameless: string[]
  small: string[]
  repeatedIds: string[]
}

// Runs in the page. A link inside a sentence is as tall as its line (WCAG 2.5.8, inline); a control that is visually
// hidden is reached through its label.
const LOOK = `(() => {
  const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0
  const what = (el) => el.outerHTML.slice(0, 120)
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown)
  const named = (el) =>
    (el.labels?.length ?? 0) > 0 || el.getAttribute('aria-label') || el.getAttribute('aria-labelledby') ||
    (el.matches('a, button, summary') && el.textContent.trim() !== '')
  const target = (el) => (el.matches('input[type=radio], input[type=checkbox]') && el.labels?.[0]) || el
  const inline = (el) =>
    el.matches('a') && getComputedStyle(el).display === 'inline' &&
    [...(el.closest('p, li, dd, td, th')?.childNodes ?? [])].some((node) => node.nodeType === 3 && node.data.trim() !== '')
  const offScreen = (box) => box.right <= 0 || box.bottom <= 0
  const controls = all('a[href], button, input:not([type=hidden]), select, textarea, summary')
  const small = controls.filter((el) => {
    const box = target(el).getBoundingClientRect()
    return !offScreen(box) && !inline(el) && (box.width < 24 || box.height < 24)
  })
  const ids = [...document.querySelectorAll('[id]')].map((el) => el.id)
  return {
    lang: document.documentElement.lang,
    title: document.title,
    headings: all('h1').map((el) => el.textContent.trim()),
    mains: all('main').length,
    nameless: controls.filter((el) => !named(el)).map(what),
    small: small.map((el) => what(el) + ' ' + Math.round(target(el).getBoundingClientRect().width) + 'x' + Math.round(target(el).getBoundingClientRect().height)),
    repeatedIds: ids.filter((id, at) => ids.indexOf(id) !== at),
  }
})()`

const titles = new Map<string, string>()

/** Two kinds of page of one audience never share a title, so that tabs and history can be told apart. */
function checkTitle(tab: Tab, kind: string, title: string): void {
  const page = kind.replace(/:.*/, '')
  const audience = new URL(tab.page.url()).pathname.split('/')[1] ?? ''
  const key = `${audience} ${tab.options.language} ${title}`
  const other = titles.get(key) ?? page
  titles.set(key, page)
  expect(title, `${kind}: title`).not.to.equal('')
  expect(other, `the title “${title}” says two kinds of page`).to.equal(page)
}

const validator = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    // How a template breaks its lines is nobody's business.
    'no-trailing-whitespace': 'off',
    // The list is in the document's language; a browser ignores what it does not know.
    'long-title': 'off',
    'svg-focusable': 'off',
    // hx-* attributes are htmx's.
    'no-unknown-attributes': 'off',
  },
})

async function checkSource(tab: Tab, at: string): Promise<void> {
  const report = await validator.validateString(await tab.source())
  const faults = report.results.flatMap(({ messages }) =>
    messages.map(({ line, column, message, ruleId }) => `${line}:${column} ${message} (${ruleId})`),
  )
  expect(faults, `${at}: HTML`).to.deep.equal([])
}

const NARROW = { width: 320, height: 640 }

/** WCAG 1.4.10: 1280 px at 400 %. */
async function checkNarrow({ options, page }: Tab, at: string): Promise<void> {
  await page.setViewportSize(NARROW)
  const wide = await page.evaluate<string[]>(`(() => {
    if (document.scrollingElement.scrollWidth <= innerWidth) return []
    const over = [...document.querySelectorAll('body *')].filter((el) => el.getBoundingClientRect().right > innerWidth + 1)
    return ['page is ' + document.scrollingElement.scrollWidth + ' px wide', ...over.slice(-5).map((el) => el.outerHTML.slice(0, 120))]
  })()`)
  await page.setViewportSize(SIZES[options.width])
  expect(wide, `${at}: at 320 px`).to.deep.equal([])
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

async function checkAxe({ page }: Tab, at: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze()
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  )
  expect(told, `${at}: axe`).to.deep.equal([])
}
