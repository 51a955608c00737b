/** The EMR: which one, how it stands to Foyer, what its own settings say. */
import { detectHost, HostRefused } from '../../host/detect.js'
import type { Globals } from '../../host/globals.js'
import { registration } from '../../host/modules.js'
import type { Config } from '../../platform/config.js'
import type { ModuleState } from '../../platform/state.js'
import { findingsOf, said, type Examined, type Finding } from './finding.js'
import { isMailbox } from '../../platform/emailAddress.js'

const { ok, warning, problem } = findingsOf('emr')

export async function hostVersion({ db, manifest }: Examined): Promise<Finding> {
  try {
    const { version, database } = await detectHost(db)
    return ok('host', 'doctor.host.is', { name: manifest.host.name, version, database })
  } catch (error) {
    if (!(error instanceof HostRefused)) throw error
    const { found, needed } = error
    return problem('host', said('doctor.host.isNot', { found }), said('doctor.host.fix', { needed }))
  }
}

export async function hostsList({ db, connectorPresent }: Examined, state: ModuleState | undefined): Promise<Finding> {
  const listed = await registration(db)
  const fix = said('doctor.list.fix')
  if (!listed) {
    if (!state) return ok('list', 'doctor.list.absent')
    return warning('list', said('doctor.list.absent'), said('doctor.list.absent.fix'))
  }
  if (!connectorPresent) {
    return listed.active ? warning('list', said('doctor.list.filesGone'), fix) : ok('list', 'doctor.list.unlinked')
  }
  if (listed.active === (state?.enabled ?? false)) {
    return ok('list', listed.active ? 'doctor.list.active' : 'doctor.list.inactive')
  }
  return warning('list', said(listed.active ? 'doctor.list.wronglyActive' : 'doctor.list.wronglyInactive'), fix)
}

export function hostsPortal(globals: Globals): Finding {
  if (globals.get('portal_onsite_two_enable') === '1') return ok('hostsPortal', 'doctor.hostsPortal.on')
  return problem('hostsPortal', said('doctor.hostsPortal.off'), said('doctor.hostsPortal.fix'))
}

export function portalAddress(config: Config, globals: Globals): Finding {
  const address = globals.get('portal_onsite_two_address') ?? ''
  const ours = config.baseUrl === undefined ? undefined : `${config.baseUrl}/portal`
  const fix = ours === undefined ? said('doctor.portalAddress.fixAny') : said('doctor.portalAddress.fix', { ours })
  if (isUnset(address)) return warning('portalAddress', said('doctor.portalAddress.none'), fix)
  if (ours === undefined || address.replace(/\/$/, '') === ours) {
    return ok('portalAddress', 'doctor.portalAddress.is', { address })
  }
  return warning('portalAddress', said('doctor.portalAddress.other', { address }), fix)
}

/** Empty, or as the host's installer leaves it (facts §10.1). */
export function isUnset(address: string): boolean {
  return address === '' || address.includes('your_web_site')
}

/** The host mails credentials only from a valid sender (facts §3.2), over what EMAIL_METHOD names (facts §10.3). */
export function hostsMail(globals: Globals): Finding {
  const fix = said('doctor.hostsMail.fix')
  const sender = globals.get('patient_reminder_sender_email') ?? ''
  if (!isMailbox(sender)) return warning('hostsMail', said('doctor.hostsMail.noSender'), fix)
  const method = globals.get('EMAIL_METHOD') ?? ''
  if (method !== 'SMTP') return ok('hostsMail', 'doctor.hostsMail.is', { method, sender })
  const host = globals.get('SMTP_HOST') ?? ''
  if (host === '') return warning('hostsMail', said('doctor.hostsMail.noHost'), fix)
  return ok('hostsMail', 'doctor.hostsMail.isSmtp', { host, port: globals.get('SMTP_PORT') ?? '25', sender })
}
