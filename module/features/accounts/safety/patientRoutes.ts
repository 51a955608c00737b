import { can, routes } from '../../../web/routes.js'
import { showAccount } from './accountPage.js'
import { postAnotherAddress, showAnotherAddress } from './anotherAddress.js'
import { postChangeEmail, postLanguage, showChangeEmail } from './addressPages.js'
import { postForgotten, postReset, showAsked, showForgotten, showReset } from './forgottenPages.js'
import { showHistory } from './historySection.js'
import { judgeTyped } from './judging.js'
import { postNewPassword, showNewPassword } from './newPassword.js'
import { postChangePassword, showChangePassword } from './passwordPages.js'
import { postEnding } from './sessionPages.js'
import { postVerify, postVerifyAddress, sendAgain, showVerify, showVerifyAddress } from './verifying.js'

export const doorRoutes = routes('patientDoor', (r) => {
  r.post('/portal/password-judgement', can('sign-in:use'), judgeTyped)

  r.get('/portal/sign-in/new-password', can('sign-in:use'), showNewPassword)
  r.post('/portal/sign-in/new-password', can('sign-in:use'), postNewPassword)
  r.get('/portal/sign-in/verify-address', can('sign-in:use'), showVerifyAddress)
  r.post('/portal/sign-in/verify-address', can('sign-in:use'), postVerifyAddress)
  r.post('/portal/sign-in/verify-address/letter', can('sign-in:use'), sendAgain)
  r.get('/portal/sign-in/verify-address/another', can('sign-in:use'), showAnotherAddress)
  r.post('/portal/sign-in/verify-address/another', can('sign-in:use'), postAnotherAddress)

  r.get('/portal/forgotten', can('sign-in:use'), showForgotten)
  r.post('/portal/forgotten', can('sign-in:use'), postForgotten)
  r.get('/portal/forgotten/sent', can('sign-in:use'), showAsked)
  r.get('/portal/reset', can('sign-in:use'), showReset)
  r.post('/portal/reset', can('sign-in:use'), postReset)
  r.get('/portal/verify', can('sign-in:use'), showVerify)
  r.post('/portal/verify', can('sign-in:use'), postVerify)
})

export const accountRoutes = routes('account', (r) => {
  r.get('/account', can('account:view'), showAccount)
  r.get('/account/history', can('account:view'), showHistory)
  r.get('/account/password', can('account:manage'), showChangePassword)
  r.post('/account/password', can('account:manage'), postChangePassword)
  r.get('/account/email', can('account:manage'), showChangeEmail)
  r.post('/account/email', can('account:manage'), postChangeEmail)
  r.post('/account/language', can('account:manage'), postLanguage)
  r.post('/account/sessions/ending', can('account:manage'), postEnding)
})
