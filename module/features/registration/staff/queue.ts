/** What waits for staff, as the queue, the hall and the navigation show it. */
import type { HallCard, Queue } from '../../../feature.js'
import {
  registrationNumbers,
  waitingCount,
  waitingRegistrations,
  type WaitingRegistration,
} from '../../../host/reads/registrations.js'
import { utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeAge } from '../../../web/times.js'
import { stateTag } from '../stateTag.js'
import { claimedSince } from '../registrations.js'
import { writeNumber } from '../../../web/numbers.js'
import { whoseOf } from '../../../web/whose.js'

const ROWS_SHOWN = 50

export const queue: Queue = {
  key: 'registrations',
  title: 'registrations.title',
  icon: 'person-plus',
  path: '/registrations',
  fragment: '/registrations/waiting',
  permission: 'registrations:process',
  counting: waitingCount,
}

export const views = ['waiting', 'mine', 'asked', 'closed'] as const

/** GET /registrations, and the rows alone as they ask for news; `told`: with why something was not done. */
export async function waiting(context: StaffContext, told?: { status: number; text: string }): Promise<Answer> {
  const { fragment, show, t } = context
  const view = fragment ? '/registration/staff/waiting' : '/registration/staff/queue'
  const { about, page } = await waitingPage(context)
  return show.page(view, page, {
    ...{ title: t('registrations.title'), about },
    ...(told ? { status: told.status, flash: { kind: 'warning', text: told.text } as const } : {}),
  })
}

async function waitingPage(context: StaffContext) {
  const { fragment, portal, query, staff, t, url } = context
  const view = views.find((each) => each === query['view']) ?? 'waiting'
  const now = { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }
  const rows = await waitingRegistrations(portal.db, now, view, staff.username, ROWS_SHOWN)
  const to = (each: string) => (each === 'waiting' ? '' : `?view=${each}`)
  const oldest = rows[0]?.oldest_seconds
  const page = {
    refreshHref: url(`/staff/portal/registrations/waiting${to(view)}`),
    fragment,
    emptyTitle: t(`registrations.empty.${view}`),
    emptyText: t(`registrations.emptyText.${view}`),
    count: rows[0]?.total ?? 0,
    oldest: oldest == null ? undefined : t('queue.oldest', { age: writeAge(oldest / 60) }),
    /** A badge goes along only with rows that say how many there are. */
    counted: view === 'waiting',
    filters: views.map((each) => ({
      text: t(`registrations.view.${each}`),
      href: url(`/staff/portal/registrations${to(each)}`),
      current: each === view,
    })),
    rows: rows.map((row) => ({
      id: row.id,
      href: url(`/staff/portal/registrations/${String(row.id)}`),
      name: personName(row.last_name, row.first_name),
      born: bornText(context, row.born),
      whose:
        row.for_whom === 'me' ? t('registrations.forSelf') : t('registrations.for', { as: roleText(context, row) }),
      account: row.account_name,
      waiting: writeAge(row.waiting_seconds / 60),
      holder: row.holder_name ?? '',
      mine: row.holder === staff.username,
      claimAction: url(`/staff/portal/registrations/${String(row.id)}/claim${to(view)}`),
      status: row.state === 'waiting' ? undefined : stateTag(context, row),
      answered: row.state === 'waiting' && row.answered_at !== null,
      noteClosed: row.note_closed === 1 && row.state !== 'closed' ? noteClosedText(context, row.note_by) : undefined,
      closed: row.state === 'closed' ? closedText(context, row) : undefined,
    })),
  }
  return { page, about: whoseOf(...rows.map(({ account_record: record }) => ({ record }))) }
}

/** Completed in the host's messages this minute: it closes with its note, unless it is decided here first. */
export function noteClosedText({ t }: StaffContext, by: string): string {
  return t('registrations.noteClosed', { by: by === '' ? t('registrations.somebody') : by })
}

function closedText(
  context: StaffContext,
  { decided_at, decided_by }: Pick<WaitingRegistration, 'decided_at' | 'decided_by'>,
): string {
  const { t } = context
  const at = decided_at === null ? '' : writeInstant(context, decided_at)
  return t('registrations.closedBy', { by: decided_by ?? t('registrations.somebody'), at })
}

function roleText({ t }: StaffContext, { relationship }: { relationship: string }): string {
  return t(`registrations.role.${relationship}`)
}

/** Waiting, PINs that are out, registered, this week. One statement. */
export const numbersCard: HallCard = {
  key: 'registrations',
  title: 'registrations.numbers',
  permission: 'registrations:process',
  async show(context) {
    const { portal, t, url } = context
    const now = portal.clock.now()
    const numbers = await registrationNumbers(portal.db, utc(now), utc(now.startOf('week')))
    const written = (value: number) => writeNumber(value, context.language)
    const line = (key: string, value: number | undefined) => ({
      term: t(`registrations.numbers.${key}`),
      text: value === undefined ? t('registrations.numbers.notYet') : written(value),
    })
    return {
      view: '/registration/staff/numbers',
      content: {
        href: url('/staff/portal/registrations'),
        lines: [
          line('waiting', numbers.waiting),
          line('asked', numbers.asked),
          line('pins', numbers.pins),
          line('registered', numbers.registered),
          line('week', numbers.week),
          line('linked', numbers.linked),
        ],
        asOf: t('registrations.numbers.asOf', { when: writeInstant(context, utc(now)) }),
      },
    }
  },
}
