/** What staff can do with what patients sent, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { fileMany, undo } from './batchPages.js'
import { claim, deny, file, giveBack, one, sign } from './deciding.js'
import { download, page } from './pictures.js'
import { waiting } from './queue.js'

const audit = can('documents:audit')

export const staffRoutes = routes('staff', (r) => {
  r.get('/documents', audit, (context) => waiting(context))
  r.get('/documents/waiting', audit, (context) => waiting(context), { poll: true })
  r.post('/documents/filing', audit, fileMany)
  r.post('/documents/filing/undo', audit, undo)

  r.get('/documents/submissions/:id', audit, (context) => one(context))
  r.get('/documents/submissions/:id/pages/:page', audit, page)
  r.get('/documents/submissions/:id/file', audit, download)
  r.post('/documents/submissions/:id/claim', audit, claim)
  r.post('/documents/submissions/:id/filing', audit, file)
  r.post('/documents/submissions/:id/signature', audit, sign)
  r.post('/documents/submissions/:id/return', audit, giveBack, { takes: 'long' })
  r.post('/documents/submissions/:id/denial', audit, deny)
})
