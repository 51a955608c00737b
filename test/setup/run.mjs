/**
 * `npm test`: builds, then types and lint beside the unit tests, then the suites that need a database, then the
 * browser. The last line counts: `N passed, N failed, N skipped`. Exit 1 when anything failed or nothing ran.
 *
 *   node test/setup/run.mjs                          everything
 *   node test/setup/run.mjs unit http                these suites
 *   node test/setup/run.mjs integration -- --grep x  what follows -- goes to mocha; a test file there replaces the suite's
 */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants as modes, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { checks, lint } from './lint.mjs'
import { longest } from './longest.mjs'
import { slots } from './slots.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const resultsFolder = join(root, '.data', 'test-results')
/** Where test/support/once.ts keeps what has been looked at in this run. */
const onceFolder = join(root, '.data', `test-once-${process.pid}`)

const PROCESSORS = 2
/** A suite that takes longer hangs. */
const SUITE_LIMIT_MS = 30 * 60_000
/** More files than these that fail are no accident of the machine's. */
const MOST_UNSTEADY_FILES = 3
/** Time for open connections and servers to close once the last test of a suite is over. */
const FAREWELL_MS = 10_000

/** In the order of the closing table. `jobs`: files of the suite that run at once, each on a database of its own. */
const suites = [
  { name: 'types' },
  { name: 'lint' },
  { name: 'unit', jobs: 1 },
  { name: 'integration', jobs: PROCESSORS, built: true, database: true },
  { name: 'http', jobs: PROCESSORS, built: true, database: true },
  { name: 'browser', jobs: PROCESSORS, built: true, database: true, browser: true },
]

/** What runs now and must end with us: each is a function that stops it. */
const running = new Set()
let leaving = false
/** Then the tests run commands as they were built (test/support/command.ts). */
let isBuilt = false

const { wanted, forMocha } = readArguments(process.argv.slice(2))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void leave(signal))

let outcomes = []
try {
  outcomes = await runSuites()
} catch (error) {
  console.error(error)
  outcomes.push(failure('runner', error.message))
} finally {
  await stopEverything()
}
process.exitCode = close(outcomes)

/** A build that fails is one failure; the suites run all the same, since what they say helps to mend it. */
async function runSuites() {
  const built = wanted.some((suite) => suite.built) ? await runBuild() : []
  const slot = slots(PROCESSORS)
  const [checked, unit] = await Promise.all([
    runChecks(slot),
    inOrder(
      wanted.filter((suite) => suite.name === 'unit'),
      (suite) => slot(() => runSteadily(suite)),
    ),
  ])
  return [...built, ...checked, ...unit, ...(await runOnDatabase())]
}

async function runBuild() {
  const began = Date.now()
  isBuilt = await build()
  return isBuilt ? [] : [failure('build', 'the compiler refused, see above', began)]
}

async function runChecks(slot) {
  const names = wanted.map((suite) => suite.name)
  const only = checks.map(({ name }) => name).filter((name) => names.includes(name === 'types' ? 'types' : 'lint'))
  if (only.length === 0) return []

  const stop = new AbortController()
  const abort = async () => stop.abort()
  running.add(abort)
  const results = await lint({ only, slot, signal: stop.signal })
  running.delete(abort)
  return ['types', 'lint']
    .filter((name) => names.includes(name))
    .map((name) => {
      const mine = results.filter((check) => (check.name === 'types') === (name === 'types'))
      const failed = mine.filter((check) => !check.ok).map((check) => check.name)
      const ms = Math.max(...mine.map((check) => check.ms))
      return { name, passed: failed.length ? 0 : 1, failed: failed.length ? 1 : 0, skipped: 0, failures: failed, ms }
    })
}

async function runOnDatabase() {
  const suitesHere = wanted.filter((suite) => suite.database && testFilesOf(suite).length > 0)
  if (suitesHere.length === 0) return []

  let mariadb
  try {
    mariadb = await startMariadb()
  } catch (error) {
    console.error(error)
    return suitesHere.map((suite) => failure(suite.name, `No database to run on: ${error.message}`))
  }
  try {
    return await inOrder(suitesHere, (suite) =>
      suite.browser ? runBrowser(suite, mariadb.env) : runSteadily(suite, mariadb.env),
    )
  } finally {
    await mariadb.stop()
    running.delete(mariadb.stop)
  }
}

async function startMariadb() {
  const { register } = await import('tsx/esm/api')
  register()
  const { startTestMariadb } = await import('./database.ts')
  const mariadb = await startTestMariadb()
  const stop = once(() => mariadb.stop())
  running.add(stop)
  return { env: mariadb.env, stop }
}

async function runBrowser(suite, env) {
  if (process.env.FOYER_SKIP_BROWSER === '1') {
    const counted = await runMocha(suite, env, ['--dry-run'])
    return { ...counted, passed: 0, skipped: counted.passed + counted.skipped }
  }
  const chromium = findChromium() ?? installChromium()
  if (chromium) return runSteadily(suite, { ...env, CHROMIUM_PATH: chromium })
  return failure(
    suite.name,
    'No Chromium. Install it (Debian, Ubuntu: apt-get install chromium; Fedora: dnf install chromium), ' +
      'or name one in CHROMIUM_PATH, or leave the browser tests out with FOYER_SKIP_BROWSER=1.',
  )
}

function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) return isExecutable(named) ? named : undefined
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function installChromium() {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return undefined
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { env, stdio: ['ignore', 'ignore', 'inherit'] }
  spawnSync('apt-get', ['update', '-qq'], options)
  // The engine alone, where it is to be had: it takes two thirds of the whole browser's time.
  for (const program of ['chromium-headless-shell', 'chromium']) {
    console.log(`Installing ${program} for the browser tests (apt-get install ${program})`)
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', program], options)
    const found = findChromium()
    if (found) return found
  }
  return undefined
}

/**
 * A suite, and a file or two of it that failed once more by themselves: what then holds failed for want of time on a
 * busy machine, and is named as unsteady in the closing table. What fails again, or in many files at once, has failed.
 */
async function runSteadily(suite, env) {
  const first = await runMocha(suite, env)
  const { failedIn: files = [], passedIn = {} } = first
  const isWhole = forMocha.files.length + forMocha.options.length === 0
  if (!isWhole || first.crashed || files.length === 0 || files.length > MOST_UNSTEADY_FILES || leaving) return first

  console.log(`\n${suite.name}, once more and alone: ${files.map((file) => relative(root, file)).join(', ')}`)
  const again = await runMocha({ ...suite, jobs: 1 }, env, [], files)
  const ms = first.ms + again.ms
  if (again.failed > 0 || again.crashed || again.passed === 0) return { ...first, ms }
  const passed = files.reduce((sum, file) => sum - (passedIn[file] ?? 0), first.passed + again.passed)
  return { ...first, ms, passed, failed: 0, failures: [], unsteady: first.failures }
}

/** Runs one suite in a process group of its own and reads the counts that reporter.mjs leaves. */
async function runMocha(suite, env = {}, more = [], files = testFilesOf(suite)) {
  if (files.length === 0) return { name: suite.name, passed: 0, failed: 0, skipped: 0, failures: [], ms: 0 }

  const began = Date.now()
  const results = join(resultsFolder, `${suite.name}.json`)
  mkdirSync(resultsFolder, { recursive: true })
  mkdirSync(onceFolder, { recursive: true })
  rmSync(results, { force: true })
  console.log(`\n${suite.name}`)
  const every = wanted.length === 1 ? ',every=1' : ''
  const parallel = suite.jobs > 1 && files.length > 1 ? ['--parallel', '--jobs', String(suite.jobs)] : []
  const reporter = ['--reporter', 'test/setup/reporter.mjs', '--reporter-option', `results=${results}${every}`]
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js')
  const child = spawn(
    process.execPath,
    [mocha, ...reporter, ...parallel, '--forbid-only', ...more, ...forMocha.options, ...files],
    {
      cwd: root,
      env: {
        ...cleanEnvironment(),
        ...{ NODE_ENV: 'test', TEST_ONCE_FOLDER: onceFolder, TEST_BUILT: isBuilt ? '1' : '' },
        ...env,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    },
  )
  const { code, why } = await ending(child, results)
  const ms = Date.now() - began
  const counted = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined
  if (why) console.error(`  ${suite.name}: ${why}`)
  if (counted && !why && (code === 0 || counted.failed > 0)) return { ...counted, name: suite.name, ms }

  const reason = why ?? `mocha ended with ${code ?? 'a signal'}${counted ? '' : ' before the last test'}`
  const { passed = 0, failed = 0, skipped = 0, failures = [] } = counted ?? {}
  return { name: suite.name, passed, failed: failed + 1, skipped, failures: [...failures, reason], ms, crashed: true }
}

/**
 * Waits until the suite's process is gone, and ends it where it hangs: after the limit, or when something keeps
 * it alive although the last test is over. `why`: the reason when it had to be ended.
 */
async function ending(child, results) {
  const stop = () => endGroup(child)
  running.add(stop)
  const began = Date.now()
  let over
  let why
  const watch = setInterval(() => {
    const now = Date.now()
    over ??= existsSync(results) ? now : undefined
    if (why) return
    if (over && now - over > FAREWELL_MS) why = `something is still open ${FAREWELL_MS / 1000} s after the last test`
    else if (now - began > SUITE_LIMIT_MS) why = `not over after ${SUITE_LIMIT_MS / 60_000} minutes`
    if (why) void stop()
  }, 250)
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      why = error.message
      resolve(null)
    })
    child.on('exit', resolve)
  })
  clearInterval(watch)
  // Workers or servers that outlived their parent.
  signalGroup(child, 'SIGKILL')
  running.delete(stop)
  return { code, why }
}

/** Asks first, so that browsers and servers of the tests are closed by those that opened them. */
async function endGroup(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  signalGroup(child, 'SIGTERM')
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 3_000)
  await gone
  clearTimeout(timer)
}

function signalGroup(child, signal) {
  try {
    if (child.pid) process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

async function leave(signal) {
  if (leaving) return
  leaving = true
  console.error(`\n${signal}: stopping`)
  await stopEverything()
  process.exit(128 + constants.signals[signal])
}

async function stopEverything() {
  // The suites before what they run on.
  for (const stop of [...running].reverse()) {
    running.delete(stop)
    await stop().catch((error) => console.error(error))
  }
  rmSync(onceFolder, { recursive: true, force: true })
}

/** Prints the table, what failed by name, and the closing line. Gives the exit code. */
function close(all) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  console.log('')
  for (const { name, passed, failed, skipped, ms } of all) {
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
    const seconds = `${(ms / 1000).toFixed(1)} s`
    console.log(`  ${name.padEnd(12)} ${counts({ passed, failed, skipped }).padEnd(40)} ${seconds.padStart(8)}`)
  }
  for (const { name, unsteady = [] } of all) {
    for (const title of unsteady) console.log(`  ! ${name}: failed at first, held when asked again alone: ${title}`)
  }
  for (const { name, failures } of all) for (const title of failures) console.log(`  ✗ ${name}: ${title}`)
  console.log('')
  console.log(counts(total))
  return total.failed > 0 || total.passed + total.skipped === 0 ? 1 : 0
}

function counts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function failure(name, reason, began = Date.now()) {
  console.error(`  ${name}: ${reason}`)
  return { name, passed: 0, failed: 1, skipped: 0, failures: [reason], ms: Date.now() - began }
}

function testFilesOf(suite) {
  if (forMocha.files.length > 0) return forMocha.files
  const folder = join(root, 'test', suite.name)
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', suite.name, name))
    .sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))
}

function placeOf(file) {
  const at = longest.indexOf(file.replaceAll('\\', '/'))
  return at < 0 ? longest.length : at
}

/** The settings of whoever runs the tests (a database, an address) are none of the tests' business. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FOYER_')))
}

function readArguments(given) {
  const cut = given.indexOf('--')
  const names = cut < 0 ? given : given.slice(0, cut)
  const rest = cut < 0 ? [] : given.slice(cut + 1)
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name))
  if (unknown.length > 0) {
    console.error(`No such suite: ${unknown.join(', ')}. There are: ${suites.map((suite) => suite.name).join(', ')}.`)
    process.exit(2)
  }
  return {
    wanted: names.length > 0 ? suites.filter((suite) => names.includes(suite.name)) : suites,
    forMocha: {
      files: rest.filter((argument) => argument.endsWith('.test.ts')),
      options: rest.filter((argument) => !argument.endsWith('.test.ts')),
    },
  }
}

async function inOrder(things, work) {
  const answers = []
  for (const thing of things) if (!leaving) answers.push(await work(thing))
  return answers
}

function once(work) {
  let answer
  return () => (answer ??= work())
}

function isExecutable(file) {
  try {
    accessSync(file, modes.X_OK)
    return true
  } catch {
    return false
  }
}
