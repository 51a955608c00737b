import { can, routes } from '../../../web/routes.js'
import { ageRules, changeAgeRules } from './ageRulesPage.js'
import { agesPage } from './agesPage.js'
import { changeGrant, decideWithReason, grantPage } from './grantPage.js'

const manage = can('grants:manage')

export const staffRoutes = routes('staff', (r) => {
  r.get('/patients/:pid/grants/:grant', manage, grantPage)
  r.post('/patients/:pid/grants/:grant', manage, changeGrant)
  r.post('/patients/:pid/grants/:grant/revocation', manage, decideWithReason('revoked'))
  r.post('/patients/:pid/grants/:grant/restoration', manage, decideWithReason('restored'))
  r.post('/patients/:pid/grants/:grant/exemption', manage, decideWithReason('exempted'))
  r.post('/patients/:pid/grants/:grant/exemption/end', manage, decideWithReason('exemption-ended'))
  r.get('/ages', manage, agesPage)
  r.get('/ages/rules', can('settings:manage'), ageRules)
  r.post('/ages/rules', can('settings:manage'), changeAgeRules)
})
