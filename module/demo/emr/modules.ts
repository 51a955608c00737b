/** The EMR's page of modules: how Foyer stands here, what each verb would do, and doing it. */
import { z } from 'zod'
import { listModules } from '../../host/modules.js'
import type { LifecycleContext, Outcome } from '../../lifecycle/context.js'
import { disable } from '../../lifecycle/disable.js'
import { doctor, groups, type Finding } from '../../lifecycle/doctor.js'
import { enable } from '../../lifecycle/enable.js'
import { install } from '../../lifecycle/install.js'
import { say, type Said } from '../../lifecycle/said.js'
import { status, type ModuleStatus } from '../../lifecycle/status.js'
import { uninstall } from '../../lifecycle/uninstall.js'
import { upgrade } from '../../lifecycle/upgrade.js'
import type { Config } from '../../platform/config.js'
import type { Translate } from '../../platform/i18n.js'
import { loadManifest } from '../../platform/settings.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'

/** What the page works on. */
export interface ModuleHost {
  /** mysql://… of the EMR's database. */
  databaseUrl: string
  /** Lets the running portal look at once, instead of within seconds. */
  refresh: () => Promise<void>
  /**
   * Foyer's tables are gone, and with them the sign-in of this EMR: whoever brings the token back to
   * POST /emr/modules/install has it installed again. Answers the token.
   */
  afterUninstall: () => string
}

const verbs = ['install', 'upgrade', 'enable', 'disable', 'uninstall'] as const
type Verb = (typeof verbs)[number]

/** Routes of the Modules page. */
export function moduleRoutes(host: ModuleHost) {
  return routes('emr', (r) => {
    r.get('/emr/modules', can('modules:manage'), (context) => modules(context, host))
    for (const verb of verbs) {
      r.get(`/emr/modules/${verb}`, can('modules:manage'), (context) => plan(context, host, verb))
      r.post(`/emr/modules/${verb}`, can('modules:manage'), (context) => carryOut(context, host, verb))
    }
  })
}

async function modules(context: StaffContext, host: ModuleHost): Promise<Answer> {
  const { portal, show, t, url } = context
  const lifecycle = contextOf(context, host, false)
  const { db, clock, manifest, connectorPresent } = lifecycle
  const stands = await status({ db, manifest })
  const findings = await doctor({ db, config: configOf(context), clock, manifest, connectorPresent })
  const content = {
    state: t(stateKey(stands)),
    isOn: stands.enabled,
    version: stands.version ?? stands.available,
    pending: stands.pending.length,
    verbs: sensible(stands).map((verb) => ({ label: t(`emr.modules.${verb}`), href: url(`/emr/modules/${verb}`) })),
    hostModules: (await listModules(portal.db)).map(({ name, version, active }) => ({ name, version, active })),
    verdict: verdictOn(findings, t),
    groups: groups
      .map((group) => ({
        id: `findings-${group}`,
        title: t(`doctor.group.${group}`),
        findings: findings.filter((finding) => finding.group === group).map((finding) => row(finding, t)),
      }))
      .filter((group) => group.findings.length > 0),
  }
  return show.page('/emr/modules', content, { title: t('emr.modules'), wide: true })
}

function verdictOn(findings: readonly Finding[], t: Translate) {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length
  const [problems, warnings] = [count('problem'), count('warning')]
  if (problems > 0) return { tone: 'danger', text: t('emr.modules.verdict.problems', { count: problems }) }
  if (warnings > 0) return { tone: 'warning', text: t('emr.modules.verdict.warnings', { count: warnings }) }
  return { tone: 'success', text: t('emr.modules.verdict.fine') }
}

const tones = { ok: 'success', warning: 'warning', problem: 'danger' } as const

function row({ check, state, found, fix }: Finding, t: Translate) {
  return {
    name: t(`doctor.${check}`),
    tag: { tone: tones[state], text: t(`emr.modules.finding.${state}`) },
    found: say(found, t),
    fix: fix && say(fix, t),
  }
}

function stateKey({ installed, enabled }: ModuleStatus): string {
  if (!installed) return 'emr.modules.state.none'
  return enabled ? 'emr.modules.state.on' : 'emr.modules.state.off'
}

function sensible({ installed, enabled, version, available, pending }: ModuleStatus): Verb[] {
  if (!installed) return ['install']
  const isOld = version !== available || pending.length > 0
  return [...(isOld ? (['upgrade'] as const) : []), enabled ? 'disable' : 'enable', 'uninstall']
}

/** What would be done, before it is. */
async function plan(context: StaffContext, host: ModuleHost, verb: Verb): Promise<Answer> {
  const { show, t } = context
  const outcome = await run(contextOf(context, host, true), verb, false)
  return show.page('/emr/module-plan', await planPage(context, host, verb, outcome), {
    title: t(`emr.modules.${verb}`),
  })
}

async function planPage(context: StaffContext, host: ModuleHost, verb: Verb, outcome: Outcome) {
  const { t, url } = context
  const inUse = !outcome.ok && outcome.reason === 'in-use'
  // What would be lost is told with the plan that loses it.
  const whatThen = inUse ? await run(contextOf(context, host, true), verb, true) : outcome
  return {
    title: t(`emr.modules.${verb}`),
    action: url(`/emr/modules/${verb}`),
    backHref: url('/emr/modules'),
    refusal: outcome.ok ? undefined : inUse ? t('emr.modules.inUse') : say(outcome.said, t),
    sentences: whatThen.ok ? inWords(whatThen.sentences, t) : [],
    remarks: inWords(whatThen.remarks, t),
    asksDiscard: inUse,
    possible: outcome.ok || inUse,
    destroys: verb === 'uninstall' || verb === 'disable',
    endsSignIn: verb === 'uninstall',
  }
}

const VerbForm = z.object({ discard: z.literal('1').optional() })

async function carryOut(context: StaffContext, host: ModuleHost, verb: Verb): Promise<Answer> {
  const { form, show, t, url } = context
  const asked = form(VerbForm)
  const outcome = await run(contextOf(context, host, false), verb, asked.ok && asked.value.discard === '1')
  if (!outcome.ok) {
    const content = await planPage(context, host, verb, outcome)
    return show.refused('/emr/module-plan', content, { title: t(`emr.modules.${verb}`), status: 409 })
  }
  if (verb === 'uninstall') {
    const content = {
      sentences: inWords(outcome.sentences, t),
      remarks: inWords(outcome.remarks, t),
      action: url('/emr/modules/install'),
      token: host.afterUninstall(),
    }
    return show.page('/emr/uninstalled', content, { title: t('emr.modules.uninstalled') })
  }
  await host.refresh()
  return show.seeOther('/emr/modules', { kind: 'success', key: `emr.modules.did.${verb}` })
}

function inWords(all: readonly Said[], t: Translate): string[] {
  return all.map((each) => say(each, t))
}

function run(lifecycle: LifecycleContext, verb: Verb, discard: boolean): Promise<Outcome> {
  if (verb === 'uninstall') return uninstall({ ...lifecycle, exportTo: undefined, discard })
  return { install, upgrade, enable, disable }[verb](lifecycle)
}

function contextOf({ actor, portal }: StaffContext, { databaseUrl }: ModuleHost, dryRun: boolean): LifecycleContext {
  const { db, clock, config } = portal
  const files = { dataDir: config.dataDir, store: portal.files }
  const tell = (): undefined => undefined
  return { url: databaseUrl, db, clock, manifest: loadManifest(), actor, connectorPresent: true, files, dryRun, tell }
}

/** The demo has its secret and its address without being told, and its EMR is at the same one. */
function configOf({ portal }: StaffContext): Config {
  const { config, secret } = portal
  const baseUrl = config.baseUrl ?? `http://localhost:${String(config.port)}`
  return { ...config, secret, baseUrl, emrOrigin: config.emrOrigin ?? new URL(baseUrl).origin }
}
