/** Before somebody begins: what it is, why the practice asks, until when. */
import type { Assignment } from '../../../access/formAssignments.js'
import { inLanguage } from '../../../access/questionnaires/model.js'
import { nameOf } from '../../../access/scope.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { RecordContext } from '../../../web/routes.js'
import { writeShortDay } from '../../../web/times.js'
import type { Filling } from './filling.js'

/** View: /forms/answering/start. */
export function startPage(context: RecordContext, assignment: Assignment, filling: Filling | undefined) {
  const { here, language, may, portal, scope, t, url } = context
  const address = `/forms/${String(assignment.id)}`
  return {
    title: inLanguage(assignment.title, language),
    lead: filling ? inLanguage(filling.version.form.description, language) : '',
    patient: nameOf(scope),
    note: assignment.note,
    returned: assignment.returnNote,
    due:
      assignment.dueOn === undefined ? undefined : writeShortDay(assignment.dueOn, language, dayOf(portal.clock.now())),
    begun: filling ? t('forms.begunText') : undefined,
    beginAction: may('forms:fill') ? url(here(`${address}/beginning`)) : undefined,
    beginText: t(filling ? 'forms.resume' : 'forms.begin'),
    backHref: url(here('/forms')),
  }
}
