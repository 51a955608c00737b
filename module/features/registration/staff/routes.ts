/** What staff do with registrations, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { ask, claim, link, newChart, reconcile, refuse, reopen } from './deciding.js'
import { account, disable, enable, merge } from './doubles.js'
import { waiting } from './queue.js'
import { askUnlinking, unlink } from './unlinkingPages.js'

const process = can('registrations:process')

export const staffRoutes = routes('staff', (r) => {
  r.get('/registrations', process, waiting)
  r.get('/registrations/waiting', process, waiting, { poll: true })
  r.get('/registrations/:id', process, (context) => reconcile(context))
  r.post('/registrations/:id/claim', process, claim)
  r.post('/registrations/:id/link', process, link)
  r.post('/registrations/:id/chart', process, newChart)
  r.post('/registrations/:id/question', process, ask)
  r.post('/registrations/:id/refusal', process, refuse)
  r.post('/registrations/:id/reopening', process, reopen)
  r.get('/registrations/:id/unlinking', process, (context) => askUnlinking(context))
  r.post('/registrations/:id/unlinking', process, unlink)

  r.get('/accounts/:account', process, (context) => account(context))
  r.post('/accounts/:account/merging', process, merge)
  r.post('/accounts/:account/disabling', process, disable)
  r.post('/accounts/:account/enabling', process, enable)
})
