/** What a patient can do with documents of the chart, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { fresh } from './homeCard.js'
import { listPaper } from './listPaper.js'
import { archive, documents, file, one, picture } from './patientPages.js'

const view = can('documents:view')

export const patientRoutes = routes('record', (r) => {
  r.get('/documents', view, documents)
  r.get('/documents/new', view, fresh)
  r.get('/documents/list.pdf', view, listPaper)
  r.post('/documents/archive', view, archive, { takes: 'long' })
  r.get('/documents/chart/:document', view, one)
  r.get('/documents/chart/:document/file', view, file)
  r.get('/documents/chart/:document/picture', view, picture)
})
