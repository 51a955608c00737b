/** What somebody without an account can do here, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { chooseTime } from './choosing.js'
import { askWho, sent, takeWho } from './details.js'
import { confirm, showWish } from './wish.js'
import { chooseWhom } from './whom.js'

const ask = can('sign-in:use')

export const publicRoutes = routes('patientDoor', (r) => {
  r.get('/portal/book', ask, chooseTime)
  r.post('/portal/book', ask, takeWho)
  r.get('/portal/book/details', ask, askWho)
  r.get('/portal/book/sent', ask, sent)
  r.get('/portal/book/:token', ask, showWish)
  r.post('/portal/book/:token', ask, confirm)
})

export const onwardRoutes = routes('account', (r) => {
  r.get('/account/booking', can('account:view'), chooseWhom)
})
