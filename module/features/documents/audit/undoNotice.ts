/** What the last press did to several at once, with the way back while nothing is filed. */
import type { StaffContext } from '../../../web/routes.js'
import { UNDO_SECONDS } from './batch.js'

/** What the last press did, as its address says, with the way back. The ids are looked at again when it is pressed. */
export function undoOf({ query, t, url }: StaffContext) {
  const ids = idsIn(query['due'])
  const [, number, reasons = ''] = /^(\d{1,4})\.([a-z.-]{1,80})$/.exec(query['failed'] ?? '') ?? []
  const failed = Number(number ?? 0)
  if (ids.length === 0 && failed === 0) return undefined
  const why = reasons
    .split('.')
    .map((reason) => t(`audit.batch.why.${reason}`))
    .filter((text) => !text.startsWith('audit.'))
  return {
    action: url('/staff/portal/documents/filing/undo'),
    token: ids.join('.'),
    target: '#document-queue',
    seconds: UNDO_SECONDS - 5,
    empty: ids.length === 0,
    text: [
      ...(ids.length > 0 ? [t('audit.batch.due', { count: ids.length })] : []),
      ...(failed > 0 ? [t('audit.batch.failed', { count: failed, why: why.join(' ') })] : []),
    ].join(' '),
  }
}

/** `12.15.99`, 200 at most; anything else is none. */
export function idsIn(text: string | undefined): number[] {
  if (!/^[1-9]\d{0,14}(\.[1-9]\d{0,14}){0,199}$/.test(text ?? '')) return []
  return (text ?? '').split('.').map(Number)
}
