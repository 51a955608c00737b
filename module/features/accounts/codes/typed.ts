/** What the two forms of patients have in common: the PIN or code, and the patient's date of birth. */
import { z } from 'zod'
import type { Redeemed } from '../../../access/codeRedeeming.js'
import { codeHash, typedSymbols } from '../../../access/codeSymbols.js'
import type { Portal } from '../../../access/portal.js'
import { isDay, type Day } from '../../../platform/clock.js'
import { optionalText } from '../../../web/forms.js'
import { isOpaqueId, opaqueId } from '../../../platform/ids.js'
import { onceOf, type Once } from '../../../platform/once.js'
import type { FieldError } from '../../../web/layout.js'
import type { RequestContext } from '../../../web/routes.js'
import { unfitText } from '../safety/judging.js'

export const CodeFields = { pin: optionalText(60), birthDate: optionalText(20), _once: optionalText(64) }

const Code = z.object(CodeFields)

export interface CodeRead {
  pin: string
  born: Day
  /** Of the page that it was typed into. */
  token: string
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
    token: isOpaqueId(typed['_once'] ?? '') ? (typed['_once'] ?? '') : opaqueId(),
    errors: [
      ...(typedSymbols(pin) === '' ? [{ name: 'pin', text: t('codes.typed.missingPin') }] : []),
      ...(isDay(birthDate) ? [] : [{ name: 'birthDate', text: t('codes.typed.missingDate') }]),
    ],
  }
}

/** Two presses of one form, as far as that can be told of what is a secret: by what it would open. */
export function onceFor(portal: Portal, owner: string, { born, pin, token }: CodeRead): Once {
  return onceOf(owner, token, { born, code: codeHash(portal, typedSymbols(pin)) })
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
    case 'made-before':
      return { error: { text: t('codes.join.made') }, status: 409 }
  }
}
