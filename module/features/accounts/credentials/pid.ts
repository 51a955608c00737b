import type { StaffContext } from '../../../web/routes.js'

/** The address's pid, where it can be one. */
export function pidIn({ params }: Pick<StaffContext, 'params'>): number | undefined {
  const pid = Number(/^[1-9]\d{0,15}$/.exec(params['pid'] ?? '')?.[0])
  return Number.isSafeInteger(pid) ? pid : undefined
}
