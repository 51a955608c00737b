/** What was refused of a form's files, in words that name the file and the limit. */
import type { RequestContext } from './routes.js'

export interface RefusedFiles {
  /** 413: too large or too many. 507: no room. 422: the rest. */
  status: 413 | 422 | 507
  /** A sentence each. */
  messages: string[]
}

/** Undefined: everything was taken. */
export function refusedFiles({
  refusals,
  portal,
  t,
}: Pick<RequestContext, 'refusals' | 'portal' | 't'>): RefusedFiles | undefined {
  if (refusals.length === 0) return undefined
  const { uploadMegabytes, uploadsAtOnce } = portal.settings()
  const values = { megabytes: uploadMegabytes, files: uploadsAtOnce }
  const reasons = refusals.map(({ reason }) => reason)
  const has = (...some: typeof reasons) => reasons.some((reason) => some.includes(reason))
  return {
    status: has('no-space') ? 507 : has('too-large', 'too-many') ? 413 : 422,
    messages: refusals.map(({ name, reason }) => t(`files.${reason}`, { ...values, name })),
  }
}
