import type { Card } from '../../../feature.js'
import { dueDocuments, type DueDocument } from '../../../host/reads/dueDocuments.js'
import type { RecordContext } from '../../../web/routes.js'
import { askedRows } from './listPages.js'

const SHOWN_MOST = 5

/** What needs the patient: documents to fill in, and those that came back. */
export const homeCard: Card<RecordContext> = {
  permission: 'documents:fill',
  place: 'needs',
  async show(context) {
    const { here, portal, scope, url } = context
    if (scope.kind !== 'chart') return undefined
    const due = await dueDocuments(portal.db, scope, portal.clock.now())
    if (due.every(({ state }) => state === 'offered')) return undefined
    const { asked: rows } = askedRows(context, due, due.flatMap(begunOf))
    if (rows.length === 0) return undefined
    return {
      view: '/documents/filling/needs',
      content: {
        rows: rows.slice(0, SHOWN_MOST),
        more: rows.length > SHOWN_MOST,
        listHref: url(here('/documents/asked')),
      },
    }
  },
}

/** What is due says of a document that was begun as much as a home needs: one statement is enough. */
function begunOf({ documentId: id, documentState, sentState, reason }: DueDocument) {
  return id === undefined ? [] : [{ id, hostState: documentState ?? '', sentState, reason }]
}
