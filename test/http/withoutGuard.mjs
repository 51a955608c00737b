/**
 * Runs sentences of suites with one guard after another taken out of the code that they test. Named by CUTS, a list of
 * {"key", "file", "find", "put", "suite", "only"}: what matches `find` in a file as it stands after compiling becomes
 * `put`, in which $& is the guard itself and OUT says whether it is this one that is out. So a file is loaded once and a
 * practice opened once for all of them. The module itself has no such switch. Told as a line of JSON for each: whether
 * the guard was where it is looked for, how many sentences were tried, and what the first that failed said.
 */
import { Module } from 'node:module'
import Mocha from 'mocha'

const cuts = JSON.parse(process.env.CUTS ?? '[]')
const found = new Set()
const compile = Module.prototype._compile

Module.prototype._compile = function (source, path, ...rest) {
  const mine = cuts.filter(({ file }) => path.endsWith(file))
  return compile.call(this, mine.reduce(cutInto, source), path, ...rest)
}

function cutInto(source, { key, find, put }) {
  const pattern = new RegExp(find)
  if (!pattern.test(source)) return source
  found.add(key)
  return source.replace(pattern, put.replaceAll('OUT', `(globalThis.guardThatIsOut === ${JSON.stringify(key)})`))
}

const mocha = new Mocha({ timeout: 60_000, reporter: class {} })
for (const suite of new Set(cuts.map((cut) => cut.suite))) mocha.addFile(suite)
await mocha.loadFilesAsync()
const tries = new Map()
for (const { key, suite, only } of cuts) tries.set(key, sentencesOf(mocha.suite, suite, only))
leaveOnly(mocha.suite)
const told = new Map(cuts.map(({ key }) => [key, { tried: 0, failed: undefined }]))
for (const cut of cuts) for (const test of tries.get(cut.key)) test.parent.addTest(without(cut, test))
let broken = ''

mocha
  .run(() => {
    for (const { key } of cuts) {
      console.log(JSON.stringify({ key, found: found.has(key), broken, ...told.get(key) }))
    }
    process.exit(0)
  })
  .on('fail', (runnable, error) => {
    // A hook: a practice that could not be opened proves nothing.
    if (runnable.cut === undefined) broken ||= `${runnable.fullTitle()}: ${error.message}`
    // Nor does a sentence that was not over in time.
    else if (error.code === 'ERR_MOCHA_TIMEOUT') told.get(runnable.cut).broken = error.message
    else told.get(runnable.cut).failed ??= `${runnable.fullTitle()}: ${error.message}`
  })

/** The sentences of this file that are meant: the first suite that has any, so that one site stands for all. */
function sentencesOf(suite, file, only) {
  const all = []
  suite.eachTest((test) => {
    if (test.file?.endsWith(file) && new RegExp(only).test(test.fullTitle())) all.push(test)
  })
  return only === '' ? all : all.slice(0, 1)
}

function leaveOnly(suite) {
  suite.tests = []
  for (const each of suite.suites) leaveOnly(each)
}

function without({ key }, test) {
  const copy = test.clone()
  const sentence = copy.fn
  copy.cut = key
  copy.fn = async function () {
    const mine = told.get(key)
    // One sentence that fails is enough.
    if (mine.failed !== undefined) return
    mine.tried += 1
    globalThis.guardThatIsOut = key
    try {
      await sentence.call(this)
    } finally {
      globalThis.guardThatIsOut = undefined
    }
  }
  return copy
}
