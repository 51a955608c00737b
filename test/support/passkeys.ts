/** A passkey in software: the answer of a browser whose owner has shown a finger. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { requestOptions } from '../../module/access/passkeyCeremonies.js'
import { keepPasskey } from '../../module/access/passkeys.js'
import type { FactorOwner } from '../../module/access/secondFactors.js'
import { opaqueId } from '../../module/platform/ids.js'
import type { TestPractice } from './practice.js'

/** Keeps a new passkey of this owner's, and answers what is asked at the doors with it. As JSON, once. */
export async function answerOfPasskey(practice: TestPractice, owner: FactorOwner): Promise<string> {
  const { answer } = await passkeyOf(practice, owner)
  return answer((await requestOptions(practice.portal)) ?? '{}')
}

/** Keeps a new passkey of this owner's. `answer`: to the options of a page, as its form brings it back. */
export async function passkeyOf(
  { db, portal }: TestPractice,
  owner: FactorOwner,
): Promise<{ answer: (options: string, origin?: string) => string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const credentialId = opaqueId()
  const key = { credentialId, publicKey: coseOf(x, y), counter: 0, transports: [], name: 'Phone' }
  await db.transaction((tx) => keepPasskey(tx, portal, owner, key))
  return { answer: (options, origin = 'http://localhost') => answered(credentialId, privateKey, options, origin) }
}

function answered(credentialId: string, privateKey: KeyObject, options: string, origin: string): string {
  const { challenge, rpId } = JSON.parse(options) as { challenge: string; rpId: string }
  const client = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin }))
  const authenticator = Buffer.concat([sha256(rpId), Buffer.from([PRESENT_AND_VERIFIED, 0, 0, 0, 0])])
  const signature = sign('sha256', Buffer.concat([authenticator, sha256(client)]), privateKey)
  return JSON.stringify({
    ...{ id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {} },
    response: {
      clientDataJSON: client.toString('base64url'),
      authenticatorData: authenticator.toString('base64url'),
      signature: signature.toString('base64url'),
    },
  })
}

/** WebAuthn §6.1: bit 0, somebody is there; bit 2, and it is the owner. */
const PRESENT_AND_VERIFIED = 0b101

/** RFC 9053: a key (1: 2) for ES256 (3: -7) on P-256 (-1: 1) with its x (-2) and y (-3), as CBOR. */
function coseOf(x: string, y: string): Uint8Array<ArrayBuffer> {
  const head = Buffer.from('a5010203262001', 'hex')
  const [ofX, ofY] = [Buffer.from('215820', 'hex'), Buffer.from('225820', 'hex')]
  const bytes = [head, ofX, Buffer.from(x, 'base64url'), ofY, Buffer.from(y, 'base64url')]
  return Uint8Array.from(Buffer.concat(bytes))
}

function sha256(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
