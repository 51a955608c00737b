/** What holds on every page, looked at once for each kind of page, width, light and language. */
import { expect } from 'chai'
import { HtmlValidate } from 'html-validate'
import { violationsIn } from '../../support/axe.js'
import { SIZES, type Tab } from '../../support/browser.js'
import { firstNoted, isFirst } from '../../support/once.js'

/** Where every page object begins. `kind` is what page it is, with its state after a colon: `appointment: declined`. */
export async function checkPage(tab: Tab, kind: string): Promise<void> {
  // Cards that load by themselves are part of the page.
  if (tab.options.scripts) await tab.page.locator('.card-wait').first().waitFor({ state: 'detached' })
  const found = await tab.page.evaluate<Findings>(LOOK)
  const at = `${kind} (${tab.page.url()})`
  expect(found.lang, `${at}: language`).to.equal(tab.options.language)
  expect(found.headings, `${at}: first headings`).to.have.length(1)
  expect(found.mains, `${at}: main landmarks`).to.equal(1)
  expect(found.nameless, `${at}: controls without a label`).to.deep.equal([])
  expect(found.small, `${at}: targets under 24 px`).to.deep.equal([])
  expect(found.repeatedIds, `${at}: ids given twice`).to.deep.equal([])
  checkTitle(tab, kind, found.title)

  const { width, language, scripts } = tab.options
  if (isFirst(`source ${kind}`)) await checkSource(tab, at)
  if (isFirst(`narrow ${kind} ${language}`)) await checkNarrow(tab, at)
  if (scripts && isFirst(`right to left ${kind}`)) await checkRightToLeft(tab, at)
  if (isFirst(`paper ${kind}`)) await checkPaper(tab, at)
  if (scripts && isFirst(`axe ${kind} ${width}`)) await checkAxe(tab, at, areColoursNew(tab, kind))
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
// hidden is reached through its label; one that is hidden from everybody is pressed by Enter alone.
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
    .filter((el) => !el.matches('[aria-hidden=true][tabindex="-1"]'))
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

/** Two kinds of page of one audience never share a title, so that tabs and history can be told apart. */
function checkTitle(tab: Tab, kind: string, title: string): void {
  const page = kind.replace(/:.*/, '')
  const audience = new URL(tab.page.url()).pathname.split('/')[1] ?? ''
  const other = firstNoted(`title ${audience} ${tab.options.language} ${title}`, page)
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
  const over = await page.evaluate<string[]>(OVERFLOW)
  await page.setViewportSize(SIZES[options.width])
  expect(over, `${at}: at 320 px`).to.deep.equal([])
}

const OVERFLOW = `(() => {
  const { scrollWidth } = document.scrollingElement
  const outside = [...document.querySelectorAll('body *')].filter((el) => {
    const { left, right } = el.getBoundingClientRect()
    return right > innerWidth + 1 || (left < -1 && document.documentElement.dir === 'rtl')
  })
  if (scrollWidth <= innerWidth) return []
  return ['page is ' + scrollWidth + ' px wide', ...outside.slice(-5).map((el) => el.outerHTML.slice(0, 120))]
})()`

/** As a language that is written from the right would have it: mirrored, and nothing out of the window. */
async function checkRightToLeft({ options, page }: Tab, at: string): Promise<void> {
  const before = await page.evaluate<Record<string, Box>>(LANDMARKS)
  await page.evaluate(turn('rtl'))
  const over = await page.evaluate<string[]>(OVERFLOW)
  const after = await page.evaluate<Record<string, Box>>(LANDMARKS)
  await page.setViewportSize(NARROW)
  const narrow = await page.evaluate<string[]>(OVERFLOW)
  await page.setViewportSize(SIZES[options.width])
  await page.evaluate(turn('ltr'))
  expect(over, `${at}: right to left`).to.deep.equal([])
  expect(narrow, `${at}: right to left at 320 px`).to.deep.equal([])
  const { width } = SIZES[options.width]
  for (const [what, { left }] of Object.entries(before)) {
    expect(after[what]?.right, `${at}: ${what} is mirrored`).to.be.closeTo(width - left, 3)
  }
}

interface Box {
  left: number
  right: number
}

// What begins at the line's start: its other side is there when the line is turned.
const LANDMARKS = `(() => {
  const marks = ['.brand', '.sidenav', 'main', 'h1', 'main .card', '.table-panel', '.search-form .field', '.date-block']
  const shown = (el) => el !== null && el.checkVisibility() && el.getClientRects().length > 0
  const found = marks.map((mark) => [mark, document.querySelector(mark)]).filter(([, el]) => shown(el))
  return Object.fromEntries(found.map(([mark, el]) => {
    const { left, right } = el.getBoundingClientRect()
    return [mark, { left, right }]
  }))
})()`

/** The direction, with Bootstrap's own stylesheet for it, as the layout writes it. */
function turn(to: 'ltr' | 'rtl'): string {
  const name =
    to === 'rtl' ? ['bootstrap.min.css', 'bootstrap.rtl.min.css'] : ['bootstrap.rtl.min.css', 'bootstrap.min.css']
  return `new Promise((turned) => {
    const link = document.querySelector('link[href*="bootstrap"]')
    document.documentElement.dir = '${to}'
    link.addEventListener('load', () => turned(), { once: true })
    link.href = link.href.replace('${name[0] ?? ''}', '${name[1] ?? ''}')
  })`
}

/** On paper: who it is from, and nothing to press. */
async function checkPaper({ page }: Tab, at: string): Promise<void> {
  await page.emulateMedia({ media: 'print' })
  const found = await page.evaluate<{ brand: boolean; pressed: string[]; dark: boolean }>(`(() => {
    const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0
    const all = (selector) => [...document.querySelectorAll(selector)].filter(shown)
    return {
      brand: all('.brand-name').length === 1 || document.body.matches('.embedded'),
      pressed: all('nav, button, .btn, summary, dialog, .skip-link').map((el) => el.outerHTML.slice(0, 120)),
      dark: getComputedStyle(document.documentElement).colorScheme.includes('dark'),
    }
  })()`)
  await page.emulateMedia({ media: null })
  expect(found, `${at}: on paper`).to.deep.equal({ brand: true, pressed: [], dark: false })
}

/** A page's colours are the same at every width; what is there at one of them only is the frame, the same on all pages. */
function areColoursNew({ options, page }: Tab, kind: string): boolean {
  const audience = new URL(page.url()).pathname.split('/')[1] ?? ''
  const isPageNew = isFirst(`colours ${kind}`)
  return isFirst(`colours of the frame ${audience} ${options.width}`) || isPageNew
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const COLOURS = ['color-contrast', 'link-in-text-block']

/** By day and by night: in the other light only the colours are others. */
async function checkAxe(tab: Tab, at: string, withColours: boolean): Promise<void> {
  const off = Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: withColours }]))
  const own = await violationsIn(tab.page, { runOnly: RULES, rules: off })
  expect(own, `${at}: axe`).to.deep.equal([])
  if (withColours) await checkOtherLight(tab, at)
}

async function checkOtherLight({ options, page }: Tab, at: string): Promise<void> {
  const background = `getComputedStyle(document.body).backgroundColor`
  const before = await page.evaluate<string>(background)
  const other = options.theme === 'dark' ? 'light' : 'dark'
  // Without motion, since a colour that is on its way has no contrast yet.
  await page.emulateMedia({ colorScheme: other, reducedMotion: 'reduce' })
  const after = await page.evaluate<string>(background)
  const others = await violationsIn(page, { runOnly: { type: 'rule', values: COLOURS } })
  await page.emulateMedia({
    colorScheme: options.theme,
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
  })
  expect(others, `${at}: axe, ${other}`).to.deep.equal([])
  expect(after, `${at}: its colours, ${other}`).not.to.equal(before)
}
