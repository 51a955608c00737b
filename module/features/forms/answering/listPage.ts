/** What waits for somebody, and what they have sent. */
import { DateTime } from 'luxon'
import { inLanguage } from '../../../access/questionnaires/model.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { StatusTag } from '../../../web/layout.js'
import type { RecordContext } from '../../../web/routes.js'
import { writeShortDay } from '../../../web/times.js'
import type { FormLine } from './ofPatient.js'

/** View: /forms/answering/list. */
export function listPage(context: RecordContext, lines: readonly FormLine[]) {
  const { t } = context
  return {
    waiting: lines.filter(({ kind }) => kind === 'waiting').map((line) => waitingRow(context, line)),
    off: lines.filter(({ kind }) => kind === 'off').map((line) => offRow(context, line)),
    sent: lines.filter(({ kind }) => kind === 'sent').map((line) => sentRow(context, line)),
    ownNote: context.scope.kind === 'own' ? t('forms.ownNote') : undefined,
  }
}

function waitingRow(context: RecordContext, { id, title, dueOn, begun }: FormLine) {
  const { here, language, portal, t, url } = context
  const today = dayOf(portal.clock.now())
  const late = dueOn !== undefined && dueOn < today
  const day = dueOn === undefined ? '' : writeShortDay(dueOn, language, today)
  return {
    title: inLanguage(title, language),
    href: url(here(`/forms/${String(id)}`)),
    due: dueOn === undefined ? undefined : t(late ? 'forms.wasDue' : 'forms.due', { day }),
    tag: tagOf(context, late ? 'late' : begun ? 'begun' : 'waiting'),
    action: t(begun ? 'forms.resume' : 'forms.begin'),
  }
}

/** What it was asked for does not take place. */
function offRow({ language, portal, t }: RecordContext, { begun, dueOn, title }: FormLine) {
  const day = dueOn === undefined ? '' : writeShortDay(dueOn, language, dayOf(portal.clock.now()))
  return {
    title: inLanguage(title, language),
    text: [t('forms.off', { day }), ...(begun ? [t('forms.offKept')] : [])].join(' '),
  }
}

function sentRow(context: RecordContext, { at, receipt, state, title }: FormLine) {
  const { here, language, t, url } = context
  return {
    title: inLanguage(title, language),
    href: url(here(`/forms/answers/${receipt ?? ''}`)),
    sent: t('forms.sentOn', { day: dayText(context, at) }),
    tag: tagOf(context, state === 'reviewed' ? 'reviewed' : 'sent'),
  }
}

const tones: Record<string, StatusTag['tone']> = {
  late: 'warning',
  begun: 'info',
  waiting: 'info',
  sent: 'info',
  reviewed: 'success',
}

export function tagOf({ t }: RecordContext, state: string): StatusTag {
  return { tone: tones[state] ?? 'neutral', text: t(`forms.state.${state}`) }
}

/** A day of the practice's, of an instant. */
export function dayText({ language, portal }: RecordContext, at: string): string {
  const instant = DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)
  return instant.isValid ? writeShortDay(dayOf(instant), language, dayOf(portal.clock.now())) : ''
}
