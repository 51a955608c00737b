/** Another time is proposed to the patient, and taken back. */
import { isDay } from '../../../platform/clock.js'
import { z } from 'zod'
import { opaqueId } from '../../../platform/ids.js'
import { chosenId, optionalText } from '../../../web/forms.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { OfferedTime } from '../alternatives.js'
import { proposeTime, withdrawProposal, type ProposeOutcome } from '../proposing.js'
import { onward, whyNot } from './outcomes.js'
import { proposePage, type ProposeTyped } from './proposalPage.js'
import { eidIn, formAbout, one } from './visit.js'

/** GET …/proposal, or the page once more with what was wrong. */
export async function askWhen(context: StaffContext, typed: ProposeTyped = {}): Promise<Answer> {
  return formAbout(context, '/appointments/staff/proposal', 'appointments.proposal.title', typed.error, (row) =>
    proposePage(context, row, typed),
  )
}

/** Where to, as the form sends it. */
export const timeFields = {
  /** One of the times that were offered. */
  slot: optionalText(16),
  date: optionalText(10),
  time: optionalText(5),
  provider: chosenId('appointments.proposal.badProvider').optional(),
  note: optionalText(500),
  version: optionalText(40),
}

const ProposeForm = z.object(timeFields)

/** POST …/proposal */
export async function propose(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(ProposeForm)
  if (!asked.ok) {
    const [field = 'date', key = 'form.choose'] = Object.entries(asked.errors)[0] ?? []
    return askWhen(context, { ...asked.typed, provider: undefined, error: { status: 422, text: t(key), field } })
  }
  const typed = asked.value
  const wanted = wantedTime(typed)
  if (!wanted) {
    const error = { status: 422, text: t('appointments.proposal.badTime'), field: 'date' }
    return askWhen(context, { ...typed, error })
  }
  const token = opaqueId()
  const outcome = await proposeTime(portal, staff, actor, {
    eid: eidIn(context),
    day: wanted.day,
    time: wanted.time,
    provider: typed.provider,
    note: typed.note,
    seen: typed.version || undefined,
    undo: token,
  })
  return outcome.ok ? onward(context, token) : notProposed(context, outcome, typed)
}

interface WantedTime {
  slot?: string | undefined
  date?: string | undefined
  time?: string | undefined
  wanted?: string | undefined
}

/** What was typed goes before what was wanted a moment ago, and that before what stands chosen. */
export function wantedTime(typed: WantedTime): OfferedTime | undefined {
  const { slot = '', date = '', time = '', wanted = '' } = typed
  return timeOf(date !== '' || time !== '' ? `${date}T${time}` : wanted || slot)
}

/** `2026-11-24T10:00` */
export function timeOf(value: string): OfferedTime | undefined {
  const [, day = '', time = ''] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})$/.exec(value) ?? []
  return isDay(day) ? { day, time } : undefined
}

/** The form once more, with why, and where there is room instead. */
export async function notProposed(
  context: StaffContext,
  outcome: Extract<ProposeOutcome, { ok: false }>,
  typed: ProposeTyped,
): Promise<Answer> {
  const { may, show, t } = context
  switch (outcome.reason) {
    case 'not-found':
      return show.notFound()
    case 'slot-taken': {
      const error = { status: 409, text: t('appointments.proposal.taken'), field: 'date' }
      const wanted = wantedTime(typed)
      return askWhen(context, {
        ...typed,
        wanted: wanted && `${wanted.day}T${wanted.time}`,
        free: outcome.alternatives,
        mayOverbook: may('appointments:overbook'),
        error,
      })
    }
    case 'past':
    case 'same-time':
    case 'no-such-provider': {
      const field = outcome.reason === 'no-such-provider' ? 'provider' : 'date'
      const error = { status: 422, text: t(`appointments.proposal.${outcome.reason}`), field }
      return askWhen(context, { ...typed, error })
    }
    default:
      return askWhen(context, { ...typed, error: await whyNot(context, outcome) })
  }
}

/** POST …/proposal/withdrawal */
export async function withdraw(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff } = context
  const asked = form(z.object({ version: optionalText(40) }))
  const token = opaqueId()
  const seen = (asked.ok && asked.value.version) || undefined
  const outcome = await withdrawProposal(portal, staff, actor, { eid: eidIn(context), seen, undo: token })
  if (outcome.ok) return show.seeOther(`/staff/portal/appointments/${String(outcome.eid)}?undo=${token}`)
  if (outcome.reason === 'not-found') return show.notFound()
  return one(context, await whyNot(context, outcome))
}
