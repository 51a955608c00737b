/** A filled template as the PDF that will be filed: equal input gives equal bytes, so what is shown is what is filed. */
import { DateTime } from 'luxon'
import type { Portal } from '../../access/portal.js'
import { day as dayOf, type Utc } from '../../platform/clock.js'
import { wordsIn, type Language, type Translate } from '../../platform/i18n.js'
import { htmlToPdf } from '../../platform/pdf/paper.js'
import { personName } from '../../web/person.js'
import { writeDay } from '../../web/times.js'
import { renderTemplate, type Parts } from './directives.js'
import { valuesOfPinned, type By, type Pinned, type Signed } from './pinned.js'

export interface Filled {
  parts: Parts
  answers: Readonly<Record<string, string>>
  /** The template's name, as people know it. */
  title: string
  /** Of the template; undefined: of a document begun in the host's own portal, which keeps none. */
  version: number | undefined
  /** Everything else that it says: the same each time. */
  pinned: Pinned
}

/** PDF. Rejects when it takes too long to lay out (platform/pdf/paper.ts). */
export async function renderFilled(portal: Pick<Portal, 'clock' | 'speech'>, filled: Filled): Promise<Buffer> {
  const { answers, parts, pinned, title } = filled
  const t = portal.speech.in(pinned.language)
  return htmlToPdf({
    html: renderTemplate(parts, valuesOfPinned(pinned, answers), 'file', t),
    title,
    language: pinned.language,
    at: DateTime.fromSQL(pinned.sentAt, { zone: 'utc' }).toISO() ?? '',
    head: headOf(t, filled),
    foot: footOf(portal, t, pinned).flatMap(wrapped),
    words: {
      page: t('document.pdf.page', { n: '{n}', m: '{m}' }),
      unknownLetters: t('document.pdf.unknownLetters'),
      unknownPicture: t('document.pdf.unknownPicture'),
    },
  })
}

function headOf(t: Translate, { pinned: { language, patient, practice }, title, version }: Filled) {
  const { born, chartNumber, firstName, lastName } = patient
  const about = [
    personName(lastName, firstName),
    born === undefined ? '' : t('document.pdf.born', { day: writeDay(born, language) }),
    chartNumber === undefined ? '' : t('document.pdf.chart', { number: chartNumber }),
  ]
  return [
    [practice.name, practice.phone].filter(Boolean).join(', '),
    about.filter(Boolean).join(', '),
    version === undefined ? title : t('document.pdf.version', { title, version }),
  ]
}

/** The practice's own signature comes last: it changes no line that the patient saw. */
function footOf(portal: Pick<Portal, 'clock'>, t: Translate, { by, language, sentAt, signed }: Pinned): string[] {
  const line = (each: Signed) => signedLine(portal, t, language, each)
  const when = writtenAt(portal, language, sentAt)
  return [
    ...signed.filter(({ as }) => as !== 'staff').map(line),
    by ? t('document.pdf.sentBy', { ...byWords(t, by), when }) : t('document.pdf.sent', { when }),
    ...signed.filter(({ as }) => as === 'staff').map(line),
  ]
}

/** A line of the foot does not turn by itself: a long name would push off the page who wrote it. */
function wrapped(line: string): string[] {
  const words = line.split(' ').flatMap((word) => word.match(/.{1,40}/gsu) ?? [])
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : `${last} ${word}`
    if (last === undefined || widthOf(longer) > FOOT_WIDTH) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines
}

/** Points: of the column, and at most of a letter in eight points. */
const FOOT_WIDTH = 480

function widthOf(text: string): number {
  return Array.from(text).reduce(
    (width, letter) => width + (/[a-ln-vx-záéíóúñ0-9 .,:;'’"“”«»()-]/.test(letter) ? 5.1 : 8),
    0,
  )
}

/** Whose name was written, and by whom: an account may write another's name. */
function signedLine(
  portal: Pick<Portal, 'clock'>,
  t: Translate,
  language: Language,
  { as, at, by, kind, name }: Signed,
): string {
  const when = writtenAt(portal, language, at)
  if (!by || kind === undefined) return t(`document.pdf.signed.${as}`, { name, when })
  return t(`document.pdf.signed.${as}.${kind}`, { name, ...byWords(t, by), when })
}

const relationships = ['self', 'mother', 'father', 'guardian', 'proxy', 'spouse', 'child']

function byWords(t: Translate, { name, relationship }: By) {
  const known = relationships.includes(relationship) ? relationship : 'other'
  return { by: name, relationship: t(`document.pdf.by.${known}`) }
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
    'document.pdf.sentBy': 'Sent through the patient portal by {{by}}, {{relationship}}, on {{when}}',
    'document.pdf.signed.patient': 'Signed by {{name}} on {{when}}',
    'document.pdf.signed.patient.typed': 'Signed as “{{name}}”, typed by {{by}}, {{relationship}}, on {{when}}',
    'document.pdf.signed.patient.drawn': 'Signed, drawn by {{by}}, {{relationship}}, on {{when}}',
    'document.pdf.signed.staff': 'Signed for the practice by {{name}} on {{when}}',
    'document.pdf.signed.witness': 'Witnessed, as signed in the EMR’s own portal, on {{when}}',
    'document.pdf.signed.witness.typed':
      'Witnessed as “{{name}}”, typed while {{by}}, {{relationship}}, was signed in, on {{when}}',
    'document.pdf.signed.witness.drawn': 'Witnessed, drawn while {{by}}, {{relationship}}, was signed in, on {{when}}',
    'document.pdf.by.self': 'the patient',
    'document.pdf.by.mother': 'the patient’s mother',
    'document.pdf.by.father': 'the patient’s father',
    'document.pdf.by.guardian': 'the patient’s guardian',
    'document.pdf.by.proxy': 'who acts for the patient',
    'document.pdf.by.spouse': 'the patient’s spouse',
    'document.pdf.by.child': 'the patient’s child',
    'document.pdf.by.other': 'who may open the patient’s record',
  },
  {
    'document.pdf.page': 'Página {{n}} de {{m}}',
    'document.pdf.unknownLetters': 'Las letras que aquí no se pueden mostrar aparecen con su código (Unicode):',
    'document.pdf.unknownPicture': 'imagen que no se puede mostrar',
    'document.pdf.born': 'fecha de nacimiento {{day}}',
    'document.pdf.chart': 'expediente {{number}}',
    'document.pdf.version': '{{title}} (versión {{version}})',
    'document.pdf.sent': 'Enviado por el portal del paciente el {{when}}',
    'document.pdf.sentBy': 'Enviado por el portal del paciente: {{by}}, {{relationship}}, el {{when}}',
    'document.pdf.signed.patient': 'Firmado por {{name}} el {{when}}',
    'document.pdf.signed.patient.typed': 'Firmado como «{{name}}»; lo escribió {{by}}, {{relationship}}, el {{when}}',
    'document.pdf.signed.patient.drawn': 'Firmado; lo dibujó {{by}}, {{relationship}}, el {{when}}',
    'document.pdf.signed.staff': 'Firmado por el consultorio: {{name}}, el {{when}}',
    'document.pdf.signed.witness':
      'Con firma de testigo, hecha en el portal propio del expediente electrónico, el {{when}}',
    'document.pdf.signed.witness.typed':
      'Firmado por testigo como «{{name}}»; se escribió en la sesión de {{by}}, {{relationship}}, el {{when}}',
    'document.pdf.signed.witness.drawn':
      'Firmado por testigo; se dibujó en la sesión de {{by}}, {{relationship}}, el {{when}}',
    'document.pdf.by.self': 'paciente',
    'document.pdf.by.mother': 'madre del paciente',
    'document.pdf.by.father': 'padre del paciente',
    'document.pdf.by.guardian': 'a cargo de la tutela del paciente',
    'document.pdf.by.proxy': 'en representación del paciente',
    'document.pdf.by.spouse': 'cónyuge del paciente',
    'document.pdf.by.child': 'hijo o hija del paciente',
    'document.pdf.by.other': 'con acceso al expediente del paciente',
  },
)
