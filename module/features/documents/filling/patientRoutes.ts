/** What a patient can do with the documents that the practice asks for, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { check, preview, receipt, send } from './checkPages.js'
import { one, save, typedBefore } from './formPages.js'
import { begin, list } from './listPages.js'
import { file, picture, reading } from './readingPages.js'
import { dismiss, takeBack, throwAway } from './takingBackPages.js'

const fill = can('documents:fill')

export const patientRoutes = routes('record', (r) => {
  r.get('/documents/asked', fill, list)
  r.post('/documents/asked/:template', fill, begin)
  r.get('/documents/filled/:id', fill, one)
  r.post('/documents/filled/:id', fill, save, { takes: 'long', keepsTyped: typedBefore })
  r.get('/documents/filled/:id/check', fill, check)
  r.post('/documents/filled/:id/submission', fill, send)
  r.get('/documents/filled/:id/receipt', fill, receipt)
  r.get('/documents/filled/:id/document.pdf', fill, preview)
  r.post('/documents/filled/:id/withdrawal', fill, takeBack)
  r.post('/documents/filled/:id/removal', fill, throwAway)
  r.post('/documents/filled/:id/kept/:kept/dismissal', fill, dismiss)
  r.get('/documents/filled/:id/files/:template', fill, reading)
  r.get('/documents/filled/:id/files/:template/file', fill, file)
  r.get('/documents/filled/:id/files/:template/pages/:page', fill, picture)
})
