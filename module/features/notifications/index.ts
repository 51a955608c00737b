import type { Feature } from '../../feature.js'
import { sendLetter } from './sending.js'
import { words } from './words.js'

/** Sends what the wings write. They say what a letter says (`letters`); nobody calls this one. */
export function notifications(wings: readonly Feature[]): Feature {
  const kinds = wings.flatMap((wing) => wing.letters ?? [])
  return {
    name: 'notifications',
    words,
    routes: [],
    on: [{ name: 'send-letter', event: 'letter.written', hear: (portal, event) => sendLetter(portal, kinds, event) }],
  }
}
