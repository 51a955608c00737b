/** Taking work on, as its form says it and as the page shows who has it: the same for everything that waits for staff. */
import { z } from 'zod'
import type { ClaimHow } from '../access/claiming.js'
import { optionalText } from './forms.js'
import type { StaffContext } from './routes.js'

/** Fields of the form. Without any: for me. `take`: the username of who had it when the page was shown. */
export const claimFields = { to: optionalText(255), release: optionalText(1), take: optionalText(255) }

export const ClaimForm = z.object(claimFields)

export function claimedHow({ release, take, to }: z.output<typeof ClaimForm>): ClaimHow {
  if (to !== '') return { kind: 'hand-over', to }
  if (release === '1') return { kind: 'release' }
  return take === '' ? { kind: 'claim' } : { kind: 'take', from: take }
}

interface Person {
  username: string
  name: string
}

/**
 * Who has it, and to whom it can be handed over. `holder`: their username; `choose`: key of words, of nobody chosen yet.
 * `by` and `name` are of a colleague: undefined and '' where it is mine or nobody's.
 */
export function holderView(
  { staff, t, url }: StaffContext,
  {
    holder,
    people,
    base,
    choose,
  }: { holder: string | undefined; people: readonly Person[]; base: string; choose: string },
) {
  const mine = holder === staff.username
  return {
    action: url(`${base}/claim`),
    mine,
    by: mine ? undefined : holder,
    name: holder === undefined || mine ? '' : (people.find(({ username }) => username === holder)?.name ?? holder),
    colleagues: [
      { value: '', text: t(choose) },
      ...people
        .filter(({ username }) => username !== staff.username)
        .map(({ name, username }) => ({ value: username, text: name })),
    ],
  }
}
