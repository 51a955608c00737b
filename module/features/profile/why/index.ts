/** Why changes of the profile can be proposed, and why not. */
import { explainPatient } from '../../../access/explain.js'
import { findAccount, owesFactorFor, patientMay, scopeOf, type PatientScope } from '../../../access/scope.js'
import {
  emrFix,
  factorStep,
  whyStepsIn,
  type Part,
  type Reasons,
  type Why,
  type WhyContext,
  type WhyFix,
} from '../../../feature.js'
import { fieldsHere } from '../../../host/profile/layout.js'
import { changesOf } from '../../../host/reads/profileChanges.js'
import { whyRecord } from '../../../host/reads/whyRecord.js'
import { changeOf } from '../changes.js'
import { words } from './words.js'

const stepOf = whyStepsIn('profileWhy')

const PROPOSE = 'profile:propose'

const whyPropose: Why = {
  key: 'propose-profile',
  title: 'profileWhy.propose',
  who: 'account',
  async reasons(context, person) {
    const { portal, url } = context
    const record = person.kind === 'account' ? await whyRecord(portal.db, person.record) : undefined
    const account = record && (await findAccount(portal.db, portal, record.accountId))
    const scope = account && scopeOf(account, record.record)
    if (scope) return ofScope(context, scope, owesFactorFor(account, scope))
    const address = url(
      `/staff/portal/why?who=${encodeURIComponent(`record:${record?.record ?? ''}`)}&thing=open-record`,
    )
    return { verdict: false, steps: [stepOf(context, 'opens', false, {}, fix(context, 'opens', address, 'why:ask'))] }
  },
}

/** The profile: what keeps somebody from proposing changes. */
export const explaining: Part = { words, routes: [], explain: [whyPropose] }

async function ofScope(context: WhyContext, scope: PatientScope, owes: boolean): Promise<Reasons> {
  const { portal, url } = context
  const registrations = fix(context, 'registrations', url('/staff/portal/registrations'), 'registrations:process')
  const standing = [stepOf(context, 'opens', true), stepOf(context, 'chart', scope.kind === 'chart', {}, registrations)]
  if (scope.kind !== 'chart') return { verdict: false, steps: standing }
  const { verdict: allowed } = explainPatient(portal.policy(), scope, PROPOSE)
  const extents = url(`/staff/portal/access/extents/${scope.extent}?permission=${encodeURIComponent(PROPOSE)}`)
  const fields = await fieldsHere(portal.db, portal.site)
  const open = (await changesOf(portal.db, scope.pid, 50))
    .map(changeOf)
    .find(({ kind, state }) => kind === 'profile' && state === 'waiting')
  const rules = stepOf(context, 'allowed', allowed, {}, fix(context, 'allowed', extents, 'access:manage'))
  const shown = stepOf(context, 'fields', fields.length > 0, { count: fields.length }, [emrFix(context)])
  return {
    verdict: patientMay(portal.policy(), scope, PROPOSE) && !owes && fields.length > 0,
    steps: [
      ...standing,
      scope.narrowed === true ? { ...rules, detail: [...rules.detail, context.t('profileWhy.narrowed')] } : rules,
      ...(owes ? [factorStep(context, false)] : []),
      // What waits is no hindrance: it is the one that is changed.
      open ? { ...shown, detail: [...shown.detail, context.t('profileWhy.waits')] } : shown,
    ],
  }
}

function fix({ t }: WhyContext, key: string, href: string, permission: string): WhyFix[] {
  return [{ label: t(`profileWhy.fix.${key}`), href, permission }]
}
