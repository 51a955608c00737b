import { isPlaceholderName } from '../placeholderNames.js'

/** Whether this is a name that is to be given still: Baby Girl, Twin A. Remembered: most charts share their names. */
export function isUnnamed(
  { firstName, lastName }: { firstName: string; lastName: string },
  placeholders: readonly string[],
): boolean {
  const known = byList.get(placeholders) ?? new Map<string, boolean>()
  byList.set(placeholders, known)
  // Most people's last name is no part of their first: then it does not matter which it is.
  const key = firstName.includes(' ') ? `${firstName}|${lastName}` : firstName
  const before = known.get(key)
  if (before !== undefined) return before
  const answer = isPlaceholderName(firstName, lastName, placeholders)
  if (known.size >= KNOWN_MOST) known.clear()
  known.set(key, answer)
  return answer
}

const byList = new WeakMap<readonly string[], Map<string, boolean>>()
const KNOWN_MOST = 20_000
