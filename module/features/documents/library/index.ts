import type { Part } from '../../../feature.js'
import { askedView } from './askingPages.js'
import { letters, tellJob } from './letters.js'
import { staffRoutes } from './staffRoutes.js'
import { words } from './words.js'

/** Templates that the practice asks for: the library, and who is sent what. */
export const library: Part = {
  words,
  routes: staffRoutes,
  staffNav: [
    {
      key: 'templates',
      label: 'templates.title',
      path: '/templates',
      icon: 'file-earmark-text',
      permission: 'templates:manage',
    },
  ],
  panelCards: [
    {
      key: 'documents-asked',
      title: 'templates.asked',
      permission: 'templates:send',
      async show(context, pid) {
        return { view: '/documents/library/asked-card', content: await askedView(context, pid) }
      },
    },
  ],
  jobs: [tellJob],
  letters,
}
