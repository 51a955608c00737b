import { expect } from 'chai'
import type { Tab } from '../../support/browser.js'
import { checkPage } from './checks.js'

export interface Kind {
  name: string
  /** Of the path, without the query. */
  path: RegExp
  status?: number
}

/** Waits until the tab shows a page of this kind, and looks whether it is a good one. */
export async function arrive(tab: Tab, { name, path, status = 200 }: Kind): Promise<void> {
  await tab.page.waitForURL((url) => path.test(url.pathname), { waitUntil: 'load' })
  expect(tab.status(), `${name}: status`).to.equal(status)
  await checkPage(tab, name)
}
