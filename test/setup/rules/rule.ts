/** A rule of the house: it reads sources and says what stands where it must not. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

export interface Source {
  /** From the project's root, with slashes: `views/accounts/sign-in.ejs`. */
  path: string
  text: string
}

export interface Finding {
  path: string
  /** From 1. */
  line: number
  /** What is wrong, and what to do instead. */
  message: string
}

/** Every file under the folders whose name ends so, in the order of their paths. Folders that are not there have none. */
export function sourcesUnder(root: string, folders: readonly string[], endings: readonly string[]): Source[] {
  return folders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => endings.some((ending) => name.endsWith(ending)))
        .map((name) => join(folder, name)),
    )
    .sort()
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
}

/** The line, from 1, on which a character stands. */
export function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
