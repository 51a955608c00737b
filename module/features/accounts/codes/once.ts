/** The forms that make PINs and codes carry `_once`: a second press finds what the first one made, and revokes nothing. */
import { z } from 'zod'
import { isOpaqueId } from '../../../platform/ids.js'
import { optionalText } from '../../../web/forms.js'
import type { StaffContext } from '../../../web/routes.js'

const Form = z.object({ _once: optionalText(64) })

/** Undefined: the form has none, and each press counts. */
export function tokenIn({ form }: StaffContext): string | undefined {
  const asked = form(Form)
  const token = asked.ok ? asked.value._once : ''
  return isOpaqueId(token) ? token : undefined
}
