/** Who signed what stands in a document, field by field. No I/O. */
import type { ChartScope } from '../../../access/scope.js'
import type { Utc } from '../../../platform/clock.js'
import { isDrawn, type Field } from '../directives.js'
import type { By, Signed } from '../pinned.js'
import type { Answers } from './answers.js'
import { signerOf } from './signing.js'

/** By field. */
export type Signings = Readonly<Record<string, Signing>>

export interface Signing {
  kind: 'typed' | 'drawn'
  name: string
  by: By
  at: Utc
}

export function byOf({ account, relationship }: Pick<ChartScope, 'account' | 'relationship'>): By {
  return { name: account.name, relationship }
}

/** A signature that has just been typed (`name`) or drawn (''), by field. */
export type Fresh = ReadonlyMap<string, { kind: Signing['kind']; name: string }>

/** How each signature that stands in it came there: just now, or before. Of one from the host's own portal, nothing. */
export function signingsNow(
  scope: ChartScope,
  fields: readonly Field[],
  answers: Answers,
  { before, fresh, now }: { before: Signings; fresh: Fresh; now: Utc },
): Signings {
  const signed = fields.filter(
    ({ by, kind, name }) => kind === 'signature' && by !== 'staff' && isDrawn(answers[name] ?? ''),
  )
  return Object.fromEntries(
    signed.flatMap(({ by, name }): [string, Signing][] => {
      const made = fresh.get(name)
      const known = before[name]
      if (!made) return known ? [[name, known]] : []
      const drawnBy = by === 'patient' ? signerOf(scope) : ''
      return [[name, { kind: made.kind, name: made.kind === 'typed' ? made.name : drawnBy, by: byOf(scope), at: now }]]
    }),
  )
}

/** Each person once, in the order of the template. `host`: what to say of those that came from the host's own portal. */
export function signedIn(
  fields: readonly Field[],
  answers: Answers,
  signings: Signings,
  host: { name: string; at: Utc },
): Signed[] {
  const all = fields.flatMap(({ by, kind, name }): Signed[] => {
    if (kind !== 'signature' || by === 'staff' || !isDrawn(answers[name] ?? '')) return []
    const known = signings[name]
    return [known ? { as: by, ...known } : { as: by, name: by === 'patient' ? host.name : '', at: host.at }]
  })
  return [...new Map(all.map((each) => [JSON.stringify({ ...each, at: '' }), each])).values()]
}
