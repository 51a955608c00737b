/** What is told of why, and whether it is so: what decides is mended, one thing after the other, until it happens. */
import { expect } from 'chai'
import type { Portal } from '../../../module/access/portal.js'
import type { Reasons, WhyContext, WhyPerson, WhyStep } from '../../../module/feature.js'
import type { FactorOwner } from '../../../module/access/secondFactors.js'
import { requestOptions } from '../../../module/access/passkeyCeremonies.js'
import { enterByPasskey } from '../../../module/features/accounts/secondFactor/entering.js'
import { features } from '../../../module/portal.js'
import { passkeyOf } from '../../support/passkeys.js'
import type { TestPractice } from '../../support/practice.js'

/** What staff read who ask why, of this thing and person. */
export function told(portal: Portal, key: string, person: WhyPerson): Promise<Reasons> {
  const thing = features.flatMap(({ explain }) => explain ?? []).find((each) => each.key === key)
  if (!thing) throw new Error(`Nobody explains ${key}`)
  const context: WhyContext = { portal, t: portal.speech.in('en'), language: 'en', url: (path) => path }
  return thing.reasons(context, person)
}

/** Their only passkey, or none from now on. Answers whether they come in with it. */
export async function onlyPasskey(
  practice: TestPractice,
  whose: number | 'staff:dr.lee',
  has: boolean,
): Promise<() => Promise<boolean>> {
  const { db, portal } = practice
  const owner: FactorOwner = typeof whose === 'number' ? `account:${String(whose)}` : whose
  await db.transaction((tx) => tx.change(`DELETE FROM foyer_passkeys WHERE owner = :owner`, { owner }))
  if (!has) return () => Promise.resolve(false)
  const { answer } = await passkeyOf(practice, owner)
  return async () => {
    const asked = { answer: answer((await requestOptions(portal)) ?? '{}'), address: '10.1.1.1', requestId: 'test' }
    return (await enterByPasskey(portal, whose === owner ? 'staff' : 'patient', asked)).ok
  }
}

/** As whom somebody opens a chart: of another's the practice asks a second factor, which they have not. */
export const owed = (owes: boolean) => (owes ? 'proxy' : 'self')

export interface Agreeing<Row> {
  set: (row: Row) => Promise<unknown>
  ask: () => Promise<Reasons>
  /** The live decision. */
  happens: () => Promise<boolean>
}

/**
 * Says what decides first; mends it, and what decides then, until it happens, and sees each time that what is told is
 * what happens. `led`: takes each way out by what it leads to (`/staff/portal/patients/:id`).
 */
export async function agree<Row>(
  row: Row,
  mend: Readonly<Record<string, Partial<Row>>>,
  { ask, happens, set }: Agreeing<Row>,
  led = new Map<string, string>(),
): Promise<string> {
  const been: string[] = []
  for (let now = row; ; now = { ...now, ...mend[been.at(-1) ?? ''] }) {
    await set(now)
    const { steps, verdict } = await ask()
    const decides = steps.find(({ holds }) => !holds)
    for (const { href } of steps.flatMap(({ fixes }) => fixes)) led.set(href.replace(/\d+/g, ':id'), href)
    expect(decides === undefined, `decided by ${decides?.key ?? 'nothing'}`).to.equal(verdict)
    expect(await happens(), decides?.key).to.equal(verdict)
    if (!decides) return been[0] ?? 'can'
    seesItsWayOut(steps)
    expect(been, 'mended, and in the way still').not.to.include(decides.key)
    been.push(decides.key)
  }
}

/** What nobody mends on any page, and why. */
const withoutWayOut: Readonly<Record<string, string>> = {
  there: 'nobody is called so, or they have still to choose their first password',
  door: 'the rules that the module itself brings',
  wait: 'it opens by itself',
  waits: 'nobody has sent anything',
  folder: 'said where Foyer is started, outside its pages',
}

/** Whatever keeps somebody out, now or once the rest is mended, is shown with a link to where it is mended. */
export function seesItsWayOut(steps: readonly WhyStep[], whose = ''): void {
  const inTheWay = steps.filter(({ holds }) => !holds)
  // Several rules that refuse show their ways out together, with the first.
  const firsts = inTheWay.filter(({ key }, at) => inTheWay.findIndex((other) => other.key === key) === at)
  for (const { fixes, key } of firsts) {
    expect(fixes.length > 0, `${whose} ${key}: where it is mended`).to.equal(!(key in withoutWayOut))
  }
}
