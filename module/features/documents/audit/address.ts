import type { StaffContext } from '../../../web/routes.js'

/** The submission that an address names; 0: none. */
export function idIn({ params }: Pick<StaffContext, 'params'>): number {
  return Number(/^[1-9]\d{0,14}$/.exec(params['id'] ?? '')?.[0] ?? 0)
}
