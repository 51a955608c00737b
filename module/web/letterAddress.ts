import type { Portal } from '../access/portal.js'

/** The full address of a page, as letters and printed sheets say it. `path` begins with a slash. */
export function letterAddress({ config }: Pick<Portal, 'config'>, path: string): string {
  return `${config.baseUrl ?? `http://localhost:${String(config.port)}`}${path}`
}
