/** What is looked at once in a whole run, although its files run in several processes. */
import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The runner's folder for it. A file that is run by hand keeps it to itself. */
const folder = process.env['TEST_ONCE_FOLDER']
const own = new Map<string, string>()

/** The first value that anybody in this run has noted under this key: this one, if nobody had. */
export function firstNoted(key: string, value: string): string {
  if (folder === undefined) {
    const known = own.get(key) ?? value
    own.set(key, known)
    return known
  }
  const file = join(folder, createHash('sha256').update(key).digest('hex'))
  const mine = `${file}.${randomUUID()}`
  writeFileSync(mine, value)
  try {
    // Linked whole or not at all: nobody reads half of it.
    linkSync(mine, file)
    return value
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(mine)
  }
}

/** Whether nobody in this run has asked so before. */
export function isFirst(key: string): boolean {
  const mark = randomUUID()
  return firstNoted(key, mark) === mark
}
