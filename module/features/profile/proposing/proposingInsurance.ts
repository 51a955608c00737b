/** The same for insurance, of which the host keeps no proposals: Foyer's own row, one open for each kind. */
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { policiesOf, policyOfType } from '../../../host/profile/insurance.js'
import { changesOf } from '../../../host/reads/profileChanges.js'
import type { Actor } from '../../../platform/audit.js'
import { day as dayOf } from '../../../platform/clock.js'
import { firstResult, rememberResult, type Once } from '../../../platform/once.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { addChange, changeOf, endChange, renewChange, type InsuranceType } from '../changes.js'
import { isSame } from '../merging.js'
import { senderOf, tellOfSender, type Proposal, type Proposed } from './proposing.js'

/** What differs from what the patient saw of this kind waits for staff; nothing different: what waited is taken back. */
export function proposeInsurance(
  portal: Portal,
  actor: Actor,
  scope: ChartScope,
  { note, seen, type, values }: Proposal & { type: InsuranceType },
  once: Once | undefined,
): Promise<Proposed> {
  const { clock, db, site } = portal
  const { pid } = scope
  return db.transaction(async (tx): Promise<Proposed> => {
    await takeTurn(tx, [chartTurn(pid)])
    const before = once && (await firstResult(tx, clock, once))
    if (before?.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
    if (before?.state === 'done') return { ok: true, receipt: before.result === '' ? undefined : before.result }
    const open = (await changesOf(tx, pid, 50))
      .map(changeOf)
      .find((each) => each.kind === 'insurance' && each.insuranceType === type && each.state === 'waiting')
    const policies = await policiesOf(tx, site, { pid, day: dayOf(clock.now()) })
    const now = policyOfType(policies, type)?.values ?? {}
    const base = Object.fromEntries(Object.keys(values).map((column) => [column, seen[column] ?? now[column] ?? '']))
    const proposed = Object.fromEntries(
      Object.entries(values).filter(([column, value]) => !isSame(value, base[column] ?? '')),
    )
    if (Object.keys(proposed).length === 0) {
      if (open?.id === undefined) return { ok: false, reason: 'nothing' }
      await endChange(tx, portal, open.id, { state: 'withdrawn', by: null, outcomes: [] })
      const gone = { id: open.id, receipt: open.receipt ?? '', columns: [] }
      await tellOfSender(tx, portal, actor, scope, { event: 'profile.withdrawn', ...gone })
      if (once) await rememberResult(tx, once, '')
      return { ok: true, receipt: undefined }
    }
    if (open?.id !== undefined) await renewChange(tx, portal, open.id, { base, proposed, note })
    const sender = senderOf(actor, scope)
    const row =
      open?.id === undefined
        ? await addChange(tx, portal, { ...sender, kind: 'insurance', insuranceType: type, base, proposed, note })
        : { id: open.id, receipt: open.receipt ?? '' }
    await tellOfSender(tx, portal, actor, scope, {
      ...row,
      event: open ? 'profile.proposal-changed' : 'profile.proposed',
      columns: Object.keys(proposed),
    })
    if (once) await rememberResult(tx, once, row.receipt)
    return { ok: true, receipt: row.receipt }
  })
}
