import type { Portal } from '../../access/portal.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { utc } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { parseSetting, type SettingDefinition } from '../../platform/settings.js'
import { takeTurn } from '../../platform/turns.js'
import { readStored, textInForce, textOf, type StoredSetting } from './stored.js'

export interface SettingChange {
  definition: SettingDefinition
  /** As it is stored; undefined: back to the default. */
  to: string | undefined
  /** The text that the form showed; undefined: whatever it is now. */
  seen: string | undefined
}

export type ChangeOutcome =
  /** Names of what is another value now than before. */
  | { ok: true; changed: readonly string[] }
  /** The setting does not take the value. Nothing has been changed. */
  | { ok: false; reason: 'unusable'; name: string }
  /** Somebody else has set them since the form was opened. Nothing has been changed. */
  | { ok: false; reason: 'changed'; names: readonly string[] }

/** Sets all of them or none, each with its line in the audit trail. They count in every process within five seconds. */
export async function changeSettings(
  portal: Portal,
  actor: Actor,
  changes: readonly SettingChange[],
): Promise<ChangeOutcome> {
  const unusable = changes.find(({ definition, to }) => to !== undefined && parseSetting(definition, to) === undefined)
  if (unusable) return { ok: false, reason: 'unusable', name: unusable.definition.name }
  const outcome = await portal.db.transaction(async (tx): Promise<ChangeOutcome> => {
    await takeTurn(tx, ['settings'])
    const stored = await readStored(tx)
    const meanwhile = changes.filter((change) => isOvertaken(change, stored))
    if (meanwhile.length > 0) {
      return { ok: false, reason: 'changed', names: meanwhile.map(({ definition }) => definition.name) }
    }
    const changed: string[] = []
    for (const change of changes) {
      if (await setOne(portal, tx, actor, change, stored)) changed.push(change.definition.name)
    }
    return { ok: true, changed }
  })
  if (outcome.ok) await portal.renew()
  return outcome
}

/** It is not what the form showed any more, and not what is wanted either. */
function isOvertaken({ definition, to, seen }: SettingChange, stored: ReadonlyMap<string, StoredSetting>): boolean {
  const now = textInForce(definition, stored.get(definition.name))
  return seen !== undefined && now !== seen && now !== (to ?? textOf(definition.default))
}

async function setOne(
  { clock }: Portal,
  tx: Tx,
  actor: Actor,
  { definition, to }: SettingChange,
  stored: ReadonlyMap<string, StoredSetting>,
): Promise<boolean> {
  const { name } = definition
  const before = stored.get(name)
  if (before?.value === to) return false
  if (to === undefined) await tx.change(`DELETE FROM foyer_settings WHERE name = :name`, { name })
  else await store(tx, { name, to, by: actor.id, now: utc(clock.now()) })
  await recordAudit(tx, clock, actor, {
    event: 'settings.changed',
    subject: `setting:${name}`,
    details: { name, before: textInForce(definition, before), after: to ?? textOf(definition.default) },
  })
  return true
}

async function store(tx: Tx, setting: { name: string; to: string; by: string; now: string }): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_settings (name, value, updated_at, updated_by) VALUES (:name, :to, :now, :by)
     ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = VALUES(updated_at), updated_by = VALUES(updated_by)`,
    { ...setting },
  )
}
