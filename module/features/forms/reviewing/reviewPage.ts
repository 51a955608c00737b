/** One set of answers with everything needed to decide on it. */
import { highestScore, partScores } from '../../../access/questionnaires/scoring.js'
import { inLanguage, type Form } from '../../../access/questionnaires/model.js'
import { findPatient } from '../../../host/patients.js'
import { colleagues } from '../../../host/reads/staffAppointments.js'
import { holderView } from '../../../web/claiming.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import { answerLines, countChanges } from './answerLines.js'
import { flagTag, FORMS } from './queue.js'
import { answersUntil, askedForm, holderOf, type SentAnswers } from './sentAnswers.js'
import { trendOf } from './trend.js'

const TREND_SHOWN = 24

export interface Typed {
  note?: string
  text?: string
}

/** View: /forms/reviewing/review. */
export async function reviewPage(context: StaffContext, sent: SentAnswers, errors: FieldError[], typed: Typed) {
  const { language, portal, t, url } = context
  const form = await askedForm(portal.db, sent)
  const series = await answersUntil(portal.db, sent, TREND_SHOWN)
  const last = series.find(({ id }) => id !== sent.id)
  const before = last && {
    form: last.versionId === sent.versionId ? form : await askedForm(portal.db, last),
    answers: last.answers,
  }
  const lines = answerLines(context, form, sent.answers, before)
  const base = `${FORMS}/${String(sent.id)}`
  const open = sent.state === 'waiting'
  const people = open ? await colleagues(portal.db) : undefined
  return {
    ...{ open, version: sent.version, pid: sent.pid === undefined ? '' : String(sent.pid), lines, errors },
    backHref: url(FORMS),
    title: inLanguage(sent.title, language),
    person: await personView(context, sent),
    flag: flagTag(context, sent.flag),
    facts: [
      { term: t('reviewing.sent'), text: writeInstant(context, sent.sentAt) },
      { term: t('reviewing.receipt'), text: sent.receipt },
      ...(sent.score === undefined ? [] : [{ term: t('reviewing.score'), text: scored(context, sent, form) }]),
      ...partScores(form, sent.answers).map((part) => partLine(context, part)),
      ...(last ? [{ term: t('reviewing.last'), text: lastText(context, last) }] : []),
    ],
    changes: last ? t('reviewing.changes', { count: countChanges(lines) }) : undefined,
    beforeLabel: last ? t('reviewing.before', { when: writeInstant(context, last.sentAt) }) : '',
    trend: trendView(context, form, series),
    holder:
      people && holderView(context, { holder: holderOf(portal, sent)?.by, people, base, choose: 'reviewing.choose' }),
    decided: decidedText(context, sent),
    note: sent.note,
    reviewAction: url(`${base}/review`),
    returnAction: url(`${base}/return`),
    exportHref: url(`${base}/file`),
    typed: { note: typed.note ?? '', text: typed.text ?? '' },
    errorAt: Object.fromEntries(errors.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]]))),
  }
}

async function personView(context: StaffContext, { accountId, pid }: SentAnswers) {
  const { portal, t, url } = context
  if (pid === undefined) {
    const account = await portal.db.first<{ name: string }>(
      `SELECT display_name AS name FROM foyer_accounts WHERE id = :id`,
      { id: accountId ?? 0 },
    )
    return { name: account?.name ?? '', born: t('reviewing.noChart'), href: undefined }
  }
  const patient = await findPatient(portal.db, pid)
  return {
    name: patient ? personName(patient.lastName, patient.firstName) : String(pid),
    born: patient ? bornText(context, patient.born) : '',
    href: url(`/staff/portal/patients/${String(pid)}`),
  }
}

/** "17 of 27, Moderately severe". */
function scored({ language, t }: StaffContext, { band, score = 0 }: SentAnswers, form: Form): string {
  const highest = highestScore(form)
  const value = highest === undefined ? String(score) : t('reviewing.scoreOf', { score, highest })
  return band ? `${value}, ${inLanguage(band.label, language)}` : value
}

/** A scale within the questionnaire, by its own name: "Anxiety: 11, Moderate". */
function partLine({ language, t }: StaffContext, { band, item, value }: ReturnType<typeof partScores>[number]) {
  const name = inLanguage(item.text, language)
  const text = band ? `${String(value)}, ${inLanguage(band.label, language)}` : String(value)
  return { term: name === '' ? t('reviewing.score') : name, text }
}

function lastText(context: StaffContext, last: SentAnswers): string {
  const when = writeInstant(context, last.sentAt)
  if (last.score === undefined) return when
  const band = last.band ? `, ${inLanguage(last.band.label, context.language)}` : ''
  return `${when}: ${String(last.score)}${band}`
}

function trendView(context: StaffContext, form: Form, series: readonly SentAnswers[]) {
  const { language, t } = context
  const scores = series.flatMap(({ band, score, sentAt }) =>
    score === undefined ? [] : [{ at: sentAt, value: score, band }],
  )
  const drawn = trendOf(
    scores,
    { lowest: 0, highest: highestScore(form) },
    ({ at, value }) => `${writeInstant(context, at)}: ${String(value)}`,
  )
  return (
    drawn && {
      ...drawn,
      title: t('reviewing.trend.title', { count: scores.length }),
      rows: scores.map(({ at, band, value }) => ({
        when: writeInstant(context, at),
        value: String(value),
        band: band ? inLanguage(band.label, language) : '',
      })),
    }
  )
}

function decidedText(context: StaffContext, { askedAgain, reviewedAt, reviewedBy, state }: SentAnswers): string {
  if (state === 'waiting' || reviewedAt === undefined) return ''
  const key = askedAgain === undefined ? 'reviewing.decided.reviewed' : 'reviewing.decided.returned'
  return context.t(key, { by: reviewedBy ?? '', at: writeInstant(context, reviewedAt) })
}
