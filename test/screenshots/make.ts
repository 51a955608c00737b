/**
 * `npm run screenshots`: starts the demo practice on its own, walks to the main pages in Chromium, and puts a picture of
 * each beside this file, for README.md.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { chromiumPath } from '../support/chromium.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = fileURLToPath(new URL('.', import.meta.url))

interface Shot {
  name: string
  who: 'patient' | 'staff'
  width: 'phone' | 'desktop'
  theme: 'light' | 'dark'
  /** From the signed-in front page to what is shown. */
  walk: (page: Page, origin: string) => Promise<unknown>
}

const stay = async (): Promise<void> => undefined

const shots: readonly Shot[] = [
  { name: 'patient-home', who: 'patient', width: 'desktop', theme: 'light', walk: openRecord },
  { name: 'patient-home-phone', who: 'patient', width: 'phone', theme: 'dark', walk: openRecord },
  { name: 'patient-choose-time', who: 'patient', width: 'desktop', theme: 'light', walk: chooseTime },
  { name: 'staff-dashboard', who: 'staff', width: 'desktop', theme: 'light', walk: stay },
  { name: 'staff-requests', who: 'staff', width: 'desktop', theme: 'light', walk: go('/staff/portal/appointments') },
  { name: 'staff-access', who: 'staff', width: 'desktop', theme: 'light', walk: go('/staff/portal/access') },
  { name: 'staff-audit-trail', who: 'staff', width: 'desktop', theme: 'dark', walk: go('/staff/portal/audit-trail') },
  { name: 'emr-calendar', who: 'staff', width: 'desktop', theme: 'light', walk: go('/emr/calendar') },
]

const doors = {
  patient: { path: '/portal/sign-in', username: 'maria.santos' },
  staff: { path: '/staff/sign-in', username: 'admin' },
} as const

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 860 } } as const

function go(path: string): Shot['walk'] {
  return (page, origin) => page.goto(`${origin}${path}`)
}

async function openRecord(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/portal`)
  const own = page.locator('a[href^="/portal/records/"]').first()
  if (page.url().endsWith('/portal/records')) await own.click()
}

async function chooseTime(page: Page, origin: string): Promise<void> {
  await openRecord(page, origin)
  await page.goto(`${page.url()}/appointments/new`)
}

async function main(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'foyer-screenshots-'))
  const demo = await startDemo(data)
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'] })
  try {
    for (const shot of shots) await take(browser, demo.origin, shot)
  } finally {
    await browser.close()
    await end(demo.child)
    rmSync(data, { recursive: true, force: true })
  }
}

async function take(browser: Browser, origin: string, shot: Shot): Promise<void> {
  const context = await browser.newContext({ viewport: sizes[shot.width], colorScheme: shot.theme, locale: 'en-US' })
  const page = await context.newPage()
  const { path, username } = doors[shot.who]
  await page.goto(`${origin}${path}`)
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', `demo-${username}-Pass1`)
  await page.press('[name=password]', 'Enter')
  await page.waitForURL((url) => url.pathname !== path)
  await shot.walk(page, origin)
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(folder, `${shot.name}.png`) })
  await context.close()
  console.log(shot.name)
}

function startDemo(data: string): Promise<{ child: ChildProcess; origin: string }> {
  const child = spawn(process.execPath, ['dist/module/demo/start.js'], {
    cwd: root,
    env: { ...process.env, FOYER_DATA_DIR: data, FOYER_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const [, origin] = /(http:\/\/localhost:\d+)\/portal/.exec(said) ?? []
      if (origin !== undefined) resolve({ child, origin })
    })
    child.once('exit', () => {
      reject(new Error(`the demo practice did not start: ${said}`))
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

await main()
