/** What staff can do with a chart's documents, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { add } from './staffAdding.js'
import { documents, file, one, share, takeBack } from './staffPages.js'

const sharing = can('documents:share')

export const staffRoutes = routes('staff', (r) => {
  r.get('/patients/:pid/documents', sharing, documents)
  r.post('/patients/:pid/documents', sharing, add, { takes: 'files' })
  r.get('/patients/:pid/documents/:document', sharing, one)
  r.get('/patients/:pid/documents/:document/file', sharing, file)
  r.post('/patients/:pid/documents/:document/restriction', sharing, takeBack)
  r.post('/patients/:pid/documents/:document/release', sharing, share)
})
