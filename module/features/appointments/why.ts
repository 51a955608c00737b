/** Why a time can be asked for, and why not. */
import { explainPatient } from '../../access/explain.js'
import { findAccount, patientMay, scopeOf, type PatientScope } from '../../access/scope.js'
import type { Reasons, Why, WhyContext, WhyFix, WhyStep } from '../../feature.js'
import { whyRecord } from '../../host/reads/whyRecord.js'
import { calendarReadiness } from './calendarReadiness.js'
import { requestable } from './openings.js'
import { isFull, waitingOf } from './seats.js'

const PERMISSION = 'appointments:request'

export const whyRequest: Why = {
  key: 'request-appointment',
  title: 'appointments.why.request',
  who: 'account',
  async reasons(context, person) {
    const { portal, url } = context
    const record = person.kind === 'account' ? await whyRecord(portal.db, person.record) : undefined
    const account = record && (await findAccount(portal.db, portal, record.accountId))
    const scope = account && scopeOf(account, record.record)
    if (scope) return ofScope(context, scope)
    const address = url(
      `/staff/portal/why?who=${encodeURIComponent(`record:${record?.record ?? ''}`)}&thing=open-record`,
    )
    return { verdict: false, steps: [step(context, 'opens', false, {}, fix(context, 'opens', address, 'why:ask'))] }
  },
}

async function ofScope(context: WhyContext, scope: PatientScope): Promise<Reasons> {
  const { portal, url } = context
  const may = patientMay(portal.policy(), scope, PERMISSION)
  const { verdict: allowed } = explainPatient(portal.policy(), scope, PERMISSION)
  const offer = await requestable(portal, portal.db)
  const standing = await calendarReadiness(portal, portal.db, { visits: false })
  const ready = standing.filter(({ id, issue }) => !issue && offer.providers.some((provider) => provider.id === id))
  const waiting = await waitingOf(portal, portal.db, scope)
  const full = isFull(portal, waiting)
  const limit = portal.settings().openRequestLimit
  const extent = scope.kind === 'own' ? 'own' : scope.extent
  return {
    verdict: may && offer.categories.length > 0 && ready.length > 0 && !full,
    steps: [
      step(context, 'opens', true),
      step(context, 'allowed', allowed, {}, [
        ...fix(
          context,
          'allowed',
          url(`/staff/portal/access/extents/${extent}?permission=${encodeURIComponent(PERMISSION)}`),
          'access:manage',
        ),
      ]),
      step(
        context,
        'categories',
        offer.categories.length > 0,
        { count: offer.categories.length },
        fix(context, 'categories', url('/staff/portal/settings'), 'settings:manage'),
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

function step(
  { t }: WhyContext,
  key: string,
  holds: boolean,
  values: Record<string, string | number> = {},
  fixes: readonly WhyFix[] = [],
): WhyStep {
  const title = `appointments.why.${key}`
  return {
    key,
    title: t(title),
    holds,
    detail: [t(`${title}.${holds ? 'yes' : 'no'}`, values)],
    fixes: holds ? [] : fixes,
  }
}

function fix({ t }: WhyContext, key: string, href: string, permission: string): WhyFix[] {
  return [{ label: t(`appointments.why.${key}.fix`), href, permission }]
}
