/** One proposal as its sender sees it: number, how it stands, what happens next, and what became of each field. */
import { z } from 'zod'
import { chartValues, plainChart } from '../../../host/profile/chart.js'
import { insuranceFields, policiesOf, policyMeant } from '../../../host/profile/insurance.js'
import { fieldsHere, type ProfileField } from '../../../host/profile/layout.js'
import { changeByReceipt } from '../../../host/reads/profileChanges.js'
import { day as dayOf } from '../../../platform/clock.js'
import { isReceiptNumber } from '../../../platform/ids.js'
import { optionalText } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { changeOf, type Change } from '../changes.js'
import { fieldLabel, valueText } from '../fieldText.js'
import { fieldStates, type Outcome, type Values } from '../merging.js'
import { outcomeTag, stateTag } from '../stateTag.js'
import { withdraw } from './proposing.js'

/** GET /profile/changes/:receipt */
export async function change(context: RecordContext): Promise<Answer> {
  const { params, portal, scope, show, t } = context
  const receipt = params['receipt'] ?? ''
  if (scope.kind !== 'chart' || !isReceiptNumber(receipt)) return show.notFound()
  const row = await changeByReceipt(portal.db, scope.pid, receipt)
  if (!row) return show.notFound()
  const page = await changeView(context, changeOf(row), scope.pid)
  return show.page('/profile/proposing/change', page, { title: t('profile.change.title') })
}

async function changeView(context: RecordContext, one: Change, pid: number) {
  const { here, may, portal, t, url } = context
  const fields = await (one.kind === 'profile' ? fieldsHere : insuranceFields)(portal.db, portal.site)
  const waits = one.state === 'waiting'
  const now = waits ? await valuesNow(context, one, pid) : {}
  const action = url(here(`/profile/changes/${one.receipt ?? ''}/withdrawal`))
  const mayWithdraw = waits && may('profile:propose')
  const { phone } = portal.practice()
  return {
    receipt: one.receipt ?? '',
    kind: t(one.kind === 'profile' ? 'profile.change.profile' : `profile.insurance.${one.insuranceType ?? 'primary'}`),
    waits,
    sent: one.createdAt === undefined ? '' : writeInstant(context, one.createdAt),
    by: one.actedBy,
    decided: one.state === 'decided' && one.decidedAt !== undefined ? writeInstant(context, one.decidedAt) : undefined,
    status: stateTag(context, one),
    next: t(`profile.next.${one.state}`),
    questions: phone === '' ? '' : t('profile.questions', { phone }),
    note: one.note,
    lines: waits
      ? waitingLines(context, fields, one, now)
      : one.outcomes.map((each) => outcomeLine(context, fields, each)),
    // The address of the account itself is proved and stays.
    addressKept: touches(one, ['email', 'email_direct']),
    withdrawAction: mayWithdraw ? action : undefined,
    singly: mayWithdraw && one.kind === 'profile',
    profileHref: url(here('/profile')),
  }
}

async function valuesNow({ portal }: RecordContext, one: Change, pid: number): Promise<Values> {
  if (one.kind === 'profile') {
    const chart = await chartValues(portal.db, portal.site, pid)
    return plainChart(chart ?? new Map())
  }
  const policies = await policiesOf(portal.db, portal.site, { pid, day: dayOf(portal.clock.now()) })
  return policyMeant(policies, one.insuranceType, one.proposed['date'])?.values ?? {}
}

function waitingLines(context: RecordContext, fields: readonly ProfileField[], one: Change, now: Values) {
  const columns = fields.map(({ column }) => column)
  return fieldStates(columns, one.base, one.proposed, now).map(({ chart, column, proposed }) => {
    const field = fields.find((each) => each.column === column)
    return {
      column,
      term: fieldLabel(context, column),
      before: valueText(context, field, chart),
      after: valueText(context, field, proposed),
      status: undefined,
      note: '',
    }
  })
}

function outcomeLine(context: RecordContext, fields: readonly ProfileField[], outcome: Outcome) {
  const field = fields.find((each) => each.column === outcome.column)
  return {
    column: outcome.column,
    term: fieldLabel(context, outcome.column),
    before: valueText(context, field, outcome.proposed),
    after: valueText(context, field, outcome.after),
    status: outcomeTag(context, outcome),
    note: outcome.note,
  }
}

function touches(one: Change, columns: readonly string[]): boolean {
  if (one.state !== 'waiting') return one.outcomes.some(({ column }) => columns.includes(column))
  return fieldStates(columns, one.base ?? {}, one.proposed, {}).length > 0
}

/** POST /profile/changes/:receipt/withdrawal. With `field` only that one; `open` is what waits in the host itself. */
export async function takeBack(context: RecordContext): Promise<Answer> {
  const { actor, form, here, params, portal, scope, show, t, url } = context
  const receipt = params['receipt'] ?? ''
  if (scope.kind !== 'chart' || (receipt !== 'open' && !isReceiptNumber(receipt))) return show.notFound()
  const asked = form(z.object({ field: optionalText(64) }))
  if (!asked.ok) return show.problem(422)
  const { field } = asked.value
  const outcome = await withdraw(portal, actor, scope, { receipt, column: field === '' ? undefined : field })
  if (outcome.ok) {
    const whole = outcome.whole || receipt === 'open'
    const key = outcome.whole ? 'profile.done.withdrawn' : 'profile.done.fieldWithdrawn'
    return show.seeOther(here(whole ? '/profile' : `/profile/changes/${receipt}`), { kind: 'success', key })
  }
  if (outcome.reason === 'not-found') return show.notFound()
  const actions = [{ label: t('profile.title'), href: url(here('/profile')) }]
  return show.problem(409, { what: t('profile.over'), next: t('profile.over.next'), actions })
}
