/** Where people find Foyer, and whether that is in the way of the EMR's own portal. */
import type { Globals } from '../../host/globals.js'
import type { Config } from '../../platform/config.js'
import { isUnset } from './emr.js'
import { findingsOf, said, type Finding } from './finding.js'

const { ok, warning, problem } = findingsOf('address')

export function baseUrl(config: Config): Finding {
  const fix = said('doctor.baseUrl.fix')
  if (config.baseUrl === undefined) return warning('baseUrl', said('doctor.baseUrl.none'), fix)
  const { protocol, hostname } = new URL(config.baseUrl)
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const address = config.baseUrl
  if (protocol === 'https:' || local) return ok('baseUrl', 'doctor.baseUrl.is', { address })
  return warning('baseUrl', said('doctor.baseUrl.plain', { address }), fix)
}

/**
 * The host's portal sets its cookie PortalOpenEMR at `/` up to 8.0.0, the staff's OpenEMR is open to scripts
 * (facts §8.4): a shared origin is a shared fate.
 */
export function besideHostsPortal(config: Config, globals: Globals): Finding {
  const address = globals.get('portal_onsite_two_address') ?? ''
  const theirs = isUnset(address) ? null : URL.parse(address)
  if (!theirs || config.baseUrl === undefined) return ok('beside', 'doctor.beside.unknown')

  const ours = new URL(config.baseUrl)
  const [base, path] = [ours, theirs].map(({ pathname }) => pathname.replace(/\/+$/, '')) as [string, string]
  const fix = said('doctor.beside.fix')
  if (ours.hostname !== theirs.hostname) return ok('beside', 'doctor.beside.apart', { theirs: address })
  if (ours.origin !== theirs.origin) return ok('beside', 'doctor.beside.sameHost', { theirs: address })
  if (path === `${base}/portal`) return ok('beside', 'doctor.beside.here', { address: `${config.baseUrl}/portal` })
  if (rooms.some((room) => isWithin(path, `${base}${room}`) || isWithin(`${base}${room}`, path))) {
    return problem('beside', said('doctor.beside.samePath', { path, origin: ours.origin }), fix)
  }
  return warning('beside', said('doctor.beside.sameOrigin', { theirs: address }), fix)
}

/** Where Foyer answers, below its public address. */
const rooms = ['/portal', '/staff', '/assets']

function isWithin(path: string, folder: string): boolean {
  return `${path}/`.startsWith(`${folder}/`)
}

export function framing({ emrOrigin }: Config, connectorPresent: boolean): Finding {
  if (emrOrigin !== undefined) return ok('framing', 'doctor.framing.is', { origin: emrOrigin })
  if (!connectorPresent) return ok('framing', 'doctor.framing.unlinked')
  return warning('framing', said('doctor.framing.none'), said('doctor.framing.fix'))
}
