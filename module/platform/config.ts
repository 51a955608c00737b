/**
 * What the environment says. A name we do not know or a value we cannot use stops the start with one line:
 * a portal that half understands its settings is worse than one that does not start.
 */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { IANAZone } from 'luxon'
import { CannotStart } from './cannotStart.js'

export interface Config {
  /** mysql://user:password@host:port/name; undefined: the demo practice. */
  databaseUrl: string | undefined
  port: number
  host: string
  /** The public address without a slash at its end; undefined until the port is known. */
  baseUrl: string | undefined
  secret: string | undefined
  /** The practice's IANA zone; undefined: the host's own, else the system's. */
  timeZone: string | undefined
  smtpUrl: string | undefined
  smsUrl: string | undefined
  clamd: string | undefined
  hostSiteDir: string | undefined
  /** The one origin that may frame staff pages. */
  emrOrigin: string | undefined
  dataDir: string
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  trustProxy: readonly string[]
  workers: number
  production: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads FOYER_* and NODE_ENV. Throws CannotStart with one line that names the variable and what it takes. */
export function readConfig(env: Environment): Config {
  refuseUnknownNames(env)
  return {
    databaseUrl: read(env, 'FOYER_DATABASE_URL', databaseUrl),
    port: read(env, 'FOYER_PORT', port) ?? 8080,
    host: read(env, 'FOYER_HOST', text) ?? '127.0.0.1',
    baseUrl: read(env, 'FOYER_BASE_URL', webAddress),
    secret: read(env, 'FOYER_SECRET', secret),
    timeZone: read(env, 'FOYER_TIME_ZONE', zone),
    smtpUrl: read(env, 'FOYER_SMTP_URL', url(['smtp:', 'smtps:'])),
    smsUrl: read(env, 'FOYER_SMS_URL', url(['http:', 'https:'])),
    clamd: read(env, 'FOYER_CLAMD', text),
    hostSiteDir: read(env, 'FOYER_HOST_SITE_DIR', folder),
    emrOrigin: read(env, 'FOYER_EMR_ORIGIN', origin),
    dataDir: read(env, 'FOYER_DATA_DIR', folder) ?? resolve('.data'),
    trustProxy: read(env, 'FOYER_TRUST_PROXY', addresses) ?? [],
    workers: read(env, 'FOYER_WORKERS', workers) ?? 1,
    production: env['NODE_ENV'] === 'production',
  }
}

const names = new Set([
  ...['FOYER_DATABASE_URL', 'FOYER_PORT', 'FOYER_HOST', 'FOYER_BASE_URL', 'FOYER_SECRET', 'FOYER_TIME_ZONE'],
  ...['FOYER_SMTP_URL', 'FOYER_SMS_URL', 'FOYER_CLAMD', 'FOYER_HOST_SITE_DIR', 'FOYER_EMR_ORIGIN', 'FOYER_DATA_DIR'],
  ...['FOYER_TRUST_PROXY', 'FOYER_WORKERS'],
  // Read by the project's own tests only.
  ...['FOYER_TEST_MARIADB', 'FOYER_SKIP_BROWSER'],
])

function refuseUnknownNames(env: Environment): void {
  const unknown = Object.keys(env).filter((name) => name.startsWith('FOYER_') && !names.has(name))
  if (unknown.length > 0) {
    throw new CannotStart(`${unknown.join(', ')}: no such setting. README.md lists every FOYER_* name.`)
  }
}

/** Says what is wrong by throwing a string that completes "NAME: …". */
type Parse<Value> = (value: string) => Value

class Unusable {
  constructor(readonly needed: string) {}
}

function read<Value>(env: Environment, name: string, parse: Parse<Value>): Value | undefined {
  const value = env[name]
  if (value === undefined || value === '') return undefined
  try {
    return parse(value)
  } catch (error) {
    if (error instanceof Unusable) throw new CannotStart(`${name}: needs ${error.needed}.`)
    throw error
  }
}

function unusable(needed: string): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- caught a few lines above and never leaves this file
  throw new Unusable(needed)
}

const text: Parse<string> = (value) => value
const folder: Parse<string> = (value) => resolve(value)

function parseUrl(value: string, needed: string): URL {
  return URL.parse(value) ?? unusable(needed)
}

function url(protocols: readonly string[]): Parse<string> {
  const needed = `an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`
  return (value) => (protocols.includes(parseUrl(value, needed).protocol) ? value : unusable(needed))
}

const databaseUrl: Parse<string> = (value) => {
  const needed = 'mysql://user:password@host:port/database'
  const address = parseUrl(value, needed)
  if (address.protocol !== 'mysql:' || address.hostname === '' || address.pathname.length < 2) unusable(needed)
  return value
}

const webAddress: Parse<string> = (value) => {
  const needed = 'a web address such as https://portal.example.org or https://example.org/portal, without a query'
  const address = parseUrl(value, needed)
  if (!['http:', 'https:'].includes(address.protocol) || address.search !== '' || address.hash !== '') unusable(needed)
  return value.replace(/\/+$/, '')
}

const origin: Parse<string> = (value) => {
  const needed = 'one origin such as https://emr.example.org, without a path'
  const address = parseUrl(value, needed)
  return address.origin === value.replace(/\/$/, '') ? address.origin : unusable(needed)
}

const port: Parse<number> = (value) => wholeNumber(value, 0, 65_535)
const workers: Parse<number> = (value) => wholeNumber(value, 1, 64)

function wholeNumber(value: string, least: number, most: number): number {
  const number = Number(value)
  const fits = /^\d+$/.test(value) && number >= least && number <= most
  return fits ? number : unusable(`a whole number from ${String(least)} to ${String(most)}`)
}

const secret: Parse<string> = (value) => (value.length >= 32 ? value : unusable('32 characters or more'))

const zone: Parse<string> = (value) =>
  IANAZone.isValidZone(value) ? value : unusable('a time zone such as America/New_York')

const addresses: Parse<string[]> = (value) => {
  const list = value.split(',').map((each) => each.trim())
  const named = ['loopback', 'linklocal', 'uniquelocal']
  const good = list.every((each) => named.includes(each) || isIP(each.replace(/\/\d{1,3}$/, '')) > 0)
  return good ? list : unusable('a list of addresses or networks such as 10.0.0.5, 10.0.0.0/8 (never true)')
}
