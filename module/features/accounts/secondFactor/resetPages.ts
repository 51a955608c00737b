/** Somebody lost their telephone. Staff make sure who asks, say how, and take the second factor off. */
import { z } from 'zod'
import { factorsOf, hasFactor } from '../../../access/secondFactors.js'
import { findStaffLogin } from '../../../host/staff.js'
import { text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { Whose } from '../../../web/whose.js'
import { pidIn } from '../credentials/pid.js'
import { resetFactors } from './changing.js'
import { accountHolder, staffHolder, type Holder } from './holder.js'
import { accountsWithFactors, accountWithFactors } from './resetting.js'

/** View: /accounts/secondFactor/reset. */
export interface ResetPage {
  name: string
  backHref: string
  action: string
  /** What staff make sure of, by whom they have in front of them. */
  steps: string[]
  /** Undefined: it can be taken off. */
  refusal?: string
  reason: string
  checked: boolean
  errors: FieldError[]
}

/** Whose it is, and where staff come from. */
interface Lost {
  holder: Holder
  /** Begins the words of what staff make sure of: a patient's or proxy's, an account's without a chart, staff's. */
  askedAs: 'ask' | 'askAccount' | 'askStaff'
  /** In whose record it is said. Undefined: a member of staff. */
  whose: Whose | undefined
  path: string
  back: string
  /** Key of words. */
  refusal: string | undefined
}

async function accountIn(context: StaffContext): Promise<Lost | undefined> {
  const { params, portal } = context
  const pid = pidIn(context)
  if (pid === undefined) return undefined
  const found = (await accountsWithFactors(portal, pid)).find(({ id }) => String(id) === params['account'])
  const holder = found && (await accountHolder(portal, found.id))
  const back = `/staff/portal/patients/${String(pid)}`
  const path = `${back}/second-factors/${String(found?.id)}`
  return holder && { holder, askedAs: 'ask', whose: pid, back, path, refusal: undefined }
}

/** Whoever has no chart yet, or none any more, stands in front of nobody's panel. */
async function accountAlone({ params, portal }: StaffContext): Promise<Lost | undefined> {
  const found = await accountWithFactors(portal, params['account'] ?? '')
  const holder = found && (await accountHolder(portal, found.id))
  const back = `/staff/portal/accounts/${String(found?.id)}`
  const path = `${back}/second-factor`
  return holder && { holder, askedAs: 'askAccount', whose: { record: found.record }, back, path, refusal: undefined }
}

async function userIn({ params, portal, staff }: StaffContext): Promise<Lost | undefined> {
  const login = await findStaffLogin(portal.db, portal.site, params['username'] ?? '')
  const holder = login && (await staffHolder(portal, login.id))
  if (!holder) return undefined
  const back = `/staff/portal/access/users/${encodeURIComponent(holder.label)}`
  const isOn = hasFactor(await factorsOf(portal.db, holder.owner))
  // Whoever could take off their own would need nobody's word for it.
  const refusal = holder.person.id === staff.id ? 'second.reset.own' : isOn ? undefined : 'second.reset.none'
  return { holder, askedAs: 'askStaff', whose: undefined, back, path: `${back}/second-factor`, refusal }
}

export async function askReset(context: StaffContext): Promise<Answer> {
  return ask(context, await accountIn(context))
}

export async function askResetOfAccount(context: StaffContext): Promise<Answer> {
  return ask(context, await accountAlone(context))
}

export async function askResetOfUser(context: StaffContext): Promise<Answer> {
  return ask(context, await userIn(context))
}

export async function resetAccount(context: StaffContext): Promise<Answer> {
  return reset(context, await accountIn(context))
}

export async function resetAccountAlone(context: StaffContext): Promise<Answer> {
  return reset(context, await accountAlone(context))
}

export async function resetUser(context: StaffContext): Promise<Answer> {
  return reset(context, await userIn(context))
}

function ask(context: StaffContext, lost: Lost | undefined): Answer {
  if (!lost) return context.show.notFound()
  return context.show.page('/accounts/secondFactor/reset', pageOf(context, lost, {}), titled(context, lost))
}

const Reset = z.object({
  checked: z.literal('1', 'second.reset.unchecked'),
  reason: text(500, 'second.reset.missing'),
})

async function reset(context: StaffContext, lost: Lost | undefined): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  if (!lost) return show.notFound()
  const refused = (typed: Partial<ResetPage>, status: number) =>
    show.refused('/accounts/secondFactor/reset', pageOf(context, lost, typed), { ...titled(context, lost), status })
  if (lost.refusal !== undefined) return refused({}, 409)
  const asked = form(Reset)
  if (!asked.ok) {
    const errors = Object.entries(asked.errors).map(([name, key]) => ({ name, text: t(key) }))
    const { checked, reason = '' } = asked.typed
    return refused({ errors, checked: checked === '1', reason }, 422)
  }
  const { reason } = asked.value
  const isOff = await resetFactors(portal, actor, lost.holder, { reason, whose: lost.whose })
  return show.seeOther(lost.back, isOff ? { kind: 'success', key: 'second.reset.done' } : undefined)
}

function pageOf({ t, url }: StaffContext, lost: Lost, typed: Partial<ResetPage>): ResetPage {
  return {
    name: lost.holder.name,
    backHref: url(lost.back),
    action: url(lost.path),
    steps: ['1', '2', '3'].map((step) => t(`second.reset.${lost.askedAs}.${step}`)),
    ...(lost.refusal === undefined ? {} : { refusal: t(lost.refusal) }),
    ...{ reason: '', checked: false, errors: [], ...typed },
  }
}

function titled({ t }: StaffContext, { whose }: Lost) {
  return { title: t('second.reset.title'), about: whose === undefined ? [] : [whose] }
}
