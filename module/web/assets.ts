/** Stylesheets, client scripts and icons of public/. Nothing of anybody's: browsers may keep them. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import express, { type RequestHandler } from 'express'
import { packageRoot } from '../platform/root.js'

export function assets(): RequestHandler {
  const kept = express.static(folder(), { index: false, immutable: true, maxAge: '365d', redirect: false })
  const fresh = express.static(folder(), { index: false, maxAge: 0, redirect: false })
  const sheet = joinedSheet()
  // Only an address that names this very version may be kept for long.
  return (request, response, next) => {
    const named = request.query['v'] === assetsVersion()
    if (request.path !== '/css/foyer.css' || !['GET', 'HEAD'].includes(request.method)) {
      ;(named ? kept : fresh)(request, response, next)
      return
    }
    response.set('Cache-Control', named ? 'public, max-age=31536000, immutable' : 'public, max-age=0')
    response.type('css').send(sheet)
  }
}

/** In the order in which they stand: what comes later overrules. */
const sheets = [
  'tokens',
  'base',
  'controls',
  'frame',
  'parts',
  'tables',
  'patients',
  'documents',
  'staff',
  'reader',
] as const

/** public/css/foyer/ as one stylesheet, so that a page asks once. */
function joinedSheet(): string {
  return sheets.map((name) => readFileSync(join(folder(), 'css', 'foyer', `${name}.css`), 'utf8')).join('\n')
}

let known: string | undefined

/** Changes when a byte of public/ does. Read once a process. */
export function assetsVersion(): string {
  return (known ??= hashOf(folder()))
}

function folder(): string {
  return join(packageRoot(), 'public')
}

function hashOf(root: string): string {
  const hash = createHash('sha256')
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const file of files.map((entry) => join(entry.parentPath, entry.name)).sort())
    hash.update(file).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}
