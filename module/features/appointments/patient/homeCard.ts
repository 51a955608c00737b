import type { Card } from '../../../feature.js'
import { offeredInstead } from '../../../host/reads/appointments.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { RecordContext } from '../../../web/routes.js'
import { lastProposal } from '../proposals.js'
import { whyNotCancel, type Appointment } from '../appointment.js'
import { upcomingOf, whoseOf, withOpenCancellations } from '../ofPatient.js'
import { callTo, viewOf, whenOf } from './visitView.js'

/** What needs the patient: times that the practice proposes, or names where it declined. */
const needs: Card<RecordContext> = {
  permission: 'appointments:view',
  place: 'needs',
  async show(context) {
    const { here, may, portal, scope, t, url } = context
    const now = portal.clock.now()
    const proposed = (await upcomingHere(context)).filter((each) => each.standing === 'proposed')
    const offered = await offeredInstead(portal.db, whoseOf(scope), { day: dayOf(now), time: now.toFormat('HH:mm:ss') })
    if (proposed.length + offered.length === 0) return undefined
    return {
      view: '/appointments/patient/needs',
      content: {
        proposals: await Promise.all(proposed.map((each) => proposalRow(context, each))),
        offers: offered.map(({ eid, times }) => ({
          text: t('appointments.needs.offersText', { count: times }),
          href: url(here(`/appointments/${String(eid)}`)),
        })),
        mayAnswer: may('appointments:request'),
      },
    }
  },
}

const read = new WeakMap<RecordContext, Promise<Appointment[]>>()

/** Two cards of one page show parts of it: read once for both. */
function upcomingHere(context: RecordContext): Promise<Appointment[]> {
  const { portal, scope } = context
  const upcoming = read.get(context) ?? upcomingOf(portal, portal.db, scope)
  read.set(context, upcoming)
  return upcoming
}

async function proposalRow(context: RecordContext, appointment: Appointment) {
  const { here, portal, t, url } = context
  const proposal = await lastProposal(portal.db, appointment.eid)
  const when = whenOf(context, appointment)
  const { name } = appointment.provider
  return {
    id: proposal?.id,
    text: proposal?.open
      ? t('appointments.needs.row', { when, name, before: whenOf(context, proposal.from) })
      : t('appointments.proposed.text', { when, name }),
    href: url(here(`/appointments/${appointment.id}`)),
    acceptAction: url(here(`/appointments/${appointment.id}/acceptance`)),
  }
}

/** What is next: the next visit, and what is still asked for. */
const next: Card<RecordContext> = {
  permission: 'appointments:view',
  place: 'next',
  async show(context) {
    const { here, may, portal, scope, t, url } = context
    const upcoming = await upcomingHere(context)
    const [soonest, ...more] = upcoming.filter((each) => each.standing !== 'proposed')
    const [first] = await withOpenCancellations(portal.db, scope, soonest ? [soonest] : [])
    const refusal = whyNotCancel(first, portal.clock.now(), portal.settings().minimumNotice)
    return {
      view: '/appointments/patient/next',
      content: {
        first: first && viewOf(context, first),
        calendarHref: first && url(here(`/appointments/${first.id}/calendar.ics`)),
        cancelHref:
          first && may('appointments:cancel') && !first.cancellationAsked
            ? url(here(`/appointments/${first.id}/cancellation`))
            : undefined,
        cancelText: t(refusal === undefined ? 'appointments.cancel.open' : 'appointments.askCancel.open'),
        more: more.length,
        listHref: url(here('/appointments')),
        newHref: may('appointments:request') ? url(here('/appointments/new')) : undefined,
        notLinked: scope.kind === 'own' && first ? t('appointments.notLinked') : undefined,
      },
    }
  },
}

/** Who may request but not see the list begins here, since no list leads on. */
const requestOnly: Card<RecordContext> = {
  permission: 'appointments:request',
  place: 'next',
  show(context) {
    const { here, may, url } = context
    if (may('appointments:view')) return Promise.resolve(undefined)
    const content = { newHref: url(here('/appointments/new')), call: callTo(context, 'appointments.callToSee') }
    return Promise.resolve({ view: '/appointments/patient/request-only', content })
  },
}

export const homeCards: readonly Card<RecordContext>[] = [needs, next, requestOnly]
