/** Answers that wait to be read, as the queue, the hall and the navigation show them. */
import { inLanguage } from '../../../access/questionnaires/model.js'
import { saidIn } from '../../../access/formAssignments.js'
import type { PanelCard, Queue } from '../../../feature.js'
import {
  answersOfPatient,
  answersWaitingCount,
  waitingAnswers,
  type WaitingAnswers,
} from '../../../host/reads/formReviews.js'
import { isDay, utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { StatusTag } from '../../../web/layout.js'
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

/** GET /forms, and the rows alone as they ask for news; `told`: with why something was not done. */
export async function waiting(context: StaffContext, told?: { status: number; text: string }): Promise<Answer> {
  const { fragment, portal, query, show, staff, t } = context
  const view = views.find((each) => each === query['view']) ?? 'waiting'
  const now = { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }
  const rows = await waitingAnswers(portal.db, now, view, staff.username, ROWS_SHOWN)
  const about = whoseOf(...rows)
  const template = fragment ? '/forms/reviewing/waiting' : '/forms/reviewing/queue'
  return show.page(template, waitingPage(context, view, rows), {
    ...{ title: t('reviewing.title'), about },
    ...(told ? { status: told.status, flash: { kind: 'warning', text: told.text } as const } : {}),
  })
}

function waitingPage(context: StaffContext, view: (typeof views)[number], rows: readonly WaitingAnswers[]) {
  const { t, url } = context
  const to = (each: string) => (each === 'waiting' ? '' : `?view=${each}`)
  return {
    refreshHref: url(`${FORMS}/waiting${to(view)}`),
    emptyTitle: t(`reviewing.empty.${view}`),
    emptyText: t(`reviewing.emptyText.${view}`),
    more: rows.length === ROWS_SHOWN ? t('reviewing.more', { count: ROWS_SHOWN }) : undefined,
    filters: views.map((each) => ({
      text: t(`reviewing.view.${each}`),
      href: url(`${FORMS}${to(each)}`),
      current: each === view,
    })),
    rows: rows.map((row) => waitingLine(context, row, to(view))),
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
