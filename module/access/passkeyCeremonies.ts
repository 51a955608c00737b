/**
 * Making a passkey and proving with one (WebAuthn). The page carries the options, a form brings the browser's answer
 * back. There are passkeys only where browsers offer them: under HTTPS, or on this very machine.
 */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Queryable } from '../platform/database.js'
import { isOurChallenge, makeChallenge, type ChallengePurpose } from './challenges.js'
import { findPasskey, passkeysOf, type NewPasskey, type Passkey } from './passkeys.js'
import type { Portal } from './portal.js'
import type { FactorOwner } from './secondFactors.js'

/** Read in with the first passkey: its parsers of certificates are a tenth of all that a server carries. */
const ceremonies = () => import('@simplewebauthn/server')

/** The domain that passkeys of this portal are for. Undefined: browsers would offer none here. */
export function passkeyDomain({ config }: Pick<Portal, 'config'>): string | undefined {
  if (config.baseUrl === undefined) return 'localhost'
  const { protocol, hostname } = new URL(config.baseUrl)
  return protocol === 'https:' || hostname === 'localhost' ? hostname : undefined
}

/** For the browser, as JSON: a passkey for this person that they don't have yet. Undefined: there are none here. */
export async function creationOptions(
  portal: Portal,
  owner: FactorOwner,
  named: { name: string; label: string },
): Promise<string | undefined> {
  const rpID = passkeyDomain(portal)
  if (rpID === undefined) return undefined
  const known = await passkeysOf(portal.db, owner)
  const { generateRegistrationOptions } = await ceremonies()
  const options = await generateRegistrationOptions({
    rpID,
    rpName: portal.practice().name,
    // Always the same of one owner, and nobody's name: the authenticator keeps it.
    userID: handleOf(portal, owner),
    userName: named.label,
    userDisplayName: named.name,
    challenge: bytesOf(makeChallenge(portal, 'create', owner)),
    excludeCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
  return JSON.stringify(options)
}

function handleOf({ secret }: Portal, owner: FactorOwner): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHmac('sha256', secret).update(`passkey-user:${owner}`).digest())
}

/** The same for proving with one of this person's, or (without an owner) with any that the browser keeps for us. */
export async function requestOptions(portal: Portal, owner?: FactorOwner): Promise<string | undefined> {
  const rpID = passkeyDomain(portal)
  if (rpID === undefined) return undefined
  const known = owner === undefined ? undefined : await passkeysOf(portal.db, owner)
  if (known?.length === 0) return undefined
  const { generateAuthenticationOptions } = await ceremonies()
  const options = await generateAuthenticationOptions({
    rpID,
    challenge: bytesOf(makeChallenge(portal, owner === undefined ? 'enter' : 'prove', owner ?? '')),
    userVerification: owner === undefined ? 'required' : 'preferred',
    ...(known ? { allowCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports })) } : {}),
  })
  return JSON.stringify(options)
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64url, 'base64url'))
}

export interface Created {
  passkey: NewPasskey
  /** To be spent. */
  challenge: string
}

/** The passkey that a browser has just made for this person. Undefined: no such thing, or not for us. */
export async function readCreated(portal: Portal, owner: FactorOwner, answer: string): Promise<Created | undefined> {
  const read = readAnswer(portal, 'create', owner, answer)
  if (!read) return undefined
  const { response, expected } = read
  const { verifyRegistrationResponse } = await ceremonies()
  const result = await verifyRegistrationResponse({
    ...expected,
    response: response as unknown as RegistrationResponseJSON,
    requireUserVerification: false,
  }).catch(() => undefined)
  if (!result?.verified) return undefined
  const { id, publicKey, counter, transports = [] } = result.registrationInfo.credential
  return { passkey: { credentialId: id, publicKey, counter, transports }, challenge: expected.expectedChallenge }
}

export interface ProvedBy {
  passkey: Passkey
  newCounter: number
  /** To be spent. */
  challenge: string
}

/**
 * The passkey that a browser has just proved to have. With an owner it is one of theirs; without one whoever holds it
 * has shown a finger, a face or a PIN as well. Undefined: no proof.
 */
export async function readProof(portal: Portal, answer: string, owner?: FactorOwner): Promise<ProvedBy | undefined> {
  const read = readAnswer(portal, owner === undefined ? 'enter' : 'prove', owner ?? '', answer)
  const passkey = read && (await passkeyNamed(portal.db, read.response.id, owner))
  if (!passkey) return undefined
  const { response, expected } = read
  const { credentialId: id, publicKey, counter, transports } = passkey
  const { verifyAuthenticationResponse } = await ceremonies()
  const result = await verifyAuthenticationResponse({
    ...expected,
    response: response as unknown as AuthenticationResponseJSON,
    credential: { id, publicKey, counter, transports },
    requireUserVerification: owner === undefined,
  }).catch(() => undefined)
  if (!result?.verified) return undefined
  return { passkey, newCounter: result.authenticationInfo.newCounter, challenge: expected.expectedChallenge }
}

async function passkeyNamed(db: Queryable, id: string, owner?: FactorOwner): Promise<Passkey | undefined> {
  const passkey = await findPasskey(db, id)
  return owner === undefined || passkey?.owner === owner ? passkey : undefined
}

const ANSWER_MOST = 20_000
const Answer = z.looseObject({ id: z.string(), response: z.looseObject({ clientDataJSON: z.string() }) })
const ClientData = z.looseObject({ challenge: z.string(), origin: z.string() })

/** What came back, where it answers a challenge of ours on a page of ours. The rest is the library's to look at. */
function readAnswer(portal: Portal, purpose: ChallengePurpose, whose: string, answer: string) {
  const rpID = passkeyDomain(portal)
  if (rpID === undefined || answer.length > ANSWER_MOST) return undefined
  const response = Answer.safeParse(parsed(answer)).data
  const clientData = Buffer.from(response?.response.clientDataJSON ?? '', 'base64url').toString()
  const said = ClientData.safeParse(parsed(clientData)).data
  if (!response || !said || !isOurChallenge(portal, purpose, whose, said.challenge)) return undefined
  if (!isOurOrigin(portal, said.origin)) return undefined
  return {
    response,
    expected: { expectedChallenge: said.challenge, expectedOrigin: said.origin, expectedRPID: rpID },
  }
}

/** Without a public address the portal is on this machine, whatever its port. */
function isOurOrigin({ config }: Portal, origin: string): boolean {
  if (config.baseUrl !== undefined) return origin === new URL(config.baseUrl).origin
  return /^http:\/\/localhost(:\d{1,5})?$/.test(origin)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
