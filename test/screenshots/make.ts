/**
 * `npm run screenshots`: starts the demo practice on its own, walks to the main pages in Chromium, and puts a picture of
 * each beside this file, for README.md. Names on the command line: only these. A picture weighs no more than 150 kB.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import sharp from 'sharp'
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

/** In this order: what the patient sends, staff audit. */
const shots: readonly Shot[] = [
  { name: 'patient-home', who: 'patient', width: 'desktop', theme: 'light', walk: openRecord },
  { name: 'patient-home-phone', who: 'patient', width: 'phone', theme: 'dark', walk: openRecord },
  { name: 'patient-choose-time', who: 'patient', width: 'desktop', theme: 'light', walk: below('/appointments/new') },
  { name: 'patient-sign-document', who: 'patient', width: 'phone', theme: 'light', walk: signDocument },
  { name: 'patient-documents', who: 'patient', width: 'phone', theme: 'dark', walk: sendDocument },
  { name: 'staff-dashboard', who: 'staff', width: 'desktop', theme: 'light', walk: go('/staff/portal') },
  { name: 'staff-requests', who: 'staff', width: 'desktop', theme: 'dark', walk: go('/staff/portal/appointments') },
  { name: 'staff-audit', who: 'staff', width: 'desktop', theme: 'light', walk: first('/staff/portal/documents') },
  { name: 'staff-reconcile', who: 'staff', width: 'desktop', theme: 'dark', walk: reconcile },
  { name: 'staff-access', who: 'staff', width: 'desktop', theme: 'light', walk: go('/staff/portal/access') },
  { name: 'staff-audit-trail', who: 'staff', width: 'desktop', theme: 'dark', walk: go('/staff/portal/audit-trail') },
  { name: 'emr-calendar', who: 'staff', width: 'desktop', theme: 'light', walk: calendarOfMonday },
]

const doors = {
  patient: { path: '/portal/sign-in', username: 'maria.santos' },
  staff: { path: '/staff/sign-in', username: 'admin' },
} as const

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 860 } } as const

const MOST_BYTES = 150_000

function go(path: string): Shot['walk'] {
  return (page, origin) => page.goto(`${origin}${path}`)
}

async function openRecord(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/portal`)
  const own = page.locator('a[href^="/portal/records/"]').first()
  if (page.url().endsWith('/portal/records')) await own.click()
}

function below(path: string): Shot['walk'] {
  return async (page, origin) => {
    await openRecord(page, origin)
    await page.goto(`${page.url()}${path}`)
  }
}

/** The first of a queue. */
function first(path: string): Shot['walk'] {
  return async (page, origin) => {
    await page.goto(`${origin}${path}`)
    await page.locator('tr [data-open]').first().click()
    await page.waitForURL((url) => url.pathname !== path)
  }
}

/** Down to the chart beside what was said. */
async function reconcile(page: Page, origin: string): Promise<void> {
  await first('/staff/portal/registrations')(page, origin)
  await page.evaluate(`document.querySelector('[data-test=candidate]').scrollIntoView({ block: 'center' })`)
}

/** Filled in as far as the signature, which is in sight. */
async function signDocument(page: Page, origin: string): Promise<void> {
  await below('/documents/asked')(page, origin)
  await page.locator('main .rows .btn-primary').first().click()
  await page.waitForURL(/\/documents\/filled\//)
  await page.locator('.template [type=radio]').first().check()
  await page.locator('.template [type=checkbox]').first().check()
  await page.locator('.template-signature input').first().fill('Maria Santos')
}

/** The same, sent: it stands among what the patient sent. */
async function sendDocument(page: Page, origin: string): Promise<void> {
  await signDocument(page, origin)
  await page.locator('main [name=then][value=check]').click()
  await page.waitForURL(/\/check$/)
  await page.locator('main form .btn-primary').click()
  await page.waitForURL(/\/receipt$/)
  await below('/documents')(page, origin)
}

/** Shut at weekends: the next day that is not. */
async function calendarOfMonday(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/emr/calendar`)
  const date = await page.inputValue('[name=day]')
  const weekday = new Date(`${date}T12:00:00Z`).getUTCDay()
  const ahead = weekday === 6 ? 2 : weekday === 0 ? 1 : 0
  const open = new Date(Date.parse(`${date}T12:00:00Z`) + ahead * 86_400_000).toISOString().slice(0, 10)
  await page.goto(`${origin}/emr/calendar?day=${open}`)
}

async function main(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'foyer-screenshots-'))
  const demo = await startDemo(data)
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const named = process.argv.slice(2)
    const wanted = shots.filter(({ name }) => named.length === 0 || named.includes(name))
    for (const shot of wanted) await take(browser, demo.origin, shot)
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
  const picture = await sharp(await page.screenshot())
    .png({ palette: true, effort: 10 })
    .toBuffer()
  await context.close()
  if (picture.length > MOST_BYTES) throw new Error(`${shot.name} weighs ${String(picture.length)} bytes`)
  writeFileSync(join(folder, `${shot.name}.png`), picture)
  console.log(shot.name, picture.length)
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
