/** The pages on which files are sent, as a person uses them. */
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'

const RECORD = String.raw`/portal/records/[\w-]+/documents`

export interface Chosen {
  name: string
  mimeType: string
  buffer: Buffer
}

export async function sendingPage(tab: Tab, kind = 'upload form', status = 200) {
  await arrive(tab, { name: kind, path: new RegExp(`^${RECORD}/upload$`), status })
  return { ...fileForm(tab, tab.say('uploads.send')), camera: tab.page.locator('input[type=file][capture]') }
}

/** Of a file that was returned. */
export async function replacingPage(tab: Tab) {
  await arrive(tab, {
    name: 'upload: again',
    path: new RegExp(String.raw`^${RECORD}/upload/[\w-]+/files/\d+/replacement$`),
  })
  return { ...fileForm(tab, tab.say('uploads.send')), why: tab.page.getByTestId('returned-why') }
}

export async function sentFilesPage(tab: Tab, kind = 'upload sent') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: new RegExp(String.raw`^${RECORD}/upload/[\w-]{22}$`) })
  return {
    rows: page.getByTestId('upload'),
    row: (name: string) => page.getByTestId('upload').filter({ hasText: name }),
    again: () => page.getByRole('link', { name: say('uploads.replace') }).click(),
  }
}

export async function chartDocumentsPage(tab: Tab, kind = 'chart documents of a patient', status = 200) {
  const { page } = tab
  await arrive(tab, { name: kind, path: /^\/staff\/portal\/patients\/\d+\/documents$/, status })
  const form = page.locator('form[data-upload]')
  return {
    ...fileForm(tab, /^(?:Add to|Añadir al)/),
    category: form.locator('select[name=category]'),
    added: page.getByTestId('added'),
  }
}

function fileForm({ page, say }: Tab, press: string | RegExp) {
  const form = page.locator('form[data-upload]')
  return {
    choose: (files: readonly Chosen[]) => form.locator('#field-file').setInputFiles([...files]),
    send: () => form.getByRole('button', { name: press }).click(),
    progress: form.locator('progress'),
    stop: () => form.getByRole('button', { name: say('uploads.stop') }).click(),
    faults: form.locator('.field-error'),
  }
}
