import { can, routes } from '../../../web/routes.js'
import { join, joinPage } from './joining.js'
import { receipt, redeem, redeemPage } from './redeeming.js'

export const patientDoorRoutes = routes('patientDoor', (r) => {
  r.get('/portal/join', can('sign-in:use'), (context) => joinPage(context))
  r.post('/portal/join', can('sign-in:use'), join)
})

export const patientRoutes = routes('account', (r) => {
  r.get('/codes', can('codes:redeem'), (context) => redeemPage(context))
  r.post('/codes', can('codes:redeem'), redeem)
  r.get('/codes/receipts/:record', can('codes:redeem'), receipt)
})
