/** What a patient can do to send files, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { file, form, replace, replaceForm, send, standing, takeBack, together } from './uploadPages.js'

const upload = can('documents:upload')

export const patientRoutes = routes('record', (r) => {
  r.get('/documents/upload', upload, form)
  r.post('/documents/upload', upload, send, { takes: 'files' })
  r.get('/documents/upload/:batch', upload, together)
  r.get('/documents/upload/:batch/standing', upload, standing, { poll: true })
  r.get('/documents/upload/:batch/files/:file', upload, file)
  r.get('/documents/upload/:batch/files/:file/replacement', upload, replaceForm)
  r.post('/documents/upload/:batch/files/:file/replacement', upload, replace, { takes: 'files' })
  r.post('/documents/upload/:batch/files/:file/withdrawal', upload, takeBack)
})
