import { migrations } from '../../../migrations/index.js'
import { registerModule } from '../../../module/host/modules.js'
import { openConnection } from '../../../module/lifecycle/connection.js'
import { stepsUp } from '../../../module/lifecycle/migrate.js'
import { wallClock } from '../../../module/platform/clock.js'
import { someoneUsesIt, type Guest } from './guest.js'

/** What Foyer 0.1.0 brought. */
const ofFirstVersion = migrations.filter(({ name }) => /^000[123]-/.test(name))

/** The steps that came since, in their order. */
export const stepsSince = migrations.filter((step) => !ofFirstVersion.includes(step))

/** Brings Foyer in as 0.1.0 did and leaves what its patients left: switched on, an account, a request, settings. */
export async function installFirstVersion(guest: Guest): Promise<void> {
  const { db, url, context } = guest
  const connection = await openConnection(url)
  try {
    const steps = stepsUp({ connection, ...context }, { done: new Set(), pending: ofFirstVersion, unknown: [] })
    for (const step of steps) await step.does()
  } finally {
    await connection.close()
  }
  await db.transaction(async (tx) => {
    await registerModule(tx, { version: '0.1.0', now: wallClock(context.clock.now()) })
    await tx.change(
      `INSERT INTO foyer_state (name, value) VALUES ('enabled', '1'), ('policyVersion', '3'), ('version', '0.1.0')`,
    )
    await tx.insert(
      `INSERT INTO foyer_audit (at, actor_kind, actor_id, actor_name, event, subject, details)
       VALUES ('2026-01-04 12:00:00.000', 'system', 'test', 'test', 'module.installed', 'module:foyer', '{}')`,
    )
    await tx.insert(
      `INSERT INTO foyer_settings (name, value, updated_at, updated_by) VALUES ('minimumNotice', '60', '2026-01-05', 'admin')`,
    )
  })
  await someoneUsesIt(guest)
  await db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_appointment_requests SET receipt = 'ACDE-FGHJ', pc_eid = 1, account_id = 1, record = REPEAT('a', 22),
         provider_id = '1', category_id = 5, day = '2026-01-12', start_time = '10:00:00', minutes = 15, reason = 'Cough',
         state = 'requested', open_key = 'a wish', created_at = '2026-01-05 15:00:00.000'`,
    ),
  )
}
