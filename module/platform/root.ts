import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The folder that holds Foyer's package.json, module.json, views and public: the nearest one upwards, so that it is
 * the same whether the sources run or what was built of them.
 */
export function packageRoot(): string {
  return (known ??= findRoot())
}

let known: string | undefined

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!isFoyersRoot(folder)) {
    const above = dirname(folder)
    if (above === folder) throw new Error('The package foyer is not whole: no package.json above its own files')
    folder = above
  }
  return folder
}

function isFoyersRoot(folder: string): boolean {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return false
  return (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'foyer'
}
