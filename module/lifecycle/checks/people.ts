/** Whether those who are to use the portal can. */
import { detectHost } from '../../host/detect.js'
import { weekendOf, type Globals } from '../../host/globals.js'
import {
  providerSchedules,
  scheduleIssue,
  type ProviderSchedule,
  type ScheduleIssue,
} from '../../host/providerSchedules.js'
import { calendarIsIndexed, countAuthorisedPatients, holdersOfPortalRight } from '../../host/readiness.js'
import { day, daysLater } from '../../platform/clock.js'
import { settingsFrom } from '../../platform/settings.js'
import type { ModuleState } from '../../platform/state.js'
import type { Said } from '../said.js'
import { findingsOf, said, type Examined, type Finding } from './finding.js'

const { ok, warning, problem } = findingsOf('people')

export async function portalRight({ db }: Examined): Promise<Finding> {
  const { groups, users } = await holdersOfPortalRight(db)
  const holders = [...groups, ...users]
  if (holders.length > 0) return ok('portalRight', 'doctor.portalRight.are', { holders })
  return problem('portalRight', said('doctor.portalRight.none'), said('doctor.portalRight.fix'))
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
