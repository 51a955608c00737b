/** What a patient does with the profile, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { change, takeBack } from './changePage.js'
import { edit, editInsurance, propose, proposeOfInsurance, typedBefore, typedOfInsurance } from './editPage.js'
import { profile } from './profilePage.js'

export const patientRoutes = routes('record', (r) => {
  r.get('/profile', can('profile:view'), profile)
  r.get('/profile/edit/:section', can('profile:propose'), edit)
  r.post('/profile/edit/:section', can('profile:propose'), propose, { keepsTyped: typedBefore })
  r.get('/profile/insurance/:type', can('profile:propose'), editInsurance)
  r.post('/profile/insurance/:type', can('profile:propose'), proposeOfInsurance, { keepsTyped: typedOfInsurance })
  r.get('/profile/changes/:receipt', can('profile:view'), change)
  r.post('/profile/changes/:receipt/withdrawal', can('profile:propose'), takeBack)
})
