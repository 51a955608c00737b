import { can, routes } from '../../../web/routes.js'
import { chooseRecord } from './chooser.js'

export const patientRoutes = routes('account', (r) => {
  r.get('/records', can('account:view'), chooseRecord)
})
