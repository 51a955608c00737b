import { nameOf } from '../../../access/scope.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Appointment } from '../appointment.js'
import { nextText, viewOf } from './visitView.js'

/** What was sent, for those who may not see the list that it stands in. */
export function receiptPage(context: RecordContext, appointment: Appointment) {
  const { here, t, url } = context
  const view = viewOf(context, appointment)
  return {
    title: t('appointments.receiptTitle'),
    number: appointment.receipt,
    next: nextText(context, appointment, true),
    lines: [
      { term: t('appointments.for'), text: nameOf(context.scope) },
      { term: t('appointments.when'), text: view.when },
      { term: t('appointments.what'), text: `${view.what} ${view.with}` },
      { term: t('appointments.status'), text: view.status.text },
    ],
    actions: [{ label: t('home.title'), href: url(here('')) }],
  }
}
