/**
 * Imported before a suite, this takes one guard out of the code that the suite tests, named by CUT: {"file", "find",
 * "put"}. The module itself has no such switch. A guard that is not where it is looked for fails the start: it was
 * moved, and guards.test.ts with it.
 */
import { Module } from 'node:module'

const { file, find, put } = JSON.parse(process.env.CUT ?? '{}')
const compile = Module.prototype._compile

Module.prototype._compile = function (source, path, ...rest) {
  if (file === undefined || !path.endsWith(file)) return compile.call(this, source, path, ...rest)
  const pattern = new RegExp(find)
  if (!pattern.test(source)) {
    process.stderr.write(`No guard to take out of ${file}: ${find}\n`)
    process.exit(99)
  }
  process.stderr.write(`taken out of ${file}\n`)
  return compile.call(this, source.replace(pattern, put), path, ...rest)
}
