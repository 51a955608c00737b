/** The documents of a chart as the EMR has them: by category, each to be downloaded from its folder of files. */
import { documentForStaff, documentsForStaff } from '../../features/documents/chart/released.js'
import { byCategory, dayText, idIn, kindText, nameOf, typeOf } from '../../features/documents/chart/documentView.js'
import { safeName } from '../../features/documents/chart/archiveNames.js'
import { openChartDocument } from '../../host/documents/opening.js'
import type { StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'

/** Of the chart's page: those that the EMR opens to this member, the newest first in each category. */
export async function documentsOf(context: StaffContext, pid: number) {
  const { portal, staff, url } = context
  const all = await documentsForStaff(portal, staff, pid)
  return byCategory(context, all).map(({ documents, name }) => ({
    name,
    rows: documents.map((document) => ({
      name: nameOf(document),
      day: dayText(context, document),
      kind: kindText(context, document),
      href: url(`/emr/patients/${String(pid)}/documents/${String(document.id)}`),
    })),
  }))
}

/** GET /emr/patients/:pid/documents/:document */
export async function document(context: StaffContext): Promise<Answer> {
  const { params, portal, show, staff, t } = context
  const which = { pid: idIn(params['pid']), id: idIn(params['document']) }
  const found = await documentForStaff(portal, portal.db, staff, which)
  if (!found) return show.notFound()
  const opened = await openChartDocument(portal, found)
  if (!opened.ok) return show.problem(503, { what: t(`chart.unreadable.${opened.reason}`) })
  const name = safeName(nameOf(found)) || String(found.id)
  return show.stream({ type: typeOf(found), name, body: opened.body, bytes: opened.bytes, about: [found.pid] })
}
