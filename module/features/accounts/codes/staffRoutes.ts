import { can, routes } from '../../../web/routes.js'
import { code, notTheirs, reissue, revoke, send } from './codePage.js'
import { familyContacts, issuePins } from './familyPage.js'
import { askForOne, makeOne } from './makingPage.js'
import { sheet, sheetAsPdf } from './sheetPage.js'

const issue = can('pins:issue')

export const staffRoutes = routes('staff', (r) => {
  r.get('/patients/:pid/family', issue, familyContacts)
  r.post('/patients/:pid/family', issue, issuePins)
  r.get('/patients/:pid/sheets/:family', issue, sheet)
  r.get('/patients/:pid/sheets/:family/pdf', issue, sheetAsPdf)

  r.get('/patients/:pid/welcome', issue, (context) => askForOne(context, 'pin'))
  r.post('/patients/:pid/welcome', issue, (context) => makeOne(context, 'pin'))
  r.get('/patients/:pid/codes/new', issue, (context) => askForOne(context, 'code'))
  r.post('/patients/:pid/codes/new', issue, (context) => makeOne(context, 'code'))

  r.get('/patients/:pid/codes/:code', issue, code)
  r.post('/patients/:pid/codes/:code/bars', issue, notTheirs)
  r.post('/patients/:pid/codes/:code/letter', issue, send)
  r.post('/patients/:pid/codes/:code/reissue', issue, reissue)
  r.post('/patients/:pid/codes/:code/revocation', issue, revoke)
})
