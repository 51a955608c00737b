/** Why an account opens a record, and why not. */
import { explainPatient } from '../../../access/explain.js'
import {
  findAccount,
  openingNow,
  owesFactorFor,
  patientMay,
  scopeOf,
  type PatientScope,
} from '../../../access/scope.js'
import { factorStep, type Why, type WhyContext, type WhyFix, type WhyStep } from '../../../feature.js'
import { whyRecord, type WhyRecord } from '../../../host/reads/whyRecord.js'
import { utc } from '../../../platform/clock.js'
import { writeDayOf } from '../../../web/instant.js'
import { nobody } from './signingIn.js'
import { accountFix, credentialFix, stepOf } from './step.js'

export const whyOpenRecord: Why = {
  key: 'open-record',
  title: 'accountWhy.openRecord',
  who: 'account',
  async reasons(context, person) {
    const { portal } = context
    const record = person.kind === 'account' ? await whyRecord(portal.db, person.record) : undefined
    if (!record) return nobody(context)
    const account = await findAccount(portal.db, portal, record.accountId)
    const scope = account && scopeOf(account, record.record)
    const may = scope !== undefined && patientMay(portal.policy(), scope, 'home:view')
    const told = scope && explainPatient(portal.policy(), scope, 'home:view').verdict
    const owes = account !== undefined && scope !== undefined && owesFactorFor(account, scope)
    return {
      verdict: may && !owes,
      steps: [
        stepOf(context, 'accountOpen', !record.disabled, {}, [accountFix(context, record.accountId)]),
        ...(record.grant === undefined ? [] : grantSteps(context, record, record.grant)),
        ...(told === undefined ? [] : [stepOf(context, 'rules', told, {}, [extentFix(context, scope)])]),
        ...(owes ? [factorStep(context, false)] : []),
      ],
    }
  },
}

/** Where the practice decides what such an access opens. */
function extentFix({ t, url }: WhyContext, scope: PatientScope | undefined): WhyFix {
  const extent = scope?.kind === 'chart' ? scope.extent : 'own'
  return {
    label: t('accountWhy.fix.extent'),
    href: url(`/staff/portal/access/extents/${extent}?permission=${encodeURIComponent('home:view')}`),
    permission: 'access:manage',
  }
}

function grantSteps(
  context: WhyContext,
  { pid, born, allowed }: WhyRecord,
  grant: NonNullable<WhyRecord['grant']>,
): WhyStep[] {
  const { portal, t, url } = context
  const now = utc(portal.clock.now())
  const opening = openingNow({ ...grant, born }, portal)
  const onGrant = [
    {
      label: t('accountWhy.fix.grant'),
      href: url(`/staff/portal/patients/${String(pid)}/grants/${String(grant.id)}`),
      permission: 'grants:manage',
    },
  ]
  const dated = (at: typeof grant.validUntil) => (at === undefined ? '' : writeDayOf(context, at))
  const ended = opening.why === 'ended' || (grant.validUntil !== undefined && grant.validUntil <= now)
  const { revoked } = grant
  return [
    stepOf(
      context,
      'notRevoked',
      revoked === undefined,
      { day: dated(revoked?.at), by: revoked?.by ?? '', reason: revoked?.reason ?? '' },
      onGrant,
    ),
    stepOf(context, 'begun', grant.validFrom <= now, { day: dated(grant.validFrom) }, onGrant),
    stepOf(context, 'notEnded', !ended, { day: dated(grant.validUntil) }, onGrant),
    stepOf(context, 'allowed', allowed, {}, [credentialFix(context, pid, 'allow')]),
    stepOf(context, 'age', ended || opening.extent !== undefined, {}, onGrant),
  ]
}
