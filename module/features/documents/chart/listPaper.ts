/** What is shared of a chart, as a list on paper: the documents of the page, in its order. */
import { nameOf as nameOfRecord } from '../../../access/scope.js'
import type { ChartDocument } from '../../../host/reads/chartDocuments.js'
import { day as dayOf } from '../../../platform/clock.js'
import { htmlToPdf } from '../../../platform/pdf/paper.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeDay } from '../../../web/times.js'
import { htmlOf } from '../directives/nodes.js'
import { byCategory, dayText, kindText, nameOf } from './documentView.js'
import { releasedDocuments } from './released.js'

/** GET …/documents/list.pdf */
export async function listPaper(context: RecordContext): Promise<Answer> {
  const { language, portal, scope, show, t } = context
  const held = await releasedDocuments(portal, scope)
  const { name, phone } = portal.practice()
  const now = portal.clock.now()
  const [title, today] = [t('chart.paper.title'), dayOf(now)]
  const pdf = await htmlToPdf({
    html: `<h1>${htmlOf([title])}</h1>${bodyOf(context, held)}`,
    ...{ title, language },
    // Of its day alone: equal lists of a day are equal bytes.
    at: `${today}T00:00:00.000Z`,
    head: [[name, phone].filter(Boolean).join(', '), nameOfRecord(scope)],
    foot: [t('chart.paper.at', { when: writeDay(today, language) })],
    words: {
      page: t('document.pdf.page', { n: '{n}', m: '{m}' }),
      unknownLetters: t('document.pdf.unknownLetters'),
      unknownPicture: t('document.pdf.unknownPicture'),
    },
  })
  return show.file('application/pdf', `${t('chart.paper.name')}-${today}.pdf`, pdf)
}

function bodyOf(context: RecordContext, held: readonly ChartDocument[]): string {
  const { t } = context
  if (held.length === 0) return `<p>${htmlOf([t('chart.paper.none')])}</p>`
  const heads = ['document', 'day', 'what'].map((key) => `<th>${htmlOf([t(`chart.paper.${key}`)])}</th>`).join('')
  return byCategory(context, held)
    .map(({ documents, name }) => {
      const rows = documents.map((document) => `<tr>${cellsOf(context, document)}</tr>`).join('')
      return `<h2>${htmlOf([name])}</h2><table><tr>${heads}</tr>${rows}</table>`
    })
    .join('')
}

function cellsOf(context: RecordContext, document: ChartDocument): string {
  const texts = [nameOf(document), dayText(context, document), kindText(context, document)]
  return texts.map((text) => `<td>${htmlOf([text])}</td>`).join('')
}
