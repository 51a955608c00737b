import { accessSync, constants } from 'node:fs'

/**
 * The browser that this machine has, or the one that CHROMIUM_PATH names. Throws when there is none. The shell is the same
 * engine without toolbars and menus, which cost a window more than most pages do.
 */
export function chromiumPath(): string {
  const named = process.env['CHROMIUM_PATH']
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const found = [...(named ? [named] : []), ...names.map((name) => `/usr/bin/${name}`)].find(isExecutable)
  if (found === undefined) throw new Error('No Chromium here. Install it, or name one in CHROMIUM_PATH.')
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
