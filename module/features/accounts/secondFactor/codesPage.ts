import type { RequestContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'

/** View: /accounts/secondFactor/codes. */
export interface CodesPage {
  /** Shown now and never again. Empty: they were shown before. */
  codes: string[]
  /** At the door: a press goes on. */
  goOnAction?: string
  /** Inside: back to where it was begun. */
  backHref?: string
}

export function codesPage(
  { show, t }: RequestContext,
  { codes, ...ways }: Omit<CodesPage, 'codes'> & { codes: string[] | undefined },
): Answer {
  const page: CodesPage = { codes: codes ?? [], ...ways }
  return show.page('/accounts/secondFactor/codes', page, { title: t('second.codes.title') })
}
