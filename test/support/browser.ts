/**
 * One Chromium for the suite, windows that watch themselves. After each test every window that it opened is closed, and
 * what went wrong in it unseen (a script's error, a breach of the content security policy, a dialog, a missing file)
 * fails the test.
 */
import { chromium, selectors, type Browser, type BrowserContext, type Page, type Response } from 'playwright-core'
import type { Language, Translate } from '../../module/platform/i18n.js'
import { speakAll } from '../../module/platform/i18n.js'
import { features } from '../../module/portal.js'
import { words as webWords } from '../../module/web/words.js'
import { chromiumPath } from './chromium.js'
import { afterEachFile, afterEachTest } from './closing.js'
import type { SignInName, StaffName, TestPractice } from './practice.js'
import type { Visitor } from './visitor.js'

export interface WindowOptions {
  /** Signed in already; undefined: nobody. Several: in one cookie jar. */
  as?: { patient?: SignInName; staff?: StaffName }
  scripts?: boolean
  width?: 'phone' | 'desktop'
  theme?: 'light' | 'dark'
  language?: Language
  reducedMotion?: boolean
}

/** A browser window with a cookie jar of its own, and the tab that is in front. */
export interface Window extends Tab {
  context: BrowserContext
  /** Another tab on the same cookie jar. */
  tab: () => Promise<Tab>
}

export interface Tab {
  page: Page
  /** The portal's address without a slash at its end. */
  origin: string
  options: Required<Omit<WindowOptions, 'as'>>
  /** The words as this reader's language has them. */
  say: Translate
  /** Opens a path of the portal; gives the answer's status. */
  open: (path: string) => Promise<number>
  /** The last page as the server sent it, before any script. */
  source: () => Promise<string>
  /** Status of the last page. */
  status: () => number
  /** What went wrong unseen. A test that means it takes it out. */
  troubles: string[]
}

export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const

const speech = speakAll([webWords, ...features.map((feature) => feature.words)])

// The templates mark what tests look for with data-test.
selectors.setTestIdAttribute('data-test')

export async function openWindow(practice: TestPractice, options: WindowOptions = {}): Promise<Window> {
  const chosen = {
    scripts: options.scripts ?? true,
    width: options.width ?? 'desktop',
    theme: options.theme ?? 'light',
    language: options.language ?? 'en',
    reducedMotion: options.reducedMotion ?? false,
  } as const
  const context = await (
    await theBrowser()
  ).newContext({
    viewport: SIZES[chosen.width],
    hasTouch: chosen.width === 'phone',
    javaScriptEnabled: chosen.scripts,
    colorScheme: chosen.theme,
    locale: chosen.language === 'es' ? 'es-US' : 'en-US',
    reducedMotion: chosen.reducedMotion ? 'reduce' : 'no-preference',
  })
  // Long enough for two slow processors, short enough to say where it stuck before mocha does.
  context.setDefaultTimeout(30_000)
  context.setDefaultNavigationTimeout(30_000)
  const { origin } = await practice.visitor()
  if (options.as?.patient !== undefined) await seat(context, await practice.patientVisitor(options.as.patient))
  if (options.as?.staff !== undefined) await seat(context, await practice.staffVisitor(options.as.staff))
  const tabs: Tab[] = []
  const tab = async (): Promise<Tab> => {
    const made = watched(await context.newPage(), origin, chosen)
    tabs.push(made)
    return made
  }
  opened.push({ context, tabs })
  return { ...(await tab()), context, tab }
}

/** The session that somebody has by plain HTTP becomes this window's. */
async function seat(context: BrowserContext, someone: Visitor): Promise<void> {
  const { hostname } = new URL(someone.origin)
  await context.addCookies(
    [...someone.cookies]
      .filter(([name]) => name === 'foyer_portal' || name === 'foyer_staff')
      .map(([name, value]) => {
        const path = name === 'foyer_portal' ? '/portal' : '/'
        return { name, value, domain: hostname, path, httpOnly: true, sameSite: 'Lax' }
      }),
  )
}

function watched(page: Page, origin: string, options: Tab['options']): Tab {
  const troubles: string[] = []
  let last: Response | undefined
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    // Chromium calls every refusal an error; a refusal of a page is an answer like another.
    const refusal = /status of 4\d\d/.test(message.text()) && !message.location().url.includes('/assets/')
    if (!refusal) troubles.push(`console: ${message.text()}`)
  })
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('response', (response) => {
    if (response.status() >= 500) troubles.push(`${response.status()}: ${response.url()}`)
    const ofPage = response.frame() === page.mainFrame() && response.request().isNavigationRequest()
    if (ofPage && (response.status() < 300 || response.status() >= 400)) last = response
  })
  return {
    page,
    origin,
    options,
    say: speech.in(options.language),
    troubles,
    open: async (path) => (await page.goto(`${origin}${path}`))?.status() ?? 0,
    source: async () => (await last?.text()) ?? '',
    status: () => last?.status() ?? 0,
  }
}

let launched: Promise<Browser> | undefined
const opened: { context: BrowserContext; tabs: Tab[] }[] = []

function theBrowser(): Promise<Browser> {
  return (launched ??= chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }))
}

afterEachTest(async () => {
  const windows = opened.splice(0)
  await Promise.all(windows.map(({ context }) => context.close()))
  const troubles = windows.flatMap(({ tabs }) => tabs.flatMap((tab) => tab.troubles))
  if (troubles.length > 0) throw new Error(`In the browser:\n${troubles.join('\n')}`)
})

afterEachFile(async () => {
  const browser = await launched
  launched = undefined
  await browser?.close()
})
