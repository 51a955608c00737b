/** What staff do with proposed changes, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { claim, decision, look } from './handling.js'
import { waiting } from './queue.js'

const process = can('profile-changes:process')

export const staffRoutes = routes('staff', (r) => {
  r.get('/profile-changes', process, waiting)
  r.get('/profile-changes/waiting', process, waiting, { poll: true })
  r.get('/profile-changes/:id', process, (context) => look(context, 'profile'))
  r.post('/profile-changes/:id/claim', process, (context) => claim(context, 'profile'))
  r.post('/profile-changes/:id/decision', process, (context) => decision(context, 'profile'))
  r.get('/profile-changes/insurance/:id', process, (context) => look(context, 'insurance'))
  r.post('/profile-changes/insurance/:id/claim', process, (context) => claim(context, 'insurance'))
  r.post('/profile-changes/insurance/:id/decision', process, (context) => decision(context, 'insurance'))
})
