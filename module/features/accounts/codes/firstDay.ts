/** The first day on which a PIN or a code opens anything, as staff may set it. Left out: as soon as it is used. */
import { z } from 'zod'
import { firstDayOf } from '../../../access/grantDays.js'
import { comingFrom } from '../../../access/codeJoining.js'
import type { Portal } from '../../../access/portal.js'
import { day as dayOf, type Day, type Utc } from '../../../platform/clock.js'
import type { Language } from '../../../platform/i18n.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeDay } from '../../../web/times.js'
import { typedDay } from '../../../web/typedDay.js'

const Fields = z.object({ from: typedDay('families.until.notADay') })

/** Undefined: at once. A patient's own opens at once (access/codeIssuing.ts). */
export function readFirstDay(
  { form, portal, t }: StaffContext,
  recipient: { self: boolean } | undefined,
): { from: Day | undefined; errors: FieldError[] } {
  const read = form(Fields)
  const wrong = (key: string) => ({ from: undefined, errors: [{ name: 'from', text: t(key) }] })
  if (!read.ok) return wrong(read.errors['from'] ?? 'families.until.notADay')
  const { from } = read.value
  const today = dayOf(portal.clock.now())
  if (from === '' || from === today) return { from: undefined, errors: [] }
  if (from < today) return wrong('codes.from.past')
  return recipient?.self === true ? wrong('codes.refused.own-later') : { from, errors: [] }
}

/** The day in words, where it is to come; '' otherwise. */
export function firstDayText(portal: Portal, from: Utc | undefined, language: Language): string {
  const coming = comingFrom({ from }, portal)
  return coming === undefined ? '' : writeDay(firstDayOf(coming, portal.clock.zone), language)
}
