import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The demo's own FOYER_SECRET: made at the first start, in a file that only its owner reads. */
export function keptSecret(dataDir: string): string {
  const file = join(dataDir, 'secret')
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true })
    // Whole or not there: a start that is killed here leaves no half of a secret.
    const fresh = `${file}.${String(process.pid)}`
    writeFileSync(fresh, randomBytes(32).toString('base64url'), { mode: 0o600 })
    linkSync(fresh, file)
    rmSync(fresh)
  }
  return readFileSync(file, 'utf8')
}
