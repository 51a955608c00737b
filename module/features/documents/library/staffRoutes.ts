/** What staff do with templates, as a table of contents. */
import { can, routes } from '../../../web/routes.js'
import { askMany, askOne, askPatient, askSet, requests, withdraw } from './askingPages.js'
import { change as changePdf, edit, file, upload, versionFile } from './filePages.js'
import { back, list, one, profilesOf, retirement, version } from './libraryPages.js'
import { addOne, lists, removeOne, renameOne } from './listPages.js'
import { profiles, setGroups } from './profilePages.js'
import { add, change, write } from './writingPages.js'

const manage = can('templates:manage')
const send = can('templates:send')

export const staffRoutes = routes('staff', (r) => {
  r.get('/templates', manage, list)
  r.get('/templates/new', manage, write)
  r.post('/templates', manage, add, { takes: 'long' })
  r.post('/templates/uploads', manage, upload, { takes: 'files' })
  r.get('/templates/profiles', manage, profiles)
  r.post('/templates/profiles/:profile', manage, setGroups)
  r.get('/templates/lists', manage, lists)
  r.post('/templates/lists/:list', manage, addOne)
  r.post('/templates/lists/:list/:option/title', manage, renameOne)
  r.post('/templates/lists/:list/:option/removal', manage, removeOne)

  r.get('/templates/requests', send, requests)
  r.post('/templates/requests/:request/withdrawal', send, withdraw)
  r.get('/templates/asking/:pid', send, askPatient)
  r.post('/templates/asking/:pid', send, askOne)
  r.get('/templates/:id/asking', send, askSet)
  r.post('/templates/:id/asking', send, askMany)

  r.get('/templates/:id', manage, one)
  r.get('/templates/:id/edit', manage, edit)
  r.post('/templates/:id/content', manage, change, { takes: 'long' })
  r.get('/templates/:id/file', manage, file)
  r.post('/templates/:id/file', manage, changePdf, { takes: 'files' })
  r.post('/templates/:id/retirement', manage, retirement)
  r.post('/templates/:id/profiles', manage, profilesOf)
  r.get('/templates/:id/versions/:version', manage, version)
  r.get('/templates/:id/versions/:version/file', manage, versionFile)
  r.post('/templates/:id/versions/:version/return', manage, back)
})
