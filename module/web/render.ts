import { join } from 'node:path'
import ejs from 'ejs'
import { packageRoot } from '../platform/root.js'
import type { Translate } from '../platform/i18n.js'

/** Everything that a template sees. */
export interface Locals {
  page: unknown
  t: Translate
  url: (path: string) => string
  csrf: string
  nonce: string
}

/** Renders views/<view>.ejs to text; compiled once and kept. */
export function render(view: string, locals: Locals): Promise<string> {
  const file = files.get(view) ?? fileOf(view)
  return ejs.renderFile(file, { ...locals }, options)
}

const root = join(packageRoot(), 'views')
const files = new Map<string, string>()

function fileOf(view: string): string {
  const file = join(root, `${view}.ejs`)
  files.set(view, file)
  return file
}

const options: ejs.Options = {
  root,
  views: [root],
  cache: process.env['NODE_ENV'] !== 'development',
  strict: true,
  _with: false,
  destructuredLocals: ['page', 't', 'url', 'csrf', 'nonce'],
}
