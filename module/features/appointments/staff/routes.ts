/** What staff can do here, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { decideOnMany } from './bulk.js'
import { grantWish, refuseWish, wish } from './cancelling.js'
import { claim } from './claiming.js'
import { reopen, setStatus } from './deciding.js'
import { askWhy, decline } from './declining.js'
import { layOver } from './overbooking.js'
import { askWhen, propose, withdraw } from './proposing.js'
import { one } from './visit.js'
import { undo, waiting } from './waiting.js'

const process = can('appointments:process')

export const staffRoutes = routes('staff', (r) => {
  r.get('/appointments', process, (context) => waiting(context))
  r.get('/appointments/waiting', process, (context) => waiting(context), { poll: true })
  r.post('/appointments/bulk', process, decideOnMany)
  r.post('/appointments/undo', process, undo)

  r.get('/appointments/:id', process, (context) => one(context))
  r.post('/appointments/:id/status', process, setStatus)
  r.post('/appointments/:id/claim', process, (context) => claim(context, false))
  r.get('/appointments/:id/decline', process, (context) => askWhy(context))
  r.post('/appointments/:id/decline', process, decline)
  r.get('/appointments/:id/proposal', process, (context) => askWhen(context))
  r.post('/appointments/:id/proposal', process, propose)
  r.post('/appointments/:id/proposal/withdrawal', process, withdraw)
  r.post('/appointments/:id/overbooking', can('appointments:overbook'), layOver)
  r.post('/appointments/:id/reopening', process, reopen)

  r.get('/appointments/:id/cancellation', process, (context) => wish(context))
  r.post('/appointments/:id/cancellation', process, grantWish)
  r.post('/appointments/:id/cancellation/refusal', process, refuseWish)
  r.post('/appointments/:id/cancellation/claim', process, (context) => claim(context, true))
})
