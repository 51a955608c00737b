/** One document of a chart for staff: open it, take it back from the patient, share it again. */
import { z } from 'zod'
import { isExpired } from '../../../access/release.js'
import type { Patient } from '../../../host/patients.js'
import { openChartDocument } from '../../../host/documents/opening.js'
import { wallClock } from '../../../platform/clock.js'
import { text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { lettersIn, toldOfAdded } from './added.js'
import { safeName } from './archiveNames.js'
import { dayText, idIn, kindText, nameOf, typeOf } from './documentView.js'
import { writeDownloadOf } from './downloading.js'
import { documentForStaff, isShared, type StaffsDocument } from './released.js'
import { decideSharing, sharingHistory } from './sharing.js'
import { listPage, pathOf, patientIn, patientName, sharingTag, whyText, type Told } from './staffList.js'

/** GET /patients/:pid/documents */
export function documents(context: StaffContext): Promise<Answer> {
  return listPage(context)
}

/** GET /patients/:pid/documents/:document */
export function one(context: StaffContext): Promise<Answer> {
  return onePage(context)
}

async function onePage(context: StaffContext, told?: Told): Promise<Answer> {
  const { portal, show, t, url } = context
  const found = await find(context)
  if (!found) return show.notFound()
  const { document, patient } = found
  const base = `${pathOf(patient.pid)}/${String(document.id)}`
  const isOver = isExpired(document, wallClock(portal.clock.now()))
  const history = await sharingHistory(portal.db, patient.pid, document.id)
  const error = told?.errors.find(({ name }) => name === 'reason')
  const page = {
    name: nameOf(document),
    patient: patientName(patient),
    backHref: url(pathOf(patient.pid)),
    facts: [
      { term: t('chart.one.day'), text: dayText(context, document) },
      { term: t('chart.one.filed'), text: dayText(context, { day: undefined, filedAt: document.filedAt }) },
      { term: t('chart.staff.category'), text: document.categories.map(({ name }) => name).join(', ') },
      { term: t('chart.one.what'), text: kindText(context, document) },
    ],
    fileHref: url(`${base}/file`),
    /** It was added just now. */
    told:
      context.query['added'] === String(document.id)
        ? await toldOfAdded(context, patient.pid, [document], lettersIn(context))
        : [],
    tag: sharingTag(context, document),
    why: whyText(context, document),
    reason: document.ruling?.reason ?? '',
    shareTitle: t(document.ruling?.shared === false ? 'chart.staff.share' : 'chart.staff.shareSensitive'),
    takeBackAction: document.hidden === 'restricted' ? undefined : url(`${base}/restriction`),
    shareAction: isShared(document) || isOver ? undefined : url(`${base}/release`),
    over: isOver && document.hidden !== 'expired' ? t('chart.staff.why.expired') : '',
    overNext: isOver ? t('chart.staff.expiredNext') : '',
    typed: told?.typed['reason'] ?? '',
    error: error?.text ?? '',
    errors: told?.errors ?? [],
    history: history.map(({ shared, reason, by, at }) => ({
      what: t(shared ? 'chart.staff.historyShared' : 'chart.staff.historyTaken'),
      reason,
      by,
      when: writeInstant(context, at),
    })),
  }
  const options = { title: nameOf(document), about: [patient.pid] }
  const view = '/documents/chart/staff-one'
  return told ? show.refused(view, page, { ...options, status: told.status }) : show.page(view, page, options)
}

async function find(context: StaffContext): Promise<{ document: StaffsDocument; patient: Patient } | undefined> {
  const { params, portal, staff } = context
  const patient = await patientIn(context)
  const which = patient && { pid: patient.pid, id: idIn(params['document']) }
  const document = which && (await documentForStaff(portal, portal.db, staff, which))
  return document && { document, patient }
}

/** GET /patients/:pid/documents/:document/file */
export async function file(context: StaffContext): Promise<Answer> {
  const { actor, portal, show, t } = context
  const found = await find(context)
  if (!found) return show.notFound()
  const { document } = found
  const opened = await openChartDocument(portal, document)
  if (!opened.ok) return show.problem(503, { what: t(`chart.unreadable.${opened.reason}`) })
  await writeDownloadOf(portal, actor, { body: opened.body, document }, 'portal-dashboard')
  const name = safeName(nameOf(document)) || String(document.id)
  return show.stream({ type: typeOf(document), name, body: opened.body, bytes: opened.bytes, about: [document.pid] })
}

const Reasoned = z.object({ reason: text(255, 'chart.staff.reasonMissing') })

/** POST /patients/:pid/documents/:document/restriction */
export function takeBack(context: StaffContext): Promise<Answer> {
  return decide(context, false)
}

/** POST /patients/:pid/documents/:document/release */
export function share(context: StaffContext): Promise<Answer> {
  return decide(context, true)
}

async function decide(context: StaffContext, shared: boolean): Promise<Answer> {
  const { actor, form, params, portal, show, staff, t } = context
  const [pid, document] = [idIn(params['pid']), idIn(params['document'])]
  const asked = form(Reasoned)
  if (!asked.ok) {
    const errors = Object.entries(asked.errors).map(([name, key]) => ({ name, text: t(key) }))
    return onePage(context, { status: 422, errors, typed: asked.typed })
  }
  const outcome = await decideSharing(portal, staff, actor, { pid, document, shared, reason: asked.value.reason })
  if (outcome.ok) {
    const key = shared ? 'chart.staff.done.shared' : 'chart.staff.done.takenBack'
    return show.seeOther(`${pathOf(pid)}/${String(document)}`, { kind: 'success', key })
  }
  if (outcome.reason === 'not-found') return show.notFound()
  if (outcome.reason === 'expired') {
    const said = `${t('chart.staff.why.expired')} ${t('chart.staff.expiredNext')}`
    return onePage(context, { status: 409, errors: [{ text: said }], typed: asked.typed })
  }
  const at = outcome.at === '' ? '' : writeInstant(context, outcome.at)
  const said = shared ? t('chart.staff.already.shared') : t('chart.staff.already.restricted', { by: outcome.by, at })
  return onePage(context, { status: 409, errors: [{ text: said }], typed: asked.typed })
}
