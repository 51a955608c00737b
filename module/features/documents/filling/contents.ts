/** Everything that stands in a document besides its own text: the chart's values, the answers, what is answered elsewhere. */
import { DateTime } from 'luxon'
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { templateFields } from '../../../host/templateFields.js'
import { day as dayOf, type Day, type Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import type { Language } from '../../../platform/i18n.js'
import { writeDay } from '../../../web/times.js'
import { chartNamesOf, type Embedded, type Field, type TemplateValues } from '../directives.js'
import type { Inside } from './answers.js'
import type { Filling } from './filling.js'
import type { FormInside } from './surroundings.js'

export interface Contents {
  values: TemplateValues
  /** By field: what is answered, or read, elsewhere. */
  states: ReadonlyMap<string, Inside>
  /** The practice's own number of the patient; undefined: the chart has none. */
  chartNumber: string | undefined
}

/** Where the record's pages are: what stands in a file needs no address. */
interface Addresses {
  here: (path: string) => string
  url: (path: string) => string
}

const nowhere: Addresses = { here: () => '', url: () => '' }

/** In whose words, of which instant, and where its links lead. */
export interface Shown {
  language: Language
  now: DateTime
  to?: Addresses
}

export async function contentsOf(
  portal: Portal,
  db: Queryable,
  scope: Pick<ChartScope, 'pid'>,
  filling: Filling,
  { language, now, to = nowhere }: Shown,
): Promise<Contents> {
  const { answers, document, fields, forms, parts, pdfs } = filling
  const t = portal.speech.in(language)
  const names = chartNamesOf(parts)
  const chart = await templateFields(db, portal.site, {
    ...{ pid: scope.pid, names: [...new Set([...names, NUMBER])], now },
    written: { day: (day) => writeDay(day, language), title: (name) => t(`directive.value.${name}`) },
  })
  const chartNumber = chart.get(NUMBER)?.text
  if (!names.includes(NUMBER)) chart.delete(NUMBER)
  const embedded = new Map<string, Embedded>()
  for (const field of fields) {
    const form = forms.get(field.name)
    if (form) {
      const when = form.closedAt === undefined ? '' : writeDay(dayIn(portal, form.closedAt), language)
      const done = form.state === 'sent' ? { done: t('filling.form.done', { when }) } : {}
      embedded.set(field.name, { href: to.url(to.here(`/forms/${String(form.assignment)}`)), ...done })
    } else if (field.document && pdfs.has(field.document.id)) {
      const path = `/documents/filled/${String(document.id)}/files/${String(field.document.id)}`
      embedded.set(field.name, { href: to.url(to.here(path)) })
    }
  }
  const inside = {
    forms,
    pdfs,
    hostForm: (document.values.find(({ name }) => name === 'encounterFormId')?.value ?? '') !== '',
  }
  return { values: { chart, answers, embedded }, states: statesInside(fields, inside), chartNumber }
}

/** The directive of the patient's number, which stands at the head of the file whatever the document asks for. */
const NUMBER = 'PatientID'

/** What is answered or read in a place of its own. */
function statesInside(
  fields: readonly Field[],
  {
    forms,
    hostForm,
    pdfs,
  }: { forms: ReadonlyMap<string, FormInside>; hostForm: boolean; pdfs: ReadonlyMap<number, number> },
): ReadonlyMap<string, Inside> {
  return new Map(
    fields.flatMap(({ document, kind, name }): [string, Inside][] => {
      if (kind === 'questionnaire') {
        const state = forms.get(name)?.state
        return [[name, state === 'sent' ? 'done' : state === 'waiting' ? 'open' : 'gone']]
      }
      // The host's own pages fill it, and keep which it became (facts §6.2).
      if (kind === 'encounter-form') return [[name, hostForm ? 'done' : 'gone']]
      return document ? [[name, pdfs.has(document.id) ? 'open' : 'gone']] : []
    }),
  )
}

/** Always with its day: the same text in every page and in the file. */
function dayIn({ clock }: Portal, at: Utc): Day {
  return dayOf(DateTime.fromSQL(at, { zone: 'utc' }).setZone(clock.zone))
}
