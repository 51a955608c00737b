/** What was seen, sent and filed since a chart was linked, and taking the link back. */
import { z } from 'zod'
import { findChart } from '../../../host/reads/candidates.js'
import { text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { findRegistration } from '../registrations.js'
import { standingLink, tracesSince, unlinkRegistration, type Trace } from './unlinking.js'

/** GET /registrations/:id/unlinking, or once more with what was wrong. */
export async function askUnlinking(context: StaffContext, error?: string, typed = ''): Promise<Answer> {
  const { params, portal, show, t, url } = context
  const id = Number(/^[1-9]\d{0,15}$/.exec(params['id'] ?? '')?.[0] ?? 0)
  const row = await findRegistration(portal.db, id)
  const link = row && (await standingLink(portal.db, id))
  if (!row || !link) return row ? notLinked(context, id) : show.notFound()
  const chart = await findChart(portal.db, portal.site, link.pid)
  const traces = await tracesSince(portal.db, link)
  const looks = traces.filter(isLook)
  const deeds = traces.filter((trace) => !isLook(trace))
  const page = {
    backHref: url(`/staff/portal/registrations/${String(id)}`),
    action: url(`/staff/portal/registrations/${String(id)}/unlinking`),
    account: personName(row.last_name, row.first_name),
    chart: chart ? personName(chart.lastName, chart.firstName) : String(link.pid),
    born: bornText(context, chart?.born),
    linked: t('registrations.unlink.linked', { by: link.linked_by, at: writeInstant(context, link.linked_at) }),
    groups: [
      {
        title: t('registrations.unlink.seen'),
        none: t('registrations.unlink.seenNone'),
        rows: looks.map((each) => traceView(context, each)),
      },
      {
        title: t('registrations.unlink.done'),
        none: t('registrations.unlink.doneNone'),
        rows: deeds.map((each) => traceView(context, each)),
      },
    ],
    moved: link.moved.length,
    newChart: link.new_chart,
    errors: error === undefined ? [] : [{ name: 'reason', text: error }],
    error,
    typed,
  }
  const options = { title: t('registrations.unlink.title'), about: [link.pid] }
  return error === undefined
    ? show.page('/registration/staff/unlinking', page, options)
    : show.refused('/registration/staff/unlinking', page, options)
}

function isLook({ event }: Trace): boolean {
  return event === 'patient.viewed' || event === 'patient.downloaded'
}

function traceView(context: StaffContext, { at, event, subject }: Trace) {
  const { t } = context
  const key = `registrations.trace.${event}`
  const said = t(key)
  return { at: writeInstant(context, at), what: said === key ? event : said, subject }
}

function notLinked({ show, t, url }: StaffContext, id: number): Answer {
  const actions = [{ label: t('registrations.one.title'), href: url(`/staff/portal/registrations/${String(id)}`) }]
  return show.problem(409, { what: t('registrations.unlink.notLinked'), actions })
}

/** POST /registrations/:id/unlinking */
export async function unlink(context: StaffContext): Promise<Answer> {
  const { actor, form, params, portal, show, staff, t } = context
  const id = Number(/^[1-9]\d{0,15}$/.exec(params['id'] ?? '')?.[0] ?? 0)
  const asked = form(z.object({ reason: text(500, 'registrations.missing.reason') }))
  if (!asked.ok) {
    return askUnlinking(context, t(asked.errors['reason'] ?? 'registrations.missing.reason'), asked.typed['reason'])
  }
  const outcome = await unlinkRegistration(portal, staff, actor, { id, reason: asked.value.reason })
  if (outcome.ok) {
    const flash = { kind: 'success', key: 'registrations.done.unlinked' } as const
    return show.seeOther(`/staff/portal/registrations/${String(id)}`, flash)
  }
  return outcome.reason === 'not-found' ? show.notFound() : notLinked(context, id)
}
