/** Where people live, as charts are found by it: whoever wrote the address. Pure. */
import { sha256 } from '../platform/ids.js'

/** The same for one street and postal code, however they are written; undefined where one of them is missing. */
export function homeKey(street: string, postalCode: string): string | undefined {
  const [where, code] = [plainAddress(street), plainAddress(postalCode)]
  return where === '' || code === '' ? undefined : sha256(`${where} ${code}`).slice(0, 16)
}

/** Small letters and digits alone. */
export function plainAddress(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}
