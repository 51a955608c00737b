/** Answers that wait to be read, as the queue, the hall and the navigation show them. */
import { inLanguage } from '../../../access/questionnaires/model.js'
import { saidIn } from '../../../access/formAssignments.js'
import type { PanelCard, Queue } from '../../../feature.js'
import {
  answersOfPatient,
  answersWaitingCount,
  waitingAnswers,
  type AnswersPlace,
  type QueueView,
  type WaitingAnswers,
} from '../../../host/reads/formReviews.js'
import { isDay, utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { StatusTag } from '../../../web/layout.js'
import { digitsOf, instantOf, placeAsked, queuePages, rowsOfPage, type Side } from '../../../web/queuePages.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeAge } from '../../../web/times.js'
import { bandIn, claimedSince } from './sentAnswers.js'
import { whoseOf } from '../../../web/whose.js'

const ROWS_SHOWN = 50

export const FORMS = '/staff/portal/forms'

export const queue: Queue = {
  key: 'forms',
  title: 'reviewing.title',
  icon: 'clipboard-check',
  path: '/forms',
  fragment: '/forms/waiting',
  permission: 'forms:review',
  counting: answersWaitingCount,
}

const views = ['waiting', 'urgent', 'mine'] as const

interface Asked {
  view: QueueView
  place: AnswersPlace | undefined
}

/** What the address asks for: `?view=mine&after=…`. Anything else shows what waits, from the most urgent. */
export function askedOf(context: Pick<StaffContext, 'query'>): Asked {
  const view = views.find((each) => each === context.query['view']) ?? 'waiting'
  return { view, place: placeAsked(context, placeIn) }
}

/** `1.20261123130000000.12`: how urgent it is, when it was sent, and its id. */
function placeIn(text: string) {
  const [, rank, digits = '', id] = /^([123])\.(\d{17})\.([1-9]\d{0,14})$/.exec(text) ?? []
  const sentAt = instantOf(digits)
  return sentAt === undefined ? undefined : { rank: Number(rank), sentAt, id: Number(id) }
}

/** The same in an address: '' or `?view=mine`. */
export function askedQuery({ place, view }: Asked): string {
  const query = new URLSearchParams({
    ...(view === 'waiting' ? {} : { view }),
    ...(place ? { [place.side]: `${String(place.rank)}.${digitsOf(place.sentAt)}.${String(place.id)}` } : {}),
  }).toString()
  return query === '' ? '' : `?${query}`
}

/** GET /forms, and the rows alone as they ask for news; `told`: with why something was not done. */
export async function waiting(context: StaffContext, told?: { status: number; text: string }): Promise<Answer> {
  const { fragment, show, t } = context
  const { asked, read } = await readQueue(context, askedOf(context))
  const rows = rowsOfPage(read, ROWS_SHOWN, asked.place?.side)
  const about = whoseOf(...rows)
  const template = fragment ? '/forms/reviewing/waiting' : '/forms/reviewing/queue'
  return show.page(template, waitingPage(context, asked, read, rows), {
    ...{ title: t('reviewing.title'), about },
    ...(told ? { status: told.status, flash: { kind: 'warning', text: told.text } as const } : {}),
  })
}

/** One more than is shown says whether there are more. Where all of a page were read meanwhile it begins anew. */
async function readQueue(context: StaffContext, asked: Asked): Promise<{ asked: Asked; read: WaitingAnswers[] }> {
  const { portal, staff } = context
  const now = { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }
  const read = await waitingAnswers(portal.db, now, asked.view, staff.username, ROWS_SHOWN + 1, asked.place)
  if (read.length > 0 || !asked.place) return { asked, read }
  return readQueue(context, { ...asked, place: undefined })
}

function waitingPage(
  context: StaffContext,
  asked: Asked,
  read: readonly WaitingAnswers[],
  rows: readonly WaitingAnswers[],
) {
  const { t, url } = context
  const { place, view } = asked
  const beside = (side: Side, { id, rank, sent_at: sentAt }: WaitingAnswers) =>
    url(`${FORMS}${askedQuery({ view, place: { side, rank, sentAt, id } })}`)
  return {
    refreshHref: url(`${FORMS}/waiting${askedQuery(asked)}`),
    emptyTitle: t(`reviewing.empty.${view}`),
    emptyText: t(`reviewing.emptyText.${view}`),
    pages: queuePages(context, 'reviewing', { read, rows, side: place?.side }, beside),
    filters: views.map((each) => ({
      text: t(`reviewing.view.${each}`),
      href: url(`${FORMS}${askedQuery({ view: each, place: undefined })}`),
      current: each === view,
    })),
    rows: rows.map((row) => waitingLine(context, row, askedQuery(asked))),
  }
}

function waitingLine(context: StaffContext, row: WaitingAnswers, view: string) {
  const { language, staff, url } = context
  const born = isDay(row.born) ? bornText(context, row.born) : ''
  return {
    id: row.id,
    pid: row.pid === null ? '' : String(row.pid),
    href: url(`${FORMS}/${String(row.id)}`),
    name: personName(row.last_name, row.first_name) || (row.account_name ?? ''),
    born: row.pid === null ? context.t('reviewing.noChart') : born,
    title: inLanguage(saidIn(row.title), language),
    flag: flagTag(context, row.flag),
    score: scoreText(context, row),
    waiting: writeAge(row.waiting_seconds / 60),
    holder: row.holder === null ? '' : (row.holder_name ?? row.holder),
    mine: row.holder === staff.username,
    claimAction: url(`${FORMS}/${String(row.id)}/claim${view}`),
  }
}

/** In words: urgent ones are to be read today. */
export function flagTag({ t }: Pick<StaffContext, 't'>, flag: 'none' | 'look' | 'urgent'): StatusTag | undefined {
  if (flag === 'none') return undefined
  return {
    tone: flag === 'urgent' ? 'danger' : 'warning',
    icon: 'exclamation-triangle',
    text: t(`reviewing.flag.${flag}`),
  }
}

/** "17, Moderately severe"; '' where nothing is scored. */
export function scoreText(
  { language }: Pick<StaffContext, 'language'>,
  { band, score }: { score: number | string | null; band: string | null },
): string {
  if (score === null) return ''
  const named = bandIn(band)
  return [String(Number(score)), ...(named ? [inLanguage(named.label, language)] : [])].join(', ')
}

const CARD_ROWS = 6

/** What a patient answered last, with its scores. */
export const answersCard: PanelCard = {
  key: 'form-answers',
  title: 'reviewing.card',
  permission: 'forms:review',
  async show(context, pid) {
    const { language, portal, t, url } = context
    const rows = await answersOfPatient(portal.db, pid, CARD_ROWS)
    return {
      view: '/forms/reviewing/card',
      content: {
        rows: rows.map((row) => ({
          href: url(`${FORMS}/${String(row.id)}`),
          title: inLanguage(saidIn(row.title), language),
          score: scoreText(context, row),
          flag: row.state === 'waiting' ? flagTag(context, row.flag) : undefined,
          sent: writeInstant(context, row.sent_at),
          state: t(`reviewing.state.${row.state}`),
        })),
      },
    }
  },
}
