/** What a patient can do here, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { askWhy, cancel, withdraw } from './cancelling.js'
import { checkOther, chooseOther, reschedule } from './moving.js'
import { accept, answer, take } from './offers.js'
import { check, chooseTime, request } from './requesting.js'
import { download, list, one, receipt } from './visit.js'

export const patientRoutes = routes('record', (r) => {
  r.get('/appointments', can('appointments:view'), list)
  r.get('/appointments/new', can('appointments:request'), chooseTime)
  r.get('/appointments/new/check', can('appointments:request'), check)
  r.post('/appointments', can('appointments:request'), request)
  r.get('/appointments/receipts/:receipt', can('appointments:request'), receipt)
  r.get('/appointments/:id', can('appointments:view'), one)
  r.get('/appointments/:id/calendar.ics', can('appointments:view'), download)
  r.post('/appointments/:id/acceptance', can('appointments:request'), accept)
  r.post('/appointments/:id/answer', can('appointments:request'), answer)
  r.post('/appointments/:id/alternatives/:alternative', can('appointments:request'), take)
  r.get('/appointments/:id/rescheduling', can('appointments:request'), chooseOther)
  r.get('/appointments/:id/rescheduling/check', can('appointments:request'), checkOther)
  r.post('/appointments/:id/rescheduling', can('appointments:request'), reschedule)
  r.get('/appointments/:id/cancellation', can('appointments:cancel'), askWhy)
  r.post('/appointments/:id/cancellation', can('appointments:cancel'), cancel)
  r.post('/appointments/:id/cancellation/withdrawal', can('appointments:cancel'), withdraw)
})
