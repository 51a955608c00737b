/** What people can do here before and after they have an account, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { askAddress, askDetails, sent, takeAddress, takeDetails } from './door.js'
import { answer, askAnother, list, one, submitAnother, takeBack } from './own.js'

export const doorRoutes = routes('patientDoor', (r) => {
  r.get('/portal/register', can('sign-in:use'), askAddress)
  r.post('/portal/register', can('sign-in:use'), takeAddress)
  r.get('/portal/register/sent', can('sign-in:use'), sent)
  r.get('/portal/register/:token', can('sign-in:use'), askDetails)
  r.post('/portal/register/:token', can('sign-in:use'), takeDetails)
})

const submit = can('registration:submit')

export const accountRoutes = routes('account', (r) => {
  r.get('/account/registrations', submit, list)
  r.post('/account/registrations', submit, submitAnother)
  r.get('/account/registrations/new', submit, askAnother)
  r.get('/account/registrations/:receipt', submit, one)
  r.post('/account/registrations/:receipt/answer', submit, answer)
  r.post('/account/registrations/:receipt/withdrawal', submit, takeBack)
})
