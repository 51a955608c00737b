/** One registration beside the charts that it may mean, and everything that can be decided. */
import { colleagues } from '../../../host/reads/staffAppointments.js'
import { bookingsOfRecord } from '../../../host/ownBookings.js'
import { openersOf, type OpenerRow } from '../../../host/reads/doubles.js'
import { chartsOf, findChart } from '../../../host/reads/candidates.js'
import { whoCompleted } from '../../../host/noteTypes.js'
import { comingGrants, type ChartGrant } from '../../../host/reads/grants.js'
import { knownRelationship } from '../../../access/scope.js'
import type { FieldError } from '../../../web/layout.js'
import { holderView } from '../../../web/claiming.js'
import { writeDayOf, writeInstant } from '../../../web/instant.js'
import { lettersToHolder } from './lettersToHolder.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeDay, writeShortDay, writeTime } from '../../../web/times.js'
import { day as dayOf, utc } from '../../../platform/clock.js'
import { candidatesFor, scoreChart, type Candidate } from '../candidates.js'
import { stateTag } from '../stateTag.js'
import { claimOf, holderOf, isOpen, personOf, type Registration } from '../registrations.js'
import { doublesOf, mayBeOne, whoseDoubles } from './doubles.js'
import { lostIt, opensNothing } from './linking.js'
import { linksOf } from './links.js'
import { pointView } from './pointText.js'
import { noteClosedText } from './queue.js'
import { whoseOf } from '../../../web/whose.js'

export interface Typed {
  question?: string
  reason?: string
  chart?: string
  from?: string
}

/** View: /registration/staff/reconcile. `about`: of whom something is shown. */
export async function reconcilePage(context: StaffContext, row: Registration, errors: FieldError[], typed: Typed) {
  const { portal, url } = context
  const account = await accountOf(context, row.account_id)
  const open = isOpen(row)
  const [candidates, moves, undone, note, people] = await Promise.all([
    open ? candidatesWith(context, row) : Promise.resolve([]),
    open ? movesOf(context, account.ownRecord) : Promise.resolve([]),
    undoneLinks(context, row),
    row.note_id === null ? Promise.resolve(undefined) : whoCompleted(portal.db, row.note_id),
    open ? colleagues(portal.db) : Promise.resolve([]),
  ])
  const doubles = await doublesOf(context, { id: row.account_id, email: account.email })
  const base = `/staff/portal/registrations/${String(row.id)}`
  const pids = candidates.map(({ chart }) => chart.pid)
  const openers = await openersOf(portal.db, pids, utc(portal.clock.now()))
  const barred = await barredFrom(context, row, account, candidates)
  const coming = open ? await comingGrants(portal.db, row.account_id, utc(portal.clock.now()), COMING_MOST) : []
  return {
    about: [...pids, ...whoseOf({ record: account.ownRecord }, ...undone, row, ...openers), ...whoseDoubles(doubles)],
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
      candidates: candidates.map((candidate) => ({
        ...candidateView(context, candidate),
        openers: openersView(
          context,
          row,
          account.name,
          openers.filter(({ pid }) => pid === candidate.chart.pid),
        ),
        closed: opensNothing(portal, row, candidate.chart),
        barred: barred.has(candidate.chart.pid),
        comes: comesView(
          context,
          coming.find(({ pid }) => pid === candidate.chart.pid),
        ),
      })),
      newClosed: open && opensNothing(portal, row, undefined),
      moves,
      undone,
      moveChecked: row.for_whom === 'me',
      // Their own opens at once (linking.ts).
      mayOpenLater: row.for_whom !== 'me',
      noteClosed: open && note ? noteClosedText(context, note.by) : undefined,
      decided: decidedView(context, row),
      doubles,
      letters: await lettersToHolder(context, row.account_id),
      linkAction: url(`${base}/link`),
      chartAction: url(`${base}/chart`),
      questionAction: url(`${base}/question`),
      refusalAction: url(`${base}/refusal`),
      searchAction: url(base),
      typed: {
        question: typed.question ?? '',
        reason: typed.reason ?? '',
        chart: typed.chart ?? '',
        from: typed.from ?? '',
      },
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

/** What lies in the own record and may go along: each booking, and how many files and forms. */
async function movesOf({ language, portal, t }: StaffContext, record: string): Promise<string[]> {
  const [bookings, lying] = await Promise.all([
    bookingsOfRecord(portal.db, record),
    portal.db.first<{ files: number; forms: number }>(
      `SELECT (SELECT COUNT(*) FROM foyer_uploads WHERE record = :record AND pid IS NULL AND state <> 'refused') AS files,
              (SELECT COUNT(*) FROM foyer_form_assignments WHERE record = :record AND pid IS NULL) AS forms`,
      { record },
    ),
  ])
  const { files = 0, forms = 0 } = lying ?? {}
  return [
    ...bookings.map((booking) => {
      const day = writeShortDay(booking.day, language, dayOf(portal.clock.now()))
      return `${day}, ${writeTime(booking.start)}, ${booking.kind}, ${booking.provider}`
    }),
    ...(files === 0 ? [] : [t('registrations.moves.files', { count: files })]),
    ...(forms === 0 ? [] : [t('registrations.moves.forms', { count: forms })]),
  ]
}

/** What was opened by mistake stays to be told of: to the patient, and where the law asks for it. */
async function undoneLinks(context: StaffContext, { id }: Registration) {
  const { portal, t, url } = context
  const links = (await linksOf(portal.db, id)).filter(({ undone_at }) => undone_at !== null)
  const charts = await chartsOf(portal.db, portal.site, [...new Set(links.map(({ pid }) => pid))])
  return links.map((link) => {
    const chart = charts.find(({ pid }) => pid === link.pid)
    return {
      href: url(`/staff/portal/registrations/${String(id)}/unlinking?link=${String(link.id)}`),
      text: t('registrations.undone.one', {
        chart: chart ? personName(chart.lastName, chart.firstName) : String(link.pid),
        from: writeInstant(context, link.linked_at),
        until: writeInstant(context, link.undone_at ?? link.linked_at),
      }),
      pid: link.pid,
    }
  })
}

const COMING_MOST = 100

/** The account opens it from a day on already: what the first day is, is changed there (linking.ts). */
function comesView(context: StaffContext, grant: ChartGrant | undefined) {
  if (!grant) return undefined
  const { may, t, url } = context
  return {
    text: t('registrations.not.not-begun', { day: writeDayOf(context, grant.validFrom) }),
    href: may('grants:manage')
      ? url(`/staff/portal/patients/${String(grant.pid)}/grants/${String(grant.id)}`)
      : undefined,
  }
}

/** Of these charts, those that somebody of this account, name or e-mail address lost. */
async function barredFrom(
  { portal }: StaffContext,
  row: Registration,
  account: AccountFacts,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<number>> {
  const pids = candidates.map(({ chart }) => chart.pid)
  if (pids.length === 0) return new Set()
  const lost = await portal.db.select<{ pid: number }>(
    `SELECT DISTINCT pid FROM foyer_grants WHERE pid IN (:pids) AND revoked_at IS NOT NULL`,
    { pids },
  )
  const asked = lost.map(async ({ pid }) => ((await lostIt(portal.db, pid, row, account.name)) ? [pid] : []))
  return new Set((await Promise.all(asked)).flat())
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

/** Of a child's chart they are its parents as a rule: a second account of one of them is seen here. `name`: the holder's. */
function openersView({ t, url }: StaffContext, row: Registration, name: string, openers: readonly OpenerRow[]) {
  return openers.map((opener) => {
    const same = opener.relationship === row.relationship ? 1 : 0
    return {
      name: opener.name,
      href: url(`/staff/portal/accounts/${String(opener.id)}`),
      as: t(`families.relationship.${knownRelationship(opener.relationship)}`),
      own: opener.id === row.account_id,
      like: mayBeOne({ name: opener.name, own_name: name, same_relationship: same }),
    }
  })
}

function decidedView(context: StaffContext, row: Registration) {
  if (isOpen(row) || row.decided_at === null) return undefined
  const { t, url } = context
  return {
    text: t('registrations.decidedBy', {
      state: t(`registration.state.${row.state}`),
      by: row.decided_by ?? (row.state === 'closed' ? t('registrations.somebody') : personOf(row)),
      at: writeInstant(context, row.decided_at),
    }),
    reason: row.state === 'closed' ? t('registrations.closedText') : (row.decision_reason ?? ''),
    reopenAction: row.state === 'closed' ? url(`/staff/portal/registrations/${String(row.id)}/reopening`) : undefined,
    chartHref: row.pid === null ? undefined : url(`/staff/portal/patients/${String(row.pid)}`),
    undoHref: row.state === 'linked' ? url(`/staff/portal/registrations/${String(row.id)}/unlinking`) : undefined,
  }
}
