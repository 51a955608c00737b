/** axe in a page: read in once, asked as often as a test likes. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, ElementContext, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What breaks a rule, a line for each place; none is as it should be. `where`: all of the page unless said. */
export async function violationsIn(page: Page, options: RunOptions = {}, where?: ElementContext): Promise<string[]> {
  // A page that is left takes it away; a fragment that is swapped in does not.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(`${source};0`)
  const inside = where === undefined ? 'document' : JSON.stringify(where)
  const asked = `axe.run(${inside}, ${JSON.stringify({ resultTypes: ['violations'], ...options })})`
  const { violations } = await page.evaluate<Pick<AxeResults, 'violations'>>(
    `${asked}.then(({ violations }) => ({ violations }))`,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  )
}
