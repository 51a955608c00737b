import type { Feature } from '../../feature.js'
import { sealAudit } from '../../platform/auditSeal.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/**
 * People's pages come first: 2,000 rows a second are forty full queues, more than a practice opens at its busiest. What is
 * above waits a few seconds longer for its seal.
 */
const SEALED_A_VISIT = 10_000

/** Who did what, and who saw what: to search, to sort, to take away; sealed so that altering it is found out. */
export const auditTrail: Feature = {
  name: 'auditTrail',
  words,
  routes: staffRoutes,
  staffNav: [
    {
      key: 'auditTrail',
      label: 'auditTrail.title',
      path: '/audit-trail',
      icon: 'shield-check',
      permission: 'audit-trail:view',
    },
  ],
  jobs: [
    {
      name: 'seal',
      everySeconds: 5,
      async run({ clock, config, db, log, secret }) {
        const sealing = { db, clock, secret, folder: config.dataDir, most: SEALED_A_VISIT }
        const { rows, withoutFile } = await sealAudit(sealing)
        if (withoutFile !== undefined) {
          log.warn({ rows, why: withoutFile }, 'the end of the audit trail could not be written to FOYER_DATA_DIR')
        }
      },
    },
  ],
}
