/** The pages on which a patient fills a document, as a person uses them. */
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'

const RECORD = String.raw`/portal/records/[\w-]+/documents`
const inDocuments = (rest: string): RegExp => new RegExp(`^${RECORD}${rest}$`)

export async function askedPage(tab: Tab, kind = 'documents asked') {
  await arrive(tab, { name: kind, path: inDocuments('/asked') })
  return {
    text: () => tab.page.locator('main').innerText(),
    begin: (title: string) => tab.page.getByRole('button', { name: title }).click(),
  }
}

export async function formPage(tab: Tab, kind = 'document form', status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: inDocuments(String.raw`/filled/\d+`), status })
  const pad = page.locator('.signature-pad canvas')
  return {
    field: (name: string) => page.locator(`[name="${name}"]`).first(),
    choose: (name: string, value: string) => page.locator(`[name="${name}"][value="${value}"]`).check(),
    draft: page.getByTestId('draft-state'),
    /** By itself, while somebody types. */
    savedByItself: () =>
      page
        .getByTestId('draft-state')
        .getByText(/\d\d:\d\d/)
        .and(page.locator('p:not(:empty)'))
        .waitFor(),
    openPad: async () => {
      await page.getByRole('button', { name: say('filling.sign.draw') }).click()
      await pad.waitFor()
    },
    pad,
    save: () => page.getByRole('button', { name: say('filling.save') }).click(),
    check: () => page.getByRole('button', { name: say('filling.review') }).click(),
    newer: page.getByTestId('newer'),
  }
}

export async function checkingPage(tab: Tab, kind = 'document check', status = 200) {
  const { page, say } = tab
  await arrive(tab, {
    name: kind,
    path: inDocuments(status === 200 ? String.raw`/filled/\d+/check` : String.raw`/filled/\d+/submission`),
    status,
  })
  return {
    document: page.getByTestId('document'),
    missing: page.locator('.error-summary'),
    send: () => page.getByRole('button', { name: say('filling.check.send') }).click(),
    change: () => page.getByRole('link', { name: say('filling.check.change') }).click(),
  }
}

export async function documentReceiptPage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'document receipt', path: inDocuments(String.raw`/filled/\d+/receipt`) })
  return {
    number: () => page.locator('.receipt-number .figures').innerText(),
    see: () => page.getByRole('link', { name: say('filling.receipt.see') }).click(),
  }
}

export async function sentDocumentPage(tab: Tab, kind = 'document sent') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: inDocuments(String.raw`/filled/\d+`) })
  return {
    text: () => page.locator('main').innerText(),
    signature: page.getByTestId('document').locator('img'),
    takeBack: () => page.getByRole('button', { name: say('filling.withdraw') }).click(),
  }
}

export async function readingPage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'document reading', path: inDocuments(String.raw`/filled/\d+/files/\d+`) })
  return {
    pictures: page.locator('.document-page'),
    back: () =>
      page
        .getByRole('link', { name: say('filling.files.back') })
        .last()
        .click(),
  }
}
