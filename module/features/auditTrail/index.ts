import type { Feature } from '../../feature.js'
import { sealAudit } from '../../platform/auditSeal.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

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
        const { rows, withoutFile } = await sealAudit({ db, clock, secret, folder: config.dataDir })
        if (withoutFile !== undefined) {
          log.warn({ rows, why: withoutFile }, 'the end of the audit trail could not be written to FOYER_DATA_DIR')
        }
      },
    },
  ],
}
