/** One registration beside the charts that it may mean, and everything that can be decided. */
import { colleagues } from '../../../host/reads/staffAppointments.js'
import { bookingsOfRecord } from '../../../host/ownBookings.js'
import { findChart } from '../../../host/reads/candidates.js'
import { whoCompleted } from '../../../host/noteTypes.js'
import type { FieldError } from '../../../web/layout.js'
import { holderView } from '../../../web/claiming.js'
import { writeInstant } from '../../../web/instant.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeDay, writeShortDay, writeTime } from '../../../web/times.js'
import { day as dayOf } from '../../../platform/clock.js'
import { candidatesFor, scoreChart, type Candidate } from '../candidates.js'
import { stateTag } from '../stateTag.js'
import { claimOf, holderOf, isOpen, personOf, type Registration } from '../registrations.js'
import { doublesOf } from './doubles.js'
import { pointView } from './pointText.js'

export interface Typed {
  question?: string
  reason?: string
  chart?: string
}

/** View: /registration/staff/reconcile. `about`: of whom something is shown. */
export async function reconcilePage(context: StaffContext, row: Registration, errors: FieldError[], typed: Typed) {
  const { portal, url } = context
  const account = await accountOf(context, row.account_id)
  const open = isOpen(row)
  const [candidates, bookings, note, people] = await Promise.all([
    open ? candidatesWith(context, row) : Promise.resolve([]),
    open ? bookingsOfRecord(portal.db, account.ownRecord) : Promise.resolve([]),
    row.note_id === null ? Promise.resolve(undefined) : whoCompleted(portal.db, row.note_id),
    open ? colleagues(portal.db) : Promise.resolve([]),
  ])
  const base = `/staff/portal/registrations/${String(row.id)}`
  return {
    about: [...candidates.map(({ chart }) => chart.pid), ...(row.pid === null ? [] : [row.pid])],
    page: {
      backHref: url('/staff/portal/registrations'),
      name: personName(row.last_name, row.first_name),
      status: stateTag(context, row),
      open,
      version: row.version,
      said: saidView(context, row, account),
      holder: isOpen(row)
        ? holderView(context, { holder: holderOf(portal, row)?.by, people, base, choose: 'registration.choose' })
        : undefined,
      candidates: candidates.map((candidate) => candidateView(context, candidate)),
      moves: bookings.map((booking) => {
        const day = writeShortDay(booking.day, context.language, dayOf(portal.clock.now()))
        return `${day}, ${writeTime(booking.start)}, ${booking.kind}, ${booking.provider}`
      }),
      moveChecked: row.for_whom === 'me',
      noteClosed: open && note ? context.t('registrations.noteClosed', { by: note.by }) : undefined,
      decided: decidedView(context, row),
      doubles: await doublesOf(context, { id: row.account_id, email: account.email }),
      linkAction: url(`${base}/link`),
      chartAction: url(`${base}/chart`),
      questionAction: url(`${base}/question`),
      refusalAction: url(`${base}/refusal`),
      searchAction: url(base),
      typed: { question: typed.question ?? '', reason: typed.reason ?? '', chart: typed.chart ?? '' },
      errors,
      errorAt: Object.fromEntries(errors.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]]))),
    },
  }
}

interface AccountFacts {
  name: string
  ownRecord: string
  email: string
  since: string
}

async function accountOf({ portal }: StaffContext, id: number): Promise<AccountFacts> {
  const row = await portal.db.first<AccountFacts>(
    `SELECT display_name AS name, own_record AS ownRecord, COALESCE(email, '') AS email, created_at AS since
       FROM foyer_accounts WHERE id = :id`,
    { id },
  )
  return row ?? { name: '', ownRecord: '', email: '', since: '' }
}

/** What the search finds, and the chart that staff named by its number. */
async function candidatesWith({ portal, query }: StaffContext, row: Registration): Promise<Candidate[]> {
  const claim = claimOf(row)
  const found = await candidatesFor(portal, claim, row.account_id)
  const named = Number(/^[1-9]\d{0,15}$/.exec(query['chart'] ?? '')?.[0])
  if (!Number.isSafeInteger(named) || found.some(({ chart }) => chart.pid === named)) return found
  const chart = await findChart(portal.db, portal.site, named)
  return chart ? [await scoreChart(portal, claim, chart, row.account_id), ...found] : found
}

function saidView(context: StaffContext, row: Registration, account: AccountFacts) {
  const { language, t } = context
  const line = (key: string, text: string) => (text === '' ? [] : [{ term: t(`registrations.said.${key}`), text }])
  return {
    lines: [
      ...line('name', [row.first_name, row.middle_name, row.last_name].filter((part) => part !== '').join(' ')),
      ...line('birthName', row.birth_name),
      ...line('born', bornText(context, row.born)),
      ...line('sex', row.sex === '' ? '' : t(`registration.sex.${row.sex}`)),
      ...line('phone', row.phone),
      ...line('email', row.email),
      ...line('postalCode', row.postal_code),
      ...line(
        'whose',
        row.for_whom === 'me'
          ? t('registrations.forSelf')
          : t('registrations.for', { as: t(`registrations.role.${row.relationship}`) }),
      ),
      ...line('account', row.for_whom === 'me' && account.name === personOf(row) ? '' : account.name),
      ...line('sent', writeInstant(context, row.created_at)),
      ...line('receipt', row.receipt),
      ...line('message', row.message),
      ...line('question', row.question ?? ''),
      ...line('answer', row.answer ?? ''),
    ],
    born: writeDay(row.born, language),
  }
}

function candidateView(context: StaffContext, { chart, points, score, standing }: Candidate) {
  const { t, url } = context
  const tones = { suggested: 'success', possible: 'warning', weak: 'neutral' } as const
  return {
    pid: chart.pid,
    href: url(`/staff/portal/patients/${String(chart.pid)}`),
    name: personName(chart.lastName, chart.firstName),
    born: bornText(context, chart.born) || t('registrations.bornUnknown'),
    number: chart.pubpid === '' ? String(chart.pid) : chart.pubpid,
    place: [chart.street, chart.city].filter((part) => part !== '').join(', '),
    guardian: chart.guardian,
    standing: { tone: tones[standing], text: t(`registrations.standing.${standing}`) },
    score: t('registrations.score', { score }),
    points: points.map((point) => pointView(context, point)),
  }
}

function decidedView(context: StaffContext, row: Registration) {
  if (isOpen(row) || row.decided_at === null) return undefined
  const { t, url } = context
  return {
    text: t('registrations.decidedBy', {
      state: t(`registration.state.${row.state}`),
      by: row.decided_by ?? personOf(row),
      at: writeInstant(context, row.decided_at),
    }),
    reason: row.decision_reason ?? '',
    chartHref: row.pid === null ? undefined : url(`/staff/portal/patients/${String(row.pid)}`),
    undoHref: row.state === 'linked' ? url(`/staff/portal/registrations/${String(row.id)}/unlinking`) : undefined,
  }
}
