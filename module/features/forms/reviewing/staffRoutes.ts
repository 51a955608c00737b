/** What staff do with answers, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { waiting } from './queue.js'
import { askAgain, claim, file, markReviewed, review } from './review.js'

const read = can('forms:review')

export const reviewRoutes = routes('staff', (r) => {
  r.get('/forms', read, waiting)
  r.get('/forms/waiting', read, waiting, { poll: true })
  r.get('/forms/:id', read, (context) => review(context))
  r.get('/forms/:id/file', read, file)
  r.post('/forms/:id/claim', read, claim)
  r.post('/forms/:id/review', read, markReviewed)
  r.post('/forms/:id/return', read, askAgain)
})
