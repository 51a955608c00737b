/** Finding a patient, and the summary of their chart with the portal's part in it. */
import type { Feature, Fragment } from '../../feature.js'
import { weekendOf } from '../../host/globals.js'
import { searchPatients } from '../../host/patients.js'
import { calendarProviders, chartSummary, patientEntries, type ChartSummary } from '../../host/reads/emr.js'
import { timeOfDay } from '../../host/schedule.js'
import { readStatuses } from '../../host/statuses.js'
import { day as dayOf } from '../../platform/clock.js'
import { bornText } from '../../web/person.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { writeShortDay } from '../../web/times.js'
import { hostName } from './calendar.js'
import { document, documentsOf } from './documents.js'

/** Routes of the finder and the chart; `wings` bring their cards of the portal's panel. */
export function chartRoutes(wings: readonly Feature[]) {
  return routes('emr', (r) => {
    r.get('/emr/finder', can('emr:use'), finder)
    r.get('/emr/patients/:pid', can('emr:use'), (context) => chart(context, wings))
    r.get('/emr/patients/:pid/documents/:document', can('emr:use'), document)
  })
}

const FOUND = 50

async function finder(context: StaffContext): Promise<Answer> {
  const { portal, query, show, t, url } = context
  const typed = (query['q'] ?? '').slice(0, 100)
  const found = await searchPatients(portal.db, typed, FOUND)
  const content = {
    action: url('/emr/finder'),
    typed,
    asked: typed.trim() !== '',
    isFull: found.length === FOUND,
    patients: found.map((patient) => ({
      href: url(`/emr/patients/${String(patient.pid)}`),
      name: hostName(patient),
      number: patient.pubpid,
      born: bornText(context, patient.born),
      sex: patient.sex,
    })),
  }
  return show.page('/emr/finder', content, { title: t('emr.finder'), wide: true })
}

async function chart(context: StaffContext, wings: readonly Feature[]): Promise<Answer> {
  const { params, portal, show, url } = context
  const pid = /^[1-9]\d{0,9}$/.test(params['pid'] ?? '') ? Number(params['pid']) : 0
  const summary = await chartSummary(portal.db, pid)
  if (!summary) return show.notFound()
  const name = hostName(summary)
  const content = {
    name,
    backHref: url('/emr/finder'),
    facts: factsOf(context, summary),
    ...(await visitsOf(context, pid)),
    documents: await documentsOf(context, pid),
    panel: await panelOf(context, pid, wings),
    // Where access is given: the dialog opens from the panel.
    panelHref: context.may('patients:view') ? url(`/staff/portal/patients/${String(pid)}`) : undefined,
  }
  return show.page('/emr/chart', content, { title: name, wide: true })
}

function factsOf(context: StaffContext, summary: ChartSummary) {
  const { t } = context
  const { born, portalAllowed, portalLogin } = summary
  return [
    { term: t('emr.chart.number'), text: summary.pubpid },
    { term: t('emr.chart.born'), text: bornText(context, born) },
    { term: t('emr.chart.sex'), text: summary.sex },
    { term: t('emr.chart.address'), text: [summary.street, summary.place].filter((part) => part !== '').join(', ') },
    { term: t('emr.chart.phone'), text: summary.phone },
    { term: t('emr.chart.email'), text: summary.email },
    { term: t('emr.chart.language'), text: summary.language },
    { term: t('emr.chart.provider'), text: summary.provider },
    { term: t('emr.chart.mother'), text: summary.mother },
    { term: t('emr.chart.guardian'), text: summary.guardian },
    {
      term: t('emr.chart.portal'),
      text: portalAllowed
        ? t(portalLogin === undefined ? 'emr.chart.portal.yes' : 'emr.chart.portal.login', { login: portalLogin ?? '' })
        : t('emr.chart.portal.no'),
    },
  ].filter(({ text }) => text !== '')
}

const MONTHS_BACK = 6
const MONTHS_AHEAD = 6

async function visitsOf(context: StaffContext, pid: number) {
  const { language, portal, url } = context
  const now = portal.clock.now()
  const today = dayOf(now)
  const days = { from: dayOf(now.minus({ months: MONTHS_BACK })), until: dayOf(now.plus({ months: MONTHS_AHEAD })) }
  const entries = await patientEntries(portal.db, pid, days, weekendOf(context.portal.globals()))
  const statuses = await readStatuses(portal.db)
  const providers = new Map((await calendarProviders(portal.db)).map(({ id, name }) => [id, name]))
  const visits = entries.map((entry) => ({
    day: entry.day,
    href: url(`/emr/calendar/${String(entry.eid)}?day=${entry.day}`),
    when: `${writeShortDay(entry.day, language, today)}, ${timeOfDay(entry.start)}`,
    what: entry.category,
    provider: providers.get(entry.providerId) ?? '',
    status: {
      tone: entry.cancelled ? 'neutral' : entry.status === '^' ? 'warning' : 'info',
      ...(entry.cancelled || entry.status === '^' ? {} : { icon: 'calendar-check' }),
      text: statuses.find(({ id }) => id === entry.status)?.title ?? entry.status,
      swatch: statuses.find(({ id }) => id === entry.status)?.colour,
    },
  }))
  return {
    next: visits.filter(({ day }) => day >= today).slice(0, 12),
    past: visits
      .filter(({ day }) => day < today)
      .reverse()
      .slice(0, 12),
  }
}

/** As a host's hook would: nothing while the module is off, or for who may not see it. */
async function panelOf(context: StaffContext, pid: number, wings: readonly Feature[]): Promise<Fragment[] | undefined> {
  if (!context.portal.enabled() || !context.may('portal:use')) return undefined
  const cards = wings.flatMap(({ panelCards = [] }) => panelCards.filter(({ permission }) => context.may(permission)))
  return Promise.all(cards.map((card) => card.show(context, pid)))
}
