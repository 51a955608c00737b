/** The pages on which staff audit what patients sent. */
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'

export async function auditQueuePage(tab: Tab, kind = 'audit queue') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/documents$/ })
  const row = (id: number) => page.locator(`[data-test="submission"][data-id="${String(id)}"]`)
  return {
    rows: page.getByTestId('submission'),
    row,
    claim: (id: number) =>
      row(id)
        .getByRole('button', { name: say('audit.claim.mine') })
        .click(),
    tick: (id: number) => row(id).getByRole('checkbox').check(),
    fileTicked: () => page.getByRole('button', { name: say('audit.batch.file') }).click(),
    undo: () => page.getByRole('button', { name: say('undo.button') }).click(),
  }
}

export async function batchPage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'audit: several', path: /^\/staff\/portal\/documents\/filing$/ })
  return {
    confirm: (count: number) => page.getByRole('button', { name: say('audit.batch.confirm', { count }) }).click(),
  }
}

export async function auditPage(tab: Tab, kind = 'audit: one', status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/documents\/submissions\/\d+/, status })
  return {
    pictures: page.locator('.page-picture'),
    fileIt: page.getByTestId('file-it'),
    deny: async (reason: string) => {
      await page.getByLabel(say('audit.deny.reason')).fill(reason)
      await page.getByRole('button', { name: say('audit.deny.send') }).click()
    },
  }
}
