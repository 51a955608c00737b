/**
 * EJS to text. Each template is compiled once and kept as a plain function, and finds what it includes by its name:
 * EJS's own include resolves a path and copies its options each time, for every icon of a page.
 */
import { readFileSync } from 'node:fs'
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

/** Renders views/<view>.ejs; the name begins with a slash. Throws what the template throws, with its name. */
export function render(view: string, locals: Locals): string {
  const template = templates.get(view) ?? compiled(view)
  const { t, url, csrf, nonce } = locals
  return template(locals, ejs.escapeXML, (included, { page }) => render(included, { page, t, url, csrf, nonce }))
}

type Template = (
  locals: Locals,
  escape: typeof ejs.escapeXML,
  include: (view: string, its: Pick<Locals, 'page'>) => string,
) => string

const root = join(packageRoot(), 'views')
const templates = new Map<string, Template>()

function compiled(view: string): Template {
  const source = new ejs.Template(readFileSync(join(root, `${view}.ejs`), 'utf8'), options)
  source.compile()
  // eslint-disable-next-line no-new-func, @typescript-eslint/no-implied-eval -- what EJS itself makes of its templates: files of ours
  const run = new Function('locals', 'escapeFn', 'include', `"use strict";\n${source.source}`) as Template
  const template: Template = (...all) => {
    try {
      return run(...all)
    } catch (error) {
      if (error instanceof Error && !error.message.startsWith('views/'))
        error.message = `views${view}.ejs: ${error.message}`
      throw error
    }
  }
  // While somebody works on the templates, each page is made of what they say now.
  if (process.env['NODE_ENV'] !== 'development') templates.set(view, template)
  return template
}

const options: ejs.Options = {
  strict: true,
  compileDebug: false,
  _with: false,
  destructuredLocals: ['page', 't', 'url', 'csrf', 'nonce'],
}
