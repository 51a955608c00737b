/** A passkey in software: the answer of a browser whose owner has shown a finger. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
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

/** A new passkey, made in answer to the options of a page that adds one (WebAuthn §6.5.4, without attestation). */
export function newPasskey(options: string, origin = 'http://localhost'): string {
  const { challenge, rp } = JSON.parse(options) as { challenge: string; rp: { id: string } }
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const id = randomBytes(16)
  const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseOf(x, y)])
  const flags = Buffer.from([PRESENT_AND_VERIFIED | WITH_CREDENTIAL, 0, 0, 0, 0])
  const authenticator = Buffer.concat([sha256(rp.id), flags, credential])
  // As CBOR: a map of three, fmt "none", an empty attStmt, authData with two bytes of length.
  const head = Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex')
  const length = Buffer.from([authenticator.length >> 8, authenticator.length & 0xff])
  const client = Buffer.from(JSON.stringify({ type: 'webauthn.create', challenge, origin }))
  return JSON.stringify({
    ...{
      id: id.toString('base64url'),
      rawId: id.toString('base64url'),
      type: 'public-key',
      clientExtensionResults: {},
    },
    response: {
      clientDataJSON: client.toString('base64url'),
      attestationObject: Buffer.concat([head, length, authenticator]).toString('base64url'),
    },
  })
}

/** WebAuthn §6.1: bit 6, a credential stands in it. */
const WITH_CREDENTIAL = 0b1000000

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
