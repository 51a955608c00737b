/**
 * `npm run lint`: types, style and the house's own rules, side by side; what a check has to say is printed
 * when it ends. `node test/setup/lint.mjs eslint rules` runs only those. Caches live in .data/cache.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { slots } from './slots.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, '.data', 'cache')
const color = process.stdout.isTTY ? ['--color'] : ['--no-color']

/** Slowest first: with two processors the order decides how long the whole takes. */
export const checks = [
  { name: 'eslint', script: 'eslint/bin/eslint.js', arguments: ['.', '--max-warnings=0', ...color, ...eslintCache()] },
  { name: 'types', script: 'typescript/bin/tsc', arguments: ['--noEmit', '-p', '.', ...compilerCache()] },
  {
    name: 'floors',
    script: 'dependency-cruiser/bin/dependency-cruise.mjs',
    arguments: ['--config', '.dependency-cruiser.cjs', ...folders()],
  },
  { name: 'unused', script: 'knip/bin/knip.js', arguments: ['--no-progress', '--no-config-hints'] },
  {
    name: 'format',
    script: 'prettier/bin/prettier.cjs',
    arguments: ['.', '--check', '--log-level=warn', ...prettierCache()],
  },
  { name: 'rules', script: null, arguments: ['--import', 'tsx', 'test/setup/rules/all.ts'] },
]

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = process.argv.slice(2)
  const unknown = wanted.filter((name) => !checks.some((check) => check.name === name))
  if (unknown.length > 0) {
    console.error(`No such check: ${unknown.join(', ')}. There are: ${checks.map((check) => check.name).join(', ')}.`)
    process.exit(2)
  }
  const outcomes = await lint({ only: wanted })
  process.exitCode = outcomes.every((outcome) => outcome.ok) ? 0 : 1
}

/**
 * Runs the checks and prints each one's outcome as it ends.
 * `only`: names, all when empty. `slot`: waits for a free processor, see slots.mjs.
 * Gives `{ name, ok, ms }[]`, in the order of `checks`.
 */
export async function lint({ only = [], slot = slots(availableParallelism()), signal } = {}) {
  mkdirSync(cache, { recursive: true })
  const chosen = checks.filter((check) => only.length === 0 || only.includes(check.name))
  return Promise.all(chosen.map((check) => slot(() => run(check, signal))))
}

async function run(check, signal) {
  const began = Date.now()
  const { ok, output } = await answerOf(check, signal)
  const ms = Date.now() - began
  console.log(`  ${ok ? '✓' : '✗'} ${check.name} ${(ms / 1000).toFixed(1)} s`)
  if (!ok) console.log(output.trimEnd() || '    failed without a word')
  return { name: check.name, ok, ms }
}

function answerOf({ script, arguments: given }, signal) {
  const command = script === null ? given : [join(root, 'node_modules', script), ...given]
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], signal })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}` }))
    child.on('close', (code) => resolve({ ok: code === 0, output }))
  })
}

function eslintCache() {
  return ['--cache', '--cache-strategy=content', '--cache-location', join(cache, 'eslint/')]
}

function compilerCache() {
  return ['--incremental', '--tsBuildInfoFile', join(cache, 'tsc.tsbuildinfo')]
}

function prettierCache() {
  return ['--cache', '--cache-strategy=content', '--cache-location', join(cache, 'prettier.json')]
}

function folders() {
  return ['module', 'migrations', 'test'].filter((folder) => existsSync(join(root, folder)))
}
