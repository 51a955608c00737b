/**
 * Builds dist/ from module/ and migrations/ and lays the browser's libraries into public/vendor/.
 * Does nothing when nothing changed since the last build. Type errors: printed, exit 1, dist/ left as it was.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = join(root, 'dist')
const stampFile = join(dist, '.stamp')
const sourceFolders = ['module', 'migrations']
const settings = ['tsconfig.json', 'module/tsconfig.json', 'package.json', 'test/setup/build.mjs']

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (await build()) ? 0 : 1
}

/** Brings dist/ and public/vendor/ up to date. False when the compiler refused; what it said is on the terminal. */
export async function build() {
  await layAssets()
  const stamp = stampOfSources()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true

  // Gone first: a build that is killed half-way must not look finished.
  rmSync(stampFile, { force: true })
  mkdirSync(dist, { recursive: true })
  if (!compile()) return false
  removeOrphans()
  makeExecutable(join(dist, 'module', 'cli.js'))
  writeFileSync(stampFile, stamp)
  return true
}

async function layAssets() {
  const assets = new URL('./assets.mjs', import.meta.url)
  if (!existsSync(assets)) return
  const { copyAssets } = await import(assets.href)
  await copyAssets()
}

function stampOfSources() {
  const hash = createHash('sha256')
  const files = [
    ...sourceFolders.flatMap((folder) => filesUnder(join(root, folder))),
    ...settings.map((file) => join(root, file)),
  ]
  for (const file of files) {
    const { mtimeMs, size } = statSync(file)
    hash.update(`${relative(root, file)} ${mtimeMs} ${size}\n`)
  }
  return hash.digest('hex')
}

function compile() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const arguments_ = [
    tsc,
    '-p',
    'module/tsconfig.json',
    '--noEmitOnError',
    ...(process.stdout.isTTY ? ['--pretty'] : []),
  ]
  const { status, error } = spawnSync(process.execPath, arguments_, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (error) throw error
  return status === 0
}

/** What was compiled from a file that no longer exists would still be found by the module's own look-ups of folders. */
function removeOrphans() {
  for (const built of sourceFolders.flatMap((folder) => filesUnder(join(dist, folder)))) {
    const source = join(root, relative(dist, built)).replace(/(\.d\.ts|\.js\.map|\.js)$/, '.ts')
    if (!existsSync(source)) rmSync(built)
  }
}

function makeExecutable(file) {
  if (existsSync(file)) chmodSync(file, 0o755)
}

function filesUnder(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}
