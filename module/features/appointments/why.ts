/** Why a time can be asked for, and a visit cancelled, and why not. */
import { explainPatient } from '../../access/explain.js'
import { findAccount, owesFactorFor, patientMay, pidOf, scopeOf, type PatientScope } from '../../access/scope.js'
import {
  factorStep,
  whyStepsIn,
  type Reasons,
  type Why,
  type WhyContext,
  type WhyFix,
  type WhyPerson,
  type WhyStep,
} from '../../feature.js'
import { whyRecord } from '../../host/reads/whyRecord.js'
import { mayBeAskedFor, whyNotCancel } from './appointment.js'
import { calendarReadiness } from './calendarReadiness.js'
import { upcomingOf } from './ofPatient.js'
import { requestable } from './openings.js'
import { isFull, waitingOf } from './seats.js'

const step = whyStepsIn('appointments.why')

const REQUEST = 'appointments:request'
const CANCEL = 'appointments:cancel'

export const whyRequest: Why = {
  key: 'request-appointment',
  title: 'appointments.why.request',
  who: 'account',
  reasons: (context, person) => inRecord(context, person, toRequest),
}

export const whyCancel: Why = {
  key: 'cancel-appointment',
  title: 'appointments.why.cancel',
  who: 'account',
  reasons: (context, person) => inRecord(context, person, toCancel),
}

async function inRecord(
  context: WhyContext,
  person: WhyPerson,
  ofScope: (context: WhyContext, scope: PatientScope, owes: boolean) => Promise<Reasons>,
): Promise<Reasons> {
  const { portal, url } = context
  const record = person.kind === 'account' ? await whyRecord(portal.db, person.record) : undefined
  const account = record && (await findAccount(portal.db, portal, record.accountId))
  const scope = account && scopeOf(account, record.record)
  if (scope) return ofScope(context, scope, owesFactorFor(account, scope))
  const address = url(`/staff/portal/why?who=${encodeURIComponent(`record:${record?.record ?? ''}`)}&thing=open-record`)
  return { verdict: false, steps: [step(context, 'opens', false, {}, fix(context, 'opens', address, 'why:ask'))] }
}

/** A visit that lies ahead, that they may take off the calendar or ask the practice to. */
async function toCancel(context: WhyContext, scope: PatientScope, owes: boolean): Promise<Reasons> {
  const { portal, url } = context
  const { clock, policy, settings } = portal
  const ahead = await upcomingOf(portal, portal.db, scope)
  const refusals = ahead.map((visit) => whyNotCancel(visit, clock.now(), settings().minimumNotice))
  const alone = refusals.filter((refusal) => refusal === undefined).length
  const asked = refusals.filter(mayBeAskedFor).length
  const pid = pidOf(scope)
  // Without a chart, whatever lies ahead came through the queue.
  const chart =
    pid === undefined
      ? fix(context, 'own', url('/staff/portal/appointments'), 'appointments:process')
      : fix(context, 'ahead', url(`/staff/portal/patients/${String(pid)}`), 'patients:view')
  return {
    verdict: patientMay(policy(), scope, CANCEL) && !owes && alone + asked > 0,
    steps: [
      step(context, 'opens', true),
      rulesStep(context, scope, CANCEL),
      ...(owes ? [factorStep(context, false)] : []),
      step(context, 'ahead', alone + asked > 0, { alone, asked }, chart),
    ],
  }
}

function rulesStep(context: WhyContext, scope: PatientScope, permission: string): WhyStep {
  const { portal, url } = context
  const { verdict } = explainPatient(portal.policy(), scope, permission)
  const extent = scope.kind === 'own' ? 'own' : scope.extent
  const address = url(`/staff/portal/access/extents/${extent}?permission=${encodeURIComponent(permission)}`)
  return step(context, 'allowed', verdict, {}, fix(context, 'allowed', address, 'access:manage'))
}

async function toRequest(context: WhyContext, scope: PatientScope, owes: boolean): Promise<Reasons> {
  const { portal, url } = context
  const may = patientMay(portal.policy(), scope, REQUEST)
  const offer = await requestable(portal, portal.db)
  const standing = await calendarReadiness(portal, portal.db, { visits: false })
  const ready = standing.filter(({ id, issue }) => !issue && offer.providers.some((provider) => provider.id === id))
  const waiting = await waitingOf(portal, portal.db, scope)
  const full = isFull(portal, waiting)
  const limit = portal.settings().openRequestLimit
  return {
    verdict: may && !owes && offer.categories.length > 0 && ready.length > 0 && !full,
    steps: [
      step(context, 'opens', true),
      rulesStep(context, scope, REQUEST),
      ...(owes ? [factorStep(context, false)] : []),
      step(
        context,
        'categories',
        offer.categories.length > 0,
        { count: offer.categories.length },
        fix(context, 'categories', url('/staff/portal/settings#field-requestableCategories-hint'), 'settings:manage'),
      ),
      step(
        context,
        'providers',
        ready.length > 0,
        { names: ready.map(({ name }) => name).join(', ') },
        fix(context, 'providers', url('/staff/portal/calendar-readiness'), 'appointments:process'),
      ),
      step(
        context,
        'room',
        !full,
        { count: waiting.length, limit },
        fix(context, 'room', url('/staff/portal/appointments'), 'appointments:process'),
      ),
    ],
  }
}

function fix({ t }: WhyContext, key: string, href: string, permission: string): WhyFix[] {
  return [{ label: t(`appointments.why.${key}.fix`), href, permission }]
}
