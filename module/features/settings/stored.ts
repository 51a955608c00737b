/** Settings as they are kept, each as one text, with who set it and when. */
import type { Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { parseSetting, type SettingDefinition, type SettingValue } from '../../platform/settings.js'

export interface StoredSetting {
  value: string
  by: string
  at: Utc
}

/** What the practice has set, by name; what is missing is as module.json says. */
export async function readStored(db: Queryable): Promise<ReadonlyMap<string, StoredSetting>> {
  const rows = await db.select<StoredSetting & { name: string }>(
    `SELECT name, value, updated_by AS \`by\`, updated_at AS \`at\` FROM foyer_settings`,
  )
  return new Map(rows.map(({ name, ...stored }) => [name, stored]))
}

/** The text of the value that counts: what is stored if it can be used, else the default. */
export function textInForce(definition: SettingDefinition, stored: StoredSetting | undefined): string {
  return textOf(parseSetting(definition, stored?.value) ?? definition.default)
}

/** A value as it is stored: one text for one meaning, whatever order a list was ticked in. */
export function textOf(value: SettingValue): string {
  return typeof value === 'object' ? JSON.stringify([...value].sort()) : String(value)
}
