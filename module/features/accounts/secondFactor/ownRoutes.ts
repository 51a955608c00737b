/** The pages of one's own second factor, below wherever the audience has its account. */
import type { Answer } from '../../../web/show.js'
import { confirm, confirmed } from './confirming.js'
import type { Own } from './own.js'
import { postApp, showApp } from './ownApp.js'
import { namePasskey, postPasskey, showNewPasskey, showPasskey } from './ownPasskeys.js'
import { overview } from './overview.js'

export interface OwnRoute {
  method: 'get' | 'post'
  path: string
  handle: (own: Own) => Promise<Answer>
}

const get = (path: string, handle: OwnRoute['handle']): OwnRoute => ({ method: 'get', path, handle })
const post = (path: string, handle: OwnRoute['handle']): OwnRoute => ({ method: 'post', path, handle })

export const ownRoutes: readonly OwnRoute[] = [
  get('', overview),
  get('/app', showApp),
  post('/app', postApp),
  get('/app/removal', (own) => confirm(own, 'app')),
  post('/app/removal', (own) => confirmed(own, 'app')),
  get('/passkeys/new', showNewPasskey),
  post('/passkeys', postPasskey),
  get('/passkeys/:passkey', showPasskey),
  post('/passkeys/:passkey/name', namePasskey),
  get('/passkeys/:passkey/removal', (own) => confirm(own, 'passkey')),
  post('/passkeys/:passkey/removal', (own) => confirmed(own, 'passkey')),
  get('/codes', (own) => confirm(own, 'codes')),
  post('/codes', (own) => confirmed(own, 'codes')),
  get('/removal', (own) => confirm(own, 'all')),
  post('/removal', (own) => confirmed(own, 'all')),
]
