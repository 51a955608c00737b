/** Everything that stands in a document besides its own text: the chart's values, the answers, what is answered elsewhere. */
import { DateTime } from 'luxon'
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { templateFields } from '../../../host/templateFields.js'
import { day as dayOf, type Day, type Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import type { Language } from '../../../platform/i18n.js'
import { writeDay } from '../../../web/times.js'
import { chartNamesOf, type Embedded, type TemplateValues } from '../directives.js'
import type { Filling } from './filling.js'
import { formsInside, type FormInside } from './formsInside.js'
import { pdfsOf } from './versions.js'

export interface Contents {
  values: TemplateValues
  /** Fields whose form is answered, or is not asked for any more. */
  done: ReadonlySet<string>
}

/** Where the record's pages are: what stands in a file needs no address. */
interface Addresses {
  here: (path: string) => string
  url: (path: string) => string
}

const nowhere: Addresses = { here: () => '', url: () => '' }

export async function contentsOf(
  portal: Portal,
  db: Queryable,
  scope: Pick<ChartScope, 'pid'>,
  filling: Filling,
  language: Language,
  to: Addresses = nowhere,
): Promise<Contents> {
  const { answers, document, fields, filled, parts } = filling
  const t = portal.speech.in(language)
  const chart = await templateFields(db, portal.site, {
    ...{ pid: scope.pid, names: chartNamesOf(parts), now: portal.clock.now() },
    written: { day: (day) => writeDay(day, language), title: (name) => t(`directive.value.${name}`) },
  })
  const pdfs = filled ? await pdfsOf(db, filled.id) : new Map<number, number>()
  const forms = filled ? await formsInside(db, filled.id) : new Map<string, FormInside>()
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
  const done = fields.filter(({ kind, name }) => kind === 'questionnaire' && forms.get(name)?.state !== 'waiting')
  return { values: { chart, answers, embedded }, done: new Set(done.map(({ name }) => name)) }
}

/** Always with its day: the same text in every page and in the file. */
function dayIn({ clock }: Portal, at: Utc): Day {
  return dayOf(DateTime.fromSQL(at, { zone: 'utc' }).setZone(clock.zone))
}
