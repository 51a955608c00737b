#!/usr/bin/env node
/** The `foyer` command. Exit 0: done. 1: refused, with the reason. 2: not a command. */
import { access, constants } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { LifecycleContext, Outcome } from './lifecycle/context.js'
import { auditVerify, auditVerifyArchive, type AuditVerified } from './lifecycle/auditVerify.js'
import { disable } from './lifecycle/disable.js'
import { doctor, type Finding } from './lifecycle/doctor.js'
import { enable } from './lifecycle/enable.js'
import { install } from './lifecycle/install.js'
import { filesFolder } from './lifecycle/dataFolder.js'
import { english, type Said } from './lifecycle/said.js'
import { status, type ModuleStatus } from './lifecycle/status.js'
import { uninstall } from './lifecycle/uninstall.js'
import { upgrade } from './lifecycle/upgrade.js'
import { detectHost, HostRefused } from './host/detect.js'
import { readGlobals } from './host/globals.js'
import { practiceZone } from './host/zone.js'
import { CannotStart } from './platform/cannotStart.js'
import { systemClock } from './platform/clock.js'
import { readConfig, type Config } from './platform/config.js'
import { connectDatabase, type Database } from './platform/database.js'
import { fileStore } from './platform/files/store.js'
import { loadManifest } from './platform/settings.js'

const help = `foyer: a patient portal for an EMR of OpenEMR's kind

  foyer install                     bring it into the EMR's database, switched off
  foyer upgrade                     bring what is installed to this version
  foyer enable | disable            switch the portal on or off
  foyer uninstall                   take it out again, once nobody has used it, or with
      --export FILE                   everything in an archive first (JSON lines, gzip)
      --discard                       everything lost
  foyer status [--json]             what is installed, and whether it is on
  foyer doctor [--json]             what is in the way, and how to mend it; exit 0 only if all is well
  foyer audit verify [--json]       whether the audit trail is as it was written; names the first bad entry
      --archive FILE                  of an archive instead, without a database
  foyer serve                       answer on the portal's and the staff's pages

  --dry-run                         with install, upgrade, enable, disable, uninstall: say what would be done
  --help                            this

The database is FOYER_DATABASE_URL, mysql://user:password@host:port/name. README.md lists every FOYER_* name.`

const verbs = { install, upgrade, enable, disable }

async function main(args: string[]): Promise<number> {
  const asked = read(args)
  if ('complaint' in asked) {
    console.error(`${asked.complaint}\n\n${help}`)
    return 2
  }
  if (asked.help) return say(help)
  try {
    const config = readConfig(process.env)
    const { verb } = asked
    if (verb === 'serve') return await serve(config)
    if (verb === 'audit' && asked.archive !== undefined)
      return showVerified(await auditVerifyArchive(config, asked.archive), asked.json)
    return await withDatabase(config, (work) => run({ ...asked, verb }, work))
  } catch (error) {
    console.error(whyNot(error))
    return 1
  }
}

type Verb = keyof typeof verbs | 'uninstall' | 'status' | 'doctor' | 'audit' | 'serve'

interface Asked<Which = Verb> {
  verb: Which
  help: boolean
  json: boolean
  dryRun: boolean
  discard: boolean
  exportTo: string | undefined
  archive: string | undefined
}

/** Which options each command takes. */
const takes: Record<Verb, readonly string[]> = {
  install: ['dry-run'],
  upgrade: ['dry-run'],
  enable: ['dry-run'],
  disable: ['dry-run'],
  uninstall: ['dry-run', 'export', 'discard'],
  status: ['json'],
  doctor: ['json'],
  audit: ['json', 'archive'],
  serve: [],
}

function read(args: string[]): Asked | { complaint: string } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        discard: { type: 'boolean' },
        export: { type: 'string' },
        archive: { type: 'string' },
      },
    })
    const [verb, ...rest] = positionals
    if (values.help) return asked('status', values)
    if (verb === undefined) return { complaint: 'Which command?' }
    if (!isVerb(verb) || rest.join(' ') !== (verb === 'audit' ? 'verify' : ''))
      return { complaint: `No such command: ${positionals.join(' ')}` }
    const stray = Object.keys(values).find((name) => !takes[verb].includes(name))
    return stray === undefined ? asked(verb, values) : { complaint: `foyer ${verb} takes no --${stray}` }
  } catch (error) {
    return { complaint: error instanceof Error ? error.message : String(error) }
  }
}

function isVerb(word: string): word is Verb {
  return word in takes
}

function asked(verb: Verb, values: Partial<Record<string, string | boolean>>): Asked {
  const { export: file, archive } = values
  return {
    verb,
    help: values['help'] === true,
    json: values['json'] === true,
    dryRun: values['dry-run'] === true,
    discard: values['discard'] === true,
    exportTo: typeof file === 'string' ? resolve(file) : undefined,
    archive: typeof archive === 'string' ? resolve(archive) : undefined,
  }
}

async function serve(config: Config): Promise<number> {
  const { serveCommand } = await import('./serveCommand.js')
  return serveCommand(config)
}

interface Work {
  config: Config
  url: string
  db: Database
}

async function withDatabase(config: Config, work: (work: Work) => Promise<number>): Promise<number> {
  if (config.databaseUrl === undefined)
    throw new CannotStart('FOYER_DATABASE_URL is not set: mysql://user:password@host:port/name')
  // Every time that is written comes from the clock as a string: the connection's own zone is of no account here.
  const db = connectDatabase({ url: config.databaseUrl, zone: config.timeZone ?? 'UTC', pool: 2 })
  try {
    return await work({ config, url: config.databaseUrl, db })
  } finally {
    await db.close()
  }
}

type DatabaseVerb = Exclude<Verb, 'serve'>

async function run(
  { verb, json, dryRun, discard, exportTo }: Asked<DatabaseVerb>,
  { config, url, db }: Work,
): Promise<number> {
  const manifest = loadManifest()
  const connectorPresent = await hasConnector(config)
  if (verb === 'status') return showStatus(await status({ db, manifest }), json)

  const clock = systemClock(await zoneOf(config, db))
  if (verb === 'doctor') return showFindings(await doctor({ db, config, clock, manifest, connectorPresent }), json)

  const { username } = userInfo()
  const actor = { kind: 'system', id: 'command', name: username, requestId: undefined } as const
  const files = storedFilesOf(config)
  const context: LifecycleContext = {
    ...{ url, db, clock, manifest, actor, connectorPresent, files, dryRun, tell: console.log },
  }
  if (verb === 'audit') return showVerified(await auditVerify(config, { db, clock, actor }), json)
  if (verb === 'uninstall') return showOutcome(await uninstall({ ...context, exportTo, discard }), dryRun)
  return showOutcome(await verbs[verb](context), dryRun)
}

/** Where they lie, and how they are opened where the secret is known. */
function storedFilesOf({ dataDir, secret }: Config): NonNullable<LifecycleContext['files']> {
  return { dataDir, store: secret === undefined ? undefined : fileStore(filesFolder(dataDir), secret) }
}

/** A custom module lies beside the site folders: <root>/sites/<site> and <root>/interface/modules/custom_modules/<dir>. */
async function hasConnector({ hostSiteDir }: Config): Promise<boolean> {
  if (hostSiteDir === undefined) return false
  const bootstrap = join(hostSiteDir, '../../interface/modules/custom_modules/foyer/openemr.bootstrap.php')
  return access(bootstrap, constants.R_OK).then(
    () => true,
    () => false,
  )
}

/** The practice's zone; on a database that is no host, where each verb says so itself, any will do. */
async function zoneOf(config: Config, db: Database): Promise<string> {
  try {
    await detectHost(db)
    return practiceZone(config, await readGlobals(db)).name
  } catch (error) {
    if (error instanceof HostRefused) return config.timeZone ?? 'UTC'
    throw error
  }
}

function showOutcome(outcome: Outcome, dryRun: boolean): number {
  if (!outcome.ok) {
    console.error(outcome.message)
    sayAll(outcome.remarks)
    return 1
  }
  // What was done has been told while it was done.
  if (dryRun || !outcome.changed) for (const sentence of outcome.sentences) say(english(sentence))
  return sayAll(outcome.remarks)
}

function showStatus(found: ModuleStatus, json: boolean): number {
  if (json) return say(JSON.stringify(found, undefined, 2))
  const { host, installed, enabled, version, available, pending, inHostsList } = found
  if (!host.ok) {
    console.error(host.message)
    return 1
  }
  say(`EMR        ${host.name} ${host.version}`)
  say(`Foyer      ${installed ? `${String(version)}, ${enabled ? 'on' : 'off'}` : 'not installed'}`)
  if (version !== available) say(`Available  ${available}`)
  if (installed && pending.length > 0) say(`Steps      ${pending.length} still to do: run foyer upgrade`)
  return say(`In the EMR’s list of modules: ${inHostsList}`)
}

const marks = { ok: 'ok       ', warning: 'warning  ', problem: 'PROBLEM  ' }

function showFindings(found: readonly Finding[], json: boolean): number {
  const findings = found.map(inEnglish)
  if (json) say(JSON.stringify(findings, undefined, 2))
  else for (const group of new Set(findings.map((each) => each.group))) showGroup(group, findings)
  // A warning does not hold either: the portal works, not for everyone or not well.
  return findings.every(({ state }) => state === 'ok') ? 0 : 1
}

interface FindingInEnglish extends Pick<Finding, 'check' | 'state'> {
  group: string
  name: string
  found: string
  /** Empty where nothing is to be done. */
  fix: string
}

function inEnglish({ check, group, state, found, fix }: Finding): FindingInEnglish {
  return {
    check,
    group: english({ key: `doctor.group.${group}` }),
    name: english({ key: `doctor.${check}` }),
    state,
    found: english(found),
    fix: fix ? english(fix) : '',
  }
}

function showGroup(group: string, findings: readonly FindingInEnglish[]): void {
  say(group)
  for (const { name, state, found, fix } of findings.filter((each) => each.group === group)) {
    say(`  ${marks[state]}${name}: ${found}${fix === '' ? '' : `\n           ${fix}`}`)
  }
}

function showVerified(verified: AuditVerified | undefined, json: boolean): number {
  if (!verified) {
    console.error('Foyer is not installed in this database: there is no audit trail.')
    return 1
  }
  const { verdict, sentences } = verified
  if (json) say(JSON.stringify({ whole: !verdict.bad, ...verdict, sentences }, undefined, 2))
  else for (const sentence of sentences) (verdict.bad ? console.error : console.log)(sentence)
  return verdict.bad ? 1 : 0
}

function sayAll(remarks: readonly Said[]): 0 {
  for (const remark of remarks) say(english(remark))
  return 0
}

function say(text: string): 0 {
  console.log(text)
  return 0
}

/** One line for whoever typed the command. Anything unforeseen keeps its stack: it is a fault of ours. */
function whyNot(error: unknown): string {
  if (error instanceof CannotStart || error instanceof HostRefused) return error.message
  const cause = (error as { parent?: unknown }).parent ?? error
  const { code, message } = cause as { code?: string; message?: string }
  if (
    code !== undefined &&
    /^(ECONN|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EAI_AGAIN|ER_(ACCESS_DENIED|DBACCESS_DENIED|BAD_DB)|PROTOCOL_)/.test(code)
  ) {
    return `FOYER_DATABASE_URL: the database cannot be reached (${message === undefined || message === '' ? code : message})`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

process.exitCode = await main(process.argv.slice(2))
