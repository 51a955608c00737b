/** Runs the house's own rules over the project: findings on the terminal, one a line, exit 1 when there are any. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { hostTables, hostTablesWithEverydayNames } from '../../../module/host/tables.js'
import { colourLiterals } from './colours.js'
import { hostTableNames } from './hostTables.js'
import { brokenManifest } from './manifest.js'
import { sourcesUnder, type Finding } from './rule.js'
import { builtSql } from './sql.js'
import { unsafeTemplates } from './templates.js'
import { saidTwice, uneven, unknownWords, type Dictionary } from './words.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const source = sourcesUnder(root, ['module'], ['.ts'])
const views = sourcesUnder(root, ['views'], ['.ejs'])
const browserFiles = sourcesUnder(root, ['public'], ['.css', '.js']).filter(
  ({ path }) => !path.startsWith('public/vendor/'),
)
const dictionaries = await readDictionaries()

const findings = [
  ...hostTableNames(source, { plain: hostTables, everyday: hostTablesWithEverydayNames }),
  ...builtSql(source),
  ...unsafeTemplates(views),
  ...colourLiterals([...source, ...views, ...browserFiles]),
  ...unknownWords([...source, ...views], dictionaries),
  ...dictionaries.flatMap(uneven),
  ...saidTwice(dictionaries),
  ...manifest(),
]
for (const { path, line, message } of findings) console.log(`${path}:${line}  ${message}`)
process.exitCode = findings.length > 0 ? 1 : 0

async function readDictionaries(): Promise<Dictionary[]> {
  const files = source.map(({ path }) => path).filter((path) => path.endsWith('/words.ts'))
  return Promise.all(
    files.map(async (path) => {
      const { words } = (await import(pathToFileURL(join(root, path)).href)) as Pick<Dictionary, 'words'>
      return { path, words }
    }),
  )
}

function manifest(): Finding[] {
  const read = (path: string) => ({ path, text: readFileSync(join(root, path), 'utf8') })
  const [module, schema] = ['module.json', 'module/manifest.schema.json']
  const { version } = JSON.parse(read('package.json').text) as { version: string }
  return brokenManifest(read(module), read(schema), version)
}
