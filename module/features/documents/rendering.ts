/** A filled template as the PDF that will be filed: equal input gives equal bytes, so what is shown is what is filed. */
import { DateTime } from 'luxon'
import type { Portal } from '../../access/portal.js'
import { day as dayOf, type Day, type Utc } from '../../platform/clock.js'
import { wordsIn, type Language, type Translate } from '../../platform/i18n.js'
import { htmlToPdf } from '../../platform/pdf/paper.js'
import { personName } from '../../web/person.js'
import { writeDay } from '../../web/times.js'
import { renderTemplate, type Parts, type TemplateValues } from './directives.js'

export interface Filled {
  parts: Parts
  values: TemplateValues
  /** The template's name, as people know it. */
  title: string
  /** Of the template; undefined: of a document begun in the host's own portal, which keeps none. */
  version: number | undefined
  /** Whose it is; without a chart yet, the number is undefined. */
  patient: { firstName: string; lastName: string; born: Day | undefined; chartNumber: string | undefined }
  language: Language
  /** When it was sent, and the document's own date: it comes in, so that it is the same each time. */
  sentAt: Utc
  signed: readonly Signed[]
}

export interface Signed {
  /** As it was written, or of the account that signed. */
  name: string
  as: 'patient' | 'staff' | 'witness'
  at: Utc
}

/** PDF. Rejects when it takes too long to lay out (platform/pdf/paper.ts). */
export async function renderFilled(
  portal: Pick<Portal, 'clock' | 'practice' | 'speech'>,
  filled: Filled,
): Promise<Buffer> {
  const t = portal.speech.in(filled.language)
  return htmlToPdf({
    html: renderTemplate(filled.parts, filled.values, 'file', t),
    title: filled.title,
    language: filled.language,
    at: DateTime.fromSQL(filled.sentAt, { zone: 'utc' }).toISO() ?? '',
    head: headOf(portal, t, filled),
    foot: footOf(portal, t, filled),
    words: {
      page: t('document.pdf.page', { n: '{n}', m: '{m}' }),
      unknownLetters: t('document.pdf.unknownLetters'),
      unknownPicture: t('document.pdf.unknownPicture'),
    },
  })
}

function headOf({ practice }: Pick<Portal, 'practice'>, t: Translate, { language, patient, title, version }: Filled) {
  const { name, phone } = practice()
  const { born, chartNumber, firstName, lastName } = patient
  const about = [
    personName(lastName, firstName),
    born === undefined ? '' : t('document.pdf.born', { day: writeDay(born, language) }),
    chartNumber === undefined ? '' : t('document.pdf.chart', { number: chartNumber }),
  ]
  return [
    [name, phone].filter(Boolean).join(', '),
    about.filter(Boolean).join(', '),
    version === undefined ? title : t('document.pdf.version', { title, version }),
  ]
}

function footOf(portal: Pick<Portal, 'clock'>, t: Translate, { language, sentAt, signed }: Filled): string[] {
  return [
    ...signed.map(({ as, at, name }) =>
      t(`document.pdf.signed.${as}`, { name, when: writtenAt(portal, language, at) }),
    ),
    t('document.pdf.sent', { when: writtenAt(portal, language, sentAt) }),
  ]
}

/** "24 Nov 2026, 10:15": with its year always, since a file is read for years. */
function writtenAt({ clock }: Pick<Portal, 'clock'>, language: Language, at: Utc): string {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(clock.zone)
  return `${writeDay(dayOf(there), language)}, ${there.toFormat('HH:mm')}`
}

/** What every PDF of a document says around it. */
export const renderingWords = wordsIn(
  {
    'document.pdf.page': 'Page {{n}} of {{m}}',
    'document.pdf.unknownLetters': 'Letters that cannot be shown here stand as their code (Unicode):',
    'document.pdf.unknownPicture': 'picture that cannot be shown',
    'document.pdf.born': 'born {{day}}',
    'document.pdf.chart': 'chart {{number}}',
    'document.pdf.version': '{{title}} (version {{version}})',
    'document.pdf.sent': 'Sent through the patient portal on {{when}}',
    'document.pdf.signed.patient': 'Signed by {{name}} on {{when}}',
    'document.pdf.signed.staff': 'Signed for the practice by {{name}} on {{when}}',
    'document.pdf.signed.witness': 'Witnessed by {{name}} on {{when}}',
  },
  {
    'document.pdf.page': 'Página {{n}} de {{m}}',
    'document.pdf.unknownLetters': 'Las letras que aquí no se pueden mostrar aparecen con su código (Unicode):',
    'document.pdf.unknownPicture': 'imagen que no se puede mostrar',
    'document.pdf.born': 'fecha de nacimiento {{day}}',
    'document.pdf.chart': 'expediente {{number}}',
    'document.pdf.version': '{{title}} (versión {{version}})',
    'document.pdf.sent': 'Enviado por el portal del paciente el {{when}}',
    'document.pdf.signed.patient': 'Firmado por {{name}} el {{when}}',
    'document.pdf.signed.staff': 'Firmado por el consultorio: {{name}}, el {{when}}',
    'document.pdf.signed.witness': 'Firmado como testigo por {{name}} el {{when}}',
  },
)
