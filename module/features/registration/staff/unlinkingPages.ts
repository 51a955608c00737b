/** What was seen, sent and filed since a chart was linked, and taking the link back. */
import { z } from 'zod'
import { movedIn, type Moved } from '../../../access/ownRecord.js'
import { knownRelationship } from '../../../access/scope.js'
import { findChart } from '../../../host/reads/candidates.js'
import { day as dayOf } from '../../../platform/clock.js'
import { text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeShortDay, writeTime } from '../../../web/times.js'
import { findRegistration, type Registration } from '../registrations.js'
import { toldCodes, type ToldCode } from './codesUsed.js'
import { linksOf, linksStanding, type Link } from './links.js'
import { placeText, thingText } from './tracePlaces.js'
import { tracesOf, type Trace } from './traces.js'
import { titlesOf, type TraceTitle } from './traceTitles.js'
import { unlinkRegistration } from './unlinking.js'

/** Rows of a page; and of one that is to be printed. */
const ROWS_SHOWN = 100
const ROWS_PRINTED = 5000

/**
 * GET /registrations/:id/unlinking, or once more with what was wrong. `?link=`: one that was taken back, whose list stays;
 * `?before=`: the next page; `?whole=1`: as much as paper takes.
 */
export async function askUnlinking(context: StaffContext, error?: string, typed = ''): Promise<Answer> {
  const { portal, query, show, t } = context
  const id = idIn(context)
  const row = await findRegistration(portal.db, id)
  if (!row) return show.notFound()
  const named = numberIn(query['link'])
  const link = (await linksOf(portal.db, id)).find((each) =>
    named === undefined ? each.undone_at === null : each.id === named,
  )
  if (!link) return notLinked(context, id)
  const page = { ...(await unlinkingPage(context, row, link)), ...errorOf(error), typed }
  const options = { title: t(link.undone_at === null ? 'registrations.unlink.title' : 'registrations.undone.title') }
  return error === undefined
    ? show.page('/registration/staff/unlinking', page, { ...options, about: [link.pid] })
    : show.refused('/registration/staff/unlinking', page, { ...options, about: [link.pid] })
}

function idIn({ params }: StaffContext): number {
  return numberIn(params['id']) ?? 0
}

function numberIn(text: string | undefined): number | undefined {
  return /^[1-9]\d{0,15}$/.test(text ?? '') ? Number(text) : undefined
}

function errorOf(error: string | undefined) {
  return { errors: error === undefined ? [] : [{ name: 'reason', text: error }], error }
}

async function unlinkingPage(context: StaffContext, row: Registration, link: Link) {
  const { portal, query, t, url } = context
  const whole = query['whole'] === '1'
  const [chart, traces, moved, goesOn] = await Promise.all([
    findChart(portal.db, portal.site, link.pid),
    tracesOf(portal.db, link, { before: numberIn(query['before']), most: whole ? ROWS_PRINTED : ROWS_SHOWN }),
    movedAlong(context, row, link),
    opensWithout(context, link),
  ])
  const titles = await titlesOf(
    portal.db,
    traces.rows.map(({ subject }) => subject),
  )
  const path = `/staff/portal/registrations/${String(row.id)}/unlinking`
  const here = (more: string) => url(`${path}?link=${String(link.id)}${more}`)
  const person = chart ? personName(chart.lastName, chart.firstName) : String(link.pid)
  return {
    standing: link.undone_at === null,
    backHref: url(`/staff/portal/registrations/${String(row.id)}`),
    action: url(path),
    account: personName(row.last_name, row.first_name),
    chart: person,
    born: bornText(context, chart?.born),
    linked: t('registrations.unlink.linked', { by: link.linked_by, at: writeInstant(context, link.linked_at) }),
    undone:
      link.undone_at === null
        ? undefined
        : t('registrations.undone.by', { by: link.undone_by ?? '', at: writeInstant(context, link.undone_at) }),
    undoneReason: link.undone_reason ?? '',
    counts: (['seen', 'sent', 'staff'] as const).map((kind) =>
      t(`registrations.traces.${kind}`, { count: traces.counts[kind] }),
    ),
    rows: traces.rows.map((each) => traceView(context, each, { patient: person, title: titles.get(each.subject) })),
    nextHref: traces.next === undefined ? undefined : here(`&before=${String(traces.next)}${whole ? '&whole=1' : ''}`),
    wholeHref: whole ? undefined : here('&whole=1'),
    whole,
    codes: goesOn.codes.map((code) => codeView(context, link, code)),
    codeLost: goesOn.codes.some(({ isLost }) => isLost),
    familyHref: url(`/staff/portal/patients/${String(link.pid)}/family`),
    next: t(`registrations.unlink.next.${goesOn.how}`),
    moved: moved.bookings.length + moved.uploads.length + moved.assignments.length + moved.responses.length,
    newChart: link.new_chart,
  }
}

async function movedAlong({ portal }: StaffContext, row: Registration, link: Link): Promise<Moved> {
  const own = await portal.db.first<{ own_record: string }>(`SELECT own_record FROM foyer_accounts WHERE id = :id`, {
    id: row.account_id,
  })
  return movedIn(portal.db, link.moved, own?.own_record ?? '', link.pid)
}

interface GoesOn {
  /** no: the account opens the chart no longer; otherwise: by another registration; before: by what it had, or by codes. */
  how: 'no' | 'otherwise' | 'before'
  codes: ToldCode[]
}

/** How the account goes on opening the chart without this link, and which codes it used meanwhile. */
async function opensWithout({ portal }: StaffContext, link: Link): Promise<GoesOn> {
  const { db } = portal
  const others = (await linksStanding(db, link.account_id, link.pid)).filter(({ id }) => id !== link.id)
  const codes = await toldCodes(db, portal, link, others.length > 0)
  if (others.length > 0) return { how: 'otherwise', codes }
  return { how: link.grant_before || codes.some(({ isLost }) => !isLost) ? 'before' : 'no', codes }
}

function codeView(context: StaffContext, { pid }: Link, code: ToldCode) {
  const { t, url } = context
  return {
    text: t(`registrations.codes.${code.kind}`, { recipient: code.recipient }),
    opens: `${t(`codes.relationship.${knownRelationship(code.relationship)}`)}, ${t(`codes.extent.${code.extent}`)}`,
    at: writeInstant(context, code.redeemed_at),
    status: {
      tone: code.isLost ? ('warning' as const) : ('success' as const),
      text: t(`registrations.codes.${code.isLost ? 'lost' : 'stays'}`),
    },
    href: url(`/staff/portal/patients/${String(pid)}/codes/${String(code.id)}`),
  }
}

const tones = { seen: 'info', sent: 'warning', staff: 'neutral' } as const

function traceView(
  context: StaffContext,
  { at, by, event, kind, subject }: Trace,
  { patient, title }: { patient: string; title: TraceTitle | undefined },
) {
  const { t } = context
  // A view says by the page's address what was seen; all else is told as the audit trail tells it.
  const what =
    kind === 'seen'
      ? t(`registrations.trace.${event}`, { place: placeText(t, subject) })
      : eventText(context, event, { actor: by, patient, place: placeText(t, subject) })
  return {
    at: writeInstant(context, at),
    status: { tone: tones[kind], text: t(`registrations.traces.kind.${kind}`) },
    what,
    subject: kind === 'seen' ? by : [thingText(t, subject), titleText(context, title)].filter(Boolean).join(': '),
  }
}

function titleText({ language, portal }: StaffContext, title: TraceTitle | undefined): string {
  if (title?.day == null) return title?.title ?? ''
  const day = writeShortDay(title.day, language, dayOf(portal.clock.now()))
  return title.start === null ? day : `${day}, ${writeTime(title.start)}`
}

/** Of another release of the portal, any event. */
function eventText({ t }: StaffContext, event: string, values: Record<string, string>): string {
  const key = `auditTrail.event.${event}`
  const text = t(key, values)
  return text === key ? t('auditTrail.unknownEvent', { ...values, event }) : text
}

function notLinked({ show, t, url }: StaffContext, id: number): Answer {
  const actions = [{ label: t('registrations.one.title'), href: url(`/staff/portal/registrations/${String(id)}`) }]
  return show.problem(409, { what: t('registrations.unlink.notLinked'), actions })
}

/** POST /registrations/:id/unlinking */
export async function unlink(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff, t } = context
  const id = idIn(context)
  const asked = form(z.object({ reason: text(500, 'registrations.missing.reason') }))
  if (!asked.ok) {
    return askUnlinking(context, t(asked.errors['reason'] ?? 'registrations.missing.reason'), asked.typed['reason'])
  }
  const outcome = await unlinkRegistration(portal, staff, actor, { id, reason: asked.value.reason })
  if (outcome.ok) {
    const flash = { kind: 'success', key: 'registrations.done.unlinked' } as const
    // Which codes were lost stands on the page of the link.
    const lost = outcome.codesLost === 0 ? '' : `/unlinking?link=${String(outcome.link)}`
    return show.seeOther(`/staff/portal/registrations/${String(id)}${lost}`, flash)
  }
  return outcome.reason === 'not-found' ? show.notFound() : notLinked(context, id)
}
