/** What staff do with questionnaires, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { askWhat, askWithdrawal, assign, withdraw } from './assigning.js'
import { add, changeFields, discard, draft, move, publish, remove } from './draftPages.js'
import { askForImport, importForm } from './importing.js'
import { changeOne, item } from './itemPage.js'
import { begin, file, form, library, retire } from './libraryPages.js'
import { previewDraft, previewForm } from './previewing.js'
import { makeOne, newRule, rules, switchOne } from './rulePages.js'
import { changeScore, score } from './scorePage.js'

const manage = can('forms:manage')
const ask = can('forms:assign')

export const libraryRoutes = routes('staff', (r) => {
  r.get('/forms/library', manage, (context) => library(context))
  r.get('/forms/library/import', manage, askForImport)
  r.post('/forms/library/import', manage, importForm, { takes: 'files' })
  r.post('/forms/library/drafts', manage, begin)
  r.get('/forms/library/drafts/:id', manage, (context) => draft(context))
  r.post('/forms/library/drafts/:id', manage, changeFields)
  r.post('/forms/library/drafts/:id/items', manage, add)
  r.get('/forms/library/drafts/:id/item', manage, item)
  r.post('/forms/library/drafts/:id/item', manage, changeOne, { takes: 'long' })
  r.post('/forms/library/drafts/:id/moving', manage, move)
  r.post('/forms/library/drafts/:id/removal', manage, remove)
  r.get('/forms/library/drafts/:id/score', manage, score)
  r.post('/forms/library/drafts/:id/score', manage, changeScore, { takes: 'long' })
  r.get('/forms/library/drafts/:id/preview', manage, previewDraft)
  r.post('/forms/library/drafts/:id/publication', manage, publish)
  r.post('/forms/library/drafts/:id/discarding', manage, discard)
  r.get('/forms/library/:id', manage, (context) => form(context))
  r.get('/forms/library/:id/file', manage, file)
  r.get('/forms/library/:id/preview', manage, previewForm)
  r.post('/forms/library/:id/retirement', manage, retire)
})

export const assigningRoutes = routes('staff', (r) => {
  r.get('/forms/assigning', ask, (context) => askWhat(context))
  r.post('/forms/assigning', ask, assign)
  r.get('/forms/assignments/:id/withdrawal', ask, (context) => askWithdrawal(context))
  r.post('/forms/assignments/:id/withdrawal', ask, withdraw)
  r.get('/forms/rules', ask, rules)
  r.post('/forms/rules', ask, makeOne)
  r.get('/forms/rules/new', ask, newRule)
  r.post('/forms/rules/:id/switch', ask, switchOne)
})
