/** Whether those who are to use the portal can. */
import { loadPolicy, policyBeforehand } from '../../access/policy.js'
import { holdersUnder } from '../../access/rules.js'
import { detectHost } from '../../host/detect.js'
import { weekendOf, type Globals } from '../../host/globals.js'
import {
  providerSchedules,
  scheduleIssue,
  type ProviderSchedule,
  type ScheduleIssue,
} from '../../host/providerSchedules.js'
import { calendarIsIndexed, countAuthorisedPatients } from '../../host/readiness.js'
import { day, daysLater } from '../../platform/clock.js'
import { settingsFrom } from '../../platform/settings.js'
import type { ModuleState } from '../../platform/state.js'
import type { Said } from '../said.js'
import { findingsOf, said, type Examined, type Finding } from './finding.js'

const { ok, warning, problem } = findingsOf('people')

/** Of those who may work in the portal, so many are named. */
const NAMED_MOST = 20

/**
 * Asked as every page of staff's is decided: by the EMR's right, by the rules of Foyer that the practice has made, and
 * whether somebody is there who holds them.
 */
export async function portalRight({ db }: Examined, state: ModuleState | undefined): Promise<Finding> {
  const policy = state ? await loadPolicy(db, 'as doctor reads it') : await policyBeforehand()
  const holders = (await holdersUnder(policy, db, 'portal:use')).map(({ username }) => username).sort()
  if (holders.length === 0)
    return problem('portalRight', said('doctor.portalRight.none'), said('doctor.portalRight.fix'))
  const count = holders.length - NAMED_MOST
  if (count <= 0) return ok('portalRight', 'doctor.portalRight.are', { holders })
  return ok('portalRight', 'doctor.portalRight.areMore', { holders: holders.slice(0, NAMED_MOST), count })
}

/** Patients are offered times of whoever has office hours on the days that the practice lets them ask for. */
export async function providers(
  { db, clock, manifest }: Examined,
  globals: Globals,
  state: ModuleState | undefined,
): Promise<Finding> {
  const { latestRequest, requestableCategories: open } = settingsFrom(manifest, state?.settings ?? new Map())
  const today = day(clock.now())
  const days = { from: today, until: daysLater(today, latestRequest + 1) }
  const schedules = await providerSchedules(db, await detectHost(db), days, await calendarIsIndexed(db))
  const requestable = schedules.categories.filter(({ constant }) => open === 'all' || open.includes(constant))
  const kinds = new Set(requestable.map(({ id }) => id))
  const judged = schedules.providers
    .map((provider) => ({ provider, issue: scheduleIssue(provider, kinds, days, weekendOf(globals)) }))
    .sort((a, b) => a.provider.username.localeCompare(b.provider.username))

  const scheduled = judged.filter(({ issue }) => !issue).map(({ provider }) => provider.username)
  const without = judged.flatMap(({ provider, issue }) => (issue ? [whyWithout(provider, issue)] : []))
  const fix = said('doctor.providers.fix')
  if (without.length === 0 && scheduled.length > 0) return ok('providers', 'doctor.providers.all', { scheduled })
  if (scheduled.length > 0) return warning('providers', said('doctor.providers.some', { scheduled, without }), fix)
  const none = without.length > 0 ? said('doctor.providers.noneOf', { without }) : said('doctor.providers.none')
  return problem('providers', none, fix)
}

/** "dr.marsh (no In Office event)" */
function whyWithout({ username: name }: ProviderSchedule, issue: ScheduleIssue): Said {
  if (issue.why === 'ended') return said('doctor.providers.without.ended', { name, day: issue.on })
  return said(`doctor.providers.without.${issue.why}`, { name })
}

export async function credentials({ db }: Examined): Promise<Finding> {
  const { authorised, withoutCredential: count } = await countAuthorisedPatients(db)
  if (count === 0) return ok('credentials', 'doctor.credentials.all', { count: authorised })
  return warning('credentials', said('doctor.credentials.some', { count, authorised }), said('doctor.credentials.fix'))
}
