/** The second factor's pages, at the doors and on the account's own. */
import { appWith, type App } from '../../support/secondFactors.js'
import type { Tab } from '../../support/browser.js'
import type { TestPractice } from '../../support/practice.js'
import { arrive } from './arrive.js'

export async function challengePage(tab: Tab, status = 200) {
  const { page, say } = tab
  const name = status === 200 ? 'second factor' : 'second factor: refused'
  await arrive(tab, { name, path: /\/sign-in\/second-factor$/, status })
  return {
    code: page.getByLabel(say('second.code')),
    submit: () => page.getByRole('button', { name: say('second.submit'), exact: true }).click(),
    passkey: page.getByRole('button', { name: say('second.usePasskey') }),
    async recover(code: string) {
      await page.getByText(say('second.recovery')).click()
      await page.getByLabel(say('second.recoveryCode')).fill(code)
      await page.getByRole('button', { name: say('second.recoverySubmit') }).click()
    },
    errors: page.locator('[data-error-summary] li'),
  }
}

export async function ownPage(tab: Tab, kind: string) {
  const { page, say } = tab
  await arrive(tab, {
    name: `own second factor: ${kind}`,
    path: /^(\/portal\/account\/second-factor|\/staff\/portal\/account)$/,
  })
  return {
    setUpApp: () => page.getByRole('link', { name: say('second.app.submit') }).click(),
    addPasskey: () => page.getByRole('link', { name: say('second.passkey.title') }).click(),
    passkeys: page.getByTestId('passkey'),
    rename: () =>
      page
        .getByRole('link', { name: say('second.passkey.change') })
        .first()
        .click(),
    switchOff: () => page.getByRole('link', { name: say('second.own.switchOff') }).click(),
  }
}

export async function appPage(tab: Tab, practice: TestPractice, at: 'own app' | 'set up' = 'own app') {
  const { page, say } = tab
  const path = at === 'own app' ? /\/app$/ : /\/set-up-second-factor$/
  await arrive(tab, { name: at, path })
  return {
    async app(): Promise<App> {
      return appWith(practice, (await page.getByTestId('key').innerText()).replaceAll(' ', ''))
    },
    qr: page.locator('svg.second-qr'),
    async confirm(code: string, password?: string) {
      await page.getByLabel(say('second.code')).fill(code)
      if (password !== undefined) await page.getByLabel(say('second.password')).fill(password)
      await page.getByRole('button', { name: say('second.app.submit') }).click()
    },
    async makePasskey(name: string) {
      await page.getByLabel(say('second.passkey.name')).fill(name)
      await page.getByRole('button', { name: say('second.passkey.submit') }).click()
    },
  }
}

export async function newPasskeyPage(tab: Tab) {
  const { page, say } = tab
  await arrive(tab, { name: 'new passkey', path: /\/passkeys\/new$/ })
  return {
    async make(name: string, password: string) {
      await page.getByLabel(say('second.passkey.name')).fill(name)
      await page.getByLabel(say('second.password')).fill(password)
      await page.getByRole('button', { name: say('second.passkey.submit') }).click()
    },
    stopped: page.getByText(say('second.passkeyStopped')),
  }
}

export async function codesPage(tab: Tab) {
  const { page, say } = tab
  await page.getByRole('heading', { name: say('second.codes.title') }).waitFor()
  await arrive(tab, { name: 'recovery codes', path: /(app|passkeys|codes|set-up-second-factor)$/ })
  return {
    codes: () => page.locator('#recovery-codes li').allInnerTexts(),
    goOn: () => page.getByRole('button', { name: say('second.codes.goOn') }).click(),
    back: () => page.getByRole('link', { name: say('second.codes.back') }).click(),
  }
}

export async function passkeyDoor(tab: Tab, status = 200) {
  const { page, say } = tab
  const name = status === 200 ? 'passkey door' : 'passkey door: refused'
  await arrive(tab, { name, path: /\/sign-in\/passkey$/, status })
  return { enter: () => page.getByRole('button', { name: say('second.usePasskey') }).click() }
}
