/** What the two forms of patients have in common: the PIN or code, and the patient's date of birth. */
import { z } from 'zod'
import type { Redeemed } from '../../../access/codeRedeeming.js'
import { typedSymbols } from '../../../access/codeSymbols.js'
import { isDay, type Day } from '../../../platform/clock.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { RequestContext } from '../../../web/routes.js'
import { unfitText } from '../safety/judging.js'

export const CodeFields = { pin: optionalText(60), birthDate: optionalText(20) }

const Code = z.object(CodeFields)

export interface CodeRead {
  pin: string
  born: Day
  errors: FieldError[]
}

/** Only what is missing or can be nothing is told at its field: whether a PIN is one is never said. */
export function readCode({ form, t }: Pick<RequestContext, 'form' | 't'>): CodeRead {
  const read = form(Code)
  const typed: Readonly<Record<string, string>> = read.ok ? read.value : read.typed
  const [pin, birthDate] = [typed['pin'] ?? '', typed['birthDate'] ?? '']
  return {
    pin,
    born: birthDate,
    errors: [
      ...(typedSymbols(pin) === '' ? [{ name: 'pin', text: t('codes.typed.missingPin') }] : []),
      ...(isDay(birthDate) ? [] : [{ name: 'birthDate', text: t('codes.typed.missingDate') }]),
    ],
  }
}

/** What stands above the form after a refusal; which status it has. */
export function whyNotOpened(
  { t, portal }: Pick<RequestContext, 'portal' | 't'>,
  outcome: Exclude<Redeemed, { ok: true }>,
): { error: FieldError; status: number } {
  switch (outcome.reason) {
    case 'refused': {
      const { phone } = portal.practice()
      return {
        error: { text: t(phone === '' ? 'codes.typed.refused' : 'codes.typed.refusedCall', { phone }) },
        status: 422,
      }
    }
    case 'too-many':
      return {
        error: { text: t('codes.typed.tooMany', { minutes: Math.max(1, Math.ceil(outcome.seconds / 60)) }) },
        status: 429,
      }
    case 'weak':
      return { error: { name: 'password', text: unfitText(t, outcome.flaw) }, status: 422 }
    case 'email-taken':
      return { error: { name: 'email', text: t('codes.typed.emailTaken') }, status: 422 }
  }
}
