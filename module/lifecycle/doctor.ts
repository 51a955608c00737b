/** Whether everything is in place for a portal to work here, and what to do about what is not. Changes nothing. */
import { readGlobals } from '../host/globals.js'
import { readState } from '../platform/state.js'
import { baseUrl, besideHostsPortal, framing } from './checks/address.js'
import { chartFiles } from './checks/chartFiles.js'
import { hostsList, hostsMail, hostsPortal, hostVersion, portalAddress } from './checks/emr.js'
import { dataDir, scanner } from './checks/files.js'
import type { Examined, Finding } from './checks/finding.js'
import { foyersMail, foyersSms, secret, settings, steps, switchedOn } from './checks/foyer.js'
import { jobs } from './checks/jobs.js'
import { credentials, portalRight, providers } from './checks/people.js'
import { clocks, zone } from './checks/time.js'

export { groups, type Finding } from './checks/finding.js'

/** Every check, in the order in which a practice would go through them. On a database that is no host: only that. */
export async function doctor(examined: Examined): Promise<Finding[]> {
  const { db, config, connectorPresent, manifest } = examined
  const host = await hostVersion(examined)
  if (host.state === 'problem') return [host]

  const globals = await readGlobals(db)
  const state = await readState(db)
  return [
    host,
    await hostsList(examined, state),
    hostsPortal(globals),
    portalAddress(config, globals),
    hostsMail(globals),

    await portalRight(examined, state),
    await providers(examined, globals, state),
    await credentials(examined),

    await steps(examined, state),
    switchedOn(state),
    settings(manifest, state),
    secret(config),
    await jobs(examined, state),
    foyersMail(config, manifest, globals, state),
    foyersSms(config),

    zone(config, globals),
    await clocks(examined),

    baseUrl(config),
    besideHostsPortal(config, globals),
    framing(config, connectorPresent),

    await dataDir(config),
    ...(await chartFiles(examined, globals)),
    await scanner(config),
  ]
}
