/**
 * What a suite says while it runs, and the counts it leaves for the runner (`--reporter-option results=FILE`).
 * One line for each thing the practice does; every test by name with `--reporter-option every=1`; failures whole.
 * Works with --parallel, where the events of one file arrive together.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Mocha from 'mocha'

const { Base } = Mocha.reporters
const events = Mocha.Runner.constants

/** A mocha reporter. Not a class: mocha calls it with `new`, and listening is all it does. */
export default function report(runner, { reporterOptions = {} }) {
  const { results, every } = reporterOptions
  const say = every ? everyTest() : oneLineATopic()
  const count = { passed: 0, failed: 0, skipped: 0, failures: [], passedIn: {}, failedIn: [] }
  const failed = []
  const began = Date.now()

  runner.on(events.EVENT_SUITE_BEGIN, (suite) => say.begin(suite))
  runner.on(events.EVENT_SUITE_END, (suite) => say.end(suite))
  runner.on(events.EVENT_TEST_PASS, (test) => {
    count.passed += 1
    count.passedIn[test.file] = (count.passedIn[test.file] ?? 0) + 1
    say.test(test, 'passed')
  })
  runner.on(events.EVENT_TEST_PENDING, (test) => {
    count.skipped += 1
    say.test(test, 'skipped')
  })
  runner.on(events.EVENT_TEST_FAIL, (test, error) => {
    count.failed += 1
    count.failures.push(test.fullTitle())
    if (!count.failedIn.includes(test.file)) count.failedIn.push(test.file)
    // Base.list reads the error from the test; a hook that fails twice carries it only here.
    if (!test.err) test.err = error
    nameDatabaseError(test.err)
    failed.push(test)
    say.test(test, 'failed')
  })
  runner.once(events.EVENT_RUN_END, () => {
    if (failed.length > 0) Base.list(failed)
    if (!results) return
    mkdirSync(dirname(results), { recursive: true })
    writeFileSync(results, JSON.stringify({ ...count, ms: Date.now() - began }))
  })
}

/** The driver's own number and words, which the library keeps in `parent` and which a message alone may lack. */
function nameDatabaseError(error) {
  const { code, errno, sqlMessage } = error?.parent ?? error ?? {}
  if (errno === undefined || String(error.message).includes(String(errno))) return
  error.message = `${error.message} [${code ?? 'error'} ${errno}: ${sqlMessage ?? ''}]`
}

const marks = { passed: '✓', failed: '✗', skipped: '–' }

/** One line for each outermost describe: how many passed, what failed or was skipped by name. */
function oneLineATopic() {
  const open = []
  let topic = fresh()
  return {
    begin(suite) {
      if (suite.root) return
      open.push(suite.title)
      if (open.length === 1) topic = fresh()
    },
    test(test, outcome) {
      topic.ms += test.duration ?? 0
      topic[outcome].push(open.length > 0 ? test.fullTitle().slice(open[0].length).trim() : test.fullTitle())
      // A hook of the file itself fails outside every describe.
      if (open.length === 0) topic = this.print(test.fullTitle(), topic)
    },
    end(suite) {
      if (suite.root) return
      const title = open.pop()
      if (open.length === 0) topic = this.print(title, topic)
    },
    print(title, { passed, failed, skipped, ms }) {
      const mark = failed.length > 0 ? marks.failed : passed.length > 0 ? marks.passed : marks.skipped
      const total = passed.length + failed.length + skipped.length
      console.log(`  ${mark} ${title} (${total}) ${Math.round(ms)} ms`)
      for (const name of failed) console.log(`      ${marks.failed} ${name}`)
      for (const name of skipped) console.log(`      ${marks.skipped} ${name}`)
      return fresh()
    },
  }
}

function fresh() {
  return { passed: [], failed: [], skipped: [], ms: 0 }
}

function everyTest() {
  let depth = 0
  const line = (text) => console.log('  '.repeat(depth + 1) + text)
  return {
    begin(suite) {
      if (suite.root) return
      line(suite.title)
      depth += 1
    },
    test(test, outcome) {
      line(`${marks[outcome]} ${test.title}${test.duration > 100 ? ` ${test.duration} ms` : ''}`)
    },
    end(suite) {
      if (!suite.root) depth -= 1
    },
  }
}
