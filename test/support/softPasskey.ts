/** A passkey in software: its owner's key, and what a browser answers with it. ES256, as phones make them. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { keepPasskey } from '../../module/access/passkeys.js'
import type { FactorOwner } from '../../module/access/secondFactors.js'
import type { TestPractice } from './practice.js'

export interface SoftPasskey {
  /** The answer to the options of a page, as its form brings it back: with a finger or a face shown. */
  answer: (options: string, origin: string) => string
}

/** Made and kept without a browser. */
export async function softPasskey(practice: TestPractice, owner: FactorOwner): Promise<SoftPasskey> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const credentialId = randomBytes(16).toString('base64url')
  await practice.db.transaction((tx) =>
    keepPasskey(tx, practice.portal, owner, {
      ...{ credentialId, publicKey: coseOf(publicKey), counter: 0, transports: ['internal'], name: 'My phone' },
    }),
  )
  return { answer: (options, origin) => answered(credentialId, privateKey, options, origin) }
}

/** COSE_Key of an ES256 key: {1: 2, 3: -7, -1: 1, -2: x, -3: y} in CBOR (RFC 9053). */
function coseOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const head = Buffer.from('a5010203262001215820', 'hex')
  return Uint8Array.from(
    Buffer.concat([head, Buffer.from(x, 'base64url'), Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url')]),
  )
}

const USER_PRESENT_AND_VERIFIED = 0x05

function answered(id: string, key: KeyObject, options: string, origin: string): string {
  const { challenge, rpId } = JSON.parse(options) as { challenge: string; rpId: string }
  const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }))
  const counter = Buffer.alloc(4)
  const data = Buffer.concat([sha256(rpId), Buffer.from([USER_PRESENT_AND_VERIFIED]), counter])
  const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), key)
  return JSON.stringify({
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {}, authenticatorAttachment: 'platform' },
    response: {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
    },
  })
}

function sha256(of: string | Buffer): Buffer {
  return createHash('sha256').update(of).digest()
}
