/** Whether those who are to use the portal can. */
import { countAuthorisedPatients, holdersOfPortalRight, providersBySchedule } from '../../host/readiness.js'
import { day } from '../../platform/clock.js'
import { findingsOf, said, type Examined, type Finding } from './finding.js'

const { ok, warning, problem } = findingsOf('people')

export async function portalRight({ db }: Examined): Promise<Finding> {
  const { groups, users } = await holdersOfPortalRight(db)
  const holders = [...groups, ...users]
  if (holders.length > 0) return ok('portalRight', 'doctor.portalRight.are', { holders })
  return problem('portalRight', said('doctor.portalRight.none'), said('doctor.portalRight.fix'))
}

export async function providers({ db, clock }: Examined): Promise<Finding> {
  const { scheduled, without } = await providersBySchedule(db, day(clock.now()))
  const fix = said('doctor.providers.fix')
  if (scheduled.length === 0) return problem('providers', said('doctor.providers.none'), fix)
  if (without.length > 0) return warning('providers', said('doctor.providers.some', { scheduled, without }), fix)
  return ok('providers', 'doctor.providers.all', { scheduled })
}

export async function credentials({ db }: Examined): Promise<Finding> {
  const { authorised, withoutCredential: count } = await countAuthorisedPatients(db)
  if (count === 0) return ok('credentials', 'doctor.credentials.all', { count: authorised })
  return warning('credentials', said('doctor.credentials.some', { count, authorised }), said('doctor.credentials.fix'))
}
