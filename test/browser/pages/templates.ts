/** The library of templates, as staff use it. */
import type { Tab } from '../../support/browser.js'
import { arrive } from './arrive.js'

const LIBRARY = '/staff/portal/templates'

export async function libraryPage(tab: Tab, kind = 'templates') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: new RegExp(`^${LIBRARY}$`) })
  return {
    write: () => page.getByRole('link', { name: say('templates.new') }).click(),
    open: (title: string) => page.getByTestId('template').getByRole('link', { name: title }).click(),
  }
}

/** Where a template is written or uploaded; what was posted and is shown again stands here too. */
export async function writingPage(tab: Tab, kind = 'template: new', status = 200) {
  const { page, say } = tab
  await arrive(tab, {
    name: kind,
    path: new RegExp(String.raw`^${LIBRARY}(/new|/uploads|/\d+/edit|/\d+/content)?$`),
    status,
  })
  return {
    upload: async (name: string, html: string) => {
      await page.locator('#field-file').setInputFiles({ name, mimeType: 'text/html', buffer: Buffer.from(html) })
      await page.getByRole('button', { name: say('templates.uploadSend') }).click()
    },
    uploadPdf: async (name: string, buffer: Buffer) => {
      await page.locator('#field-file').setInputFiles({ name, mimeType: 'application/pdf', buffer })
      await page.getByRole('button', { name: say('templates.uploadSend') }).click()
    },
    uploadName: page.locator('#field-upload-name'),
    name: page.locator('#field-name'),
    text: page.locator('#field-content'),
    insert: async (directive: string) => {
      await page.locator('.template-directives summary').click()
      await page.getByRole('button', { name: `${say('templates.insert')} ${directive}`, exact: true }).click()
    },
    look: () => page.getByRole('button', { name: say('templates.look') }).click(),
    save: () => page.getByRole('button', { name: say('templates.save'), exact: true }).click(),
    preview: page.getByTestId('preview'),
    errors: page.locator('.error-summary'),
  }
}

/** Where a PDF of the library is renamed, moved or replaced; what was refused is shown again here. */
export async function pdfPage(tab: Tab, kind = 'template: change a PDF', status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: new RegExp(String.raw`^${LIBRARY}/\d+/(edit|file)$`), status })
  return {
    name: page.locator('#field-name'),
    note: page.locator('#field-note'),
    replace: async (name: string, buffer: Buffer) => {
      await page.locator('#field-file').setInputFiles({ name, mimeType: 'application/pdf', buffer })
      await page.getByRole('button', { name: say('templates.save'), exact: true }).click()
    },
    errors: page.locator('.error-summary'),
  }
}

/** One version of a template, as it was. */
export async function versionPage(tab: Tab, kind = 'template: version') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: new RegExp(String.raw`^${LIBRARY}/\d+/versions/\d+$`) })
  return {
    download: async (): Promise<string> => {
      const coming = page.waitForEvent('download')
      await page.getByRole('link', { name: say('templates.download') }).click()
      return (await coming).suggestedFilename()
    },
  }
}

export async function templatePage(tab: Tab, kind = 'template') {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: new RegExp(String.raw`^${LIBRARY}/\d+$`) })
  return {
    text: () => page.locator('main').innerText(),
    change: () => page.getByRole('link', { name: say('templates.change'), exact: true }).click(),
    version: (number: number) =>
      page.getByRole('link', { name: say('templates.versionNumber', { number }), exact: true }).click(),
  }
}

export async function askingPage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'template: asking', path: new RegExp(String.raw`^${LIBRARY}/asking/\d+$`) })
  return {
    choose: (title: string) => page.getByLabel(title).check(),
    ask: (name: string) => page.getByRole('button', { name: say('templates.askOne', { name }) }).click(),
  }
}

export async function listsPage(tab: Tab, kind = 'template lists', status = 200) {
  const { page, say } = tab
  await arrive(tab, { name: kind, path: new RegExp(`^${LIBRARY}/lists`), status })
  const list = (name: string) => page.locator(`[data-list="${name}"]`)
  return {
    list,
    add: async (to: string, title: string) => {
      await page.locator(`#field-${to}-new`).fill(title)
      await list(to)
        .getByRole('button', { name: say('templates.lists.add'), exact: false })
        .last()
        .click()
    },
    remove: (from: string, title: string) =>
      list(from)
        .getByRole('button', { name: `${say('templates.lists.remove')} ${title}`, exact: true })
        .click(),
    errors: page.locator('.error-summary'),
  }
}
