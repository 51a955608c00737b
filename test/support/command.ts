import { join } from 'node:path'
import { packageRoot } from '../../module/platform/root.js'

/** Whether the runner has built what is tested, so that no process need compile it again. */
const isBuilt = process.env['TEST_BUILT'] === '1'

/**
 * What node runs one of the module's own files with: `cli` is the foyer command, `demo/start` what `npm start` runs. As it
 * was built where the runner built it; from the source where a test file is run by hand.
 */
export function programOf(name: 'cli' | 'demo/start'): string[] {
  return [...loader(), fileOf(name)]
}

/** For node, before a file or a script that imports `fileOf` something. */
export function loader(): string[] {
  return isBuilt ? [] : ['--import', 'tsx']
}

/** One of the module's files, as it is run: `demo/mariadb`. */
export function fileOf(name: string): string {
  const root = packageRoot()
  return isBuilt ? join(root, 'dist', 'module', `${name}.js`) : join(root, 'module', `${name}.ts`)
}
