/** What a patient can do with forms, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { autosave, open, post, start, typedBefore } from './fill.js'
import { download, kept, list, review, sent, submit } from './send.js'

export const patientRoutes = routes('record', (r) => {
  r.get('/forms', can('forms:view'), list)
  r.get('/forms/answers/:receipt', can('forms:view'), sent)
  r.get('/forms/answers/:receipt/response.json', can('forms:view'), download)
  r.get('/forms/:id', can('forms:fill'), open)
  r.post('/forms/:id/beginning', can('forms:fill'), start)
  r.post('/forms/:id', can('forms:fill'), post, { takes: 'long', keepsTyped: typedBefore })
  r.post('/forms/:id/draft', can('forms:fill'), autosave, { takes: 'long', keepsTyped: typedBefore })
  r.post('/forms/:id/kept/:kept', can('forms:fill'), kept)
  r.get('/forms/:id/review', can('forms:fill'), review)
  r.post('/forms/:id/submission', can('forms:fill'), submit)
})
