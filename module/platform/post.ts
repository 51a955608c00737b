/** The way out: a mail server and an SMS gateway, where the practice has them. Says nothing of what is sent to the log. */
import { createTransport, type Transporter } from 'nodemailer'
import type { Config } from './config.js'

export interface Mail {
  /** The same each time that it is tried: a server that got it twice can tell. */
  id: string
  from: { name: string; address: string }
  to: string
  subject: string
  text: string
  html: string
}

export interface Sms {
  id: string
  to: string
  text: string
}

export interface Post {
  /** Hands it to the next server. Returns its message id. Throws Unsent. Undefined: the practice has no mail server. */
  mail?: (mail: Mail) => Promise<string>
  sms?: (sms: Sms) => Promise<string>
  close: () => void
}

/** It did not go. `final`: it never will (no such address, refused for good), so trying again is in vain. */
export class Unsent extends Error {
  override readonly name = 'Unsent'
  constructor(
    readonly code: string,
    readonly final: boolean,
  ) {
    super(`Not sent: ${code}`)
  }
}

/** As FOYER_SMTP_URL and FOYER_SMS_URL say. */
export function postOf({ smtpUrl, smsUrl }: Pick<Config, 'smtpUrl' | 'smsUrl'>): Post {
  const transport = smtpUrl === undefined ? undefined : mailServer(smtpUrl)
  return {
    ...(transport ? { mail: (mail) => sendMail(transport, mail) } : {}),
    ...(smsUrl === undefined ? {} : { sms: (sms) => sendSms(smsUrl, sms) }),
    close: () => transport?.close(),
  }
}

const WAIT_MS = 20_000

function mailServer(url: string): Transporter {
  return createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: WAIT_MS,
    greetingTimeout: WAIT_MS,
    socketTimeout: WAIT_MS,
    // What a letter says never names a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

async function sendMail(transport: Transporter, { id, from, to, subject, text, html }: Mail): Promise<string> {
  const domain = from.address.split('@')[1] ?? 'localhost'
  const messageId = `<${id}@${domain}>`
  const headers = { 'Auto-Submitted': 'auto-generated' }
  try {
    await transport.sendMail({ from, to: { name: '', address: to }, subject, text, html, messageId, headers })
  } catch (error) {
    throw unsent(error)
  }
  return messageId
}

function unsent(error: unknown): Unsent {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }
  // 5xx: the server will not take it, now or later (RFC 5321, 4.2.1). Refused sign-ins may be mended, so are tried again.
  const final = typeof responseCode === 'number' && responseCode >= 500 && code !== 'EAUTH'
  return new Unsent(typeof responseCode === 'number' ? String(responseCode) : wordOf(code), final)
}

function wordOf(code: unknown): string {
  return typeof code === 'string' && code !== '' ? code.slice(0, 64) : 'unknown'
}

/** POST of `{ to, text }` as JSON; the id as Idempotency-Key. User and password of the address become Basic. */
async function sendSms(url: string, { id, to, text }: Sms): Promise<string> {
  const address = new URL(url)
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Idempotency-Key': id }
  if (address.username !== '') {
    const who = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`
    headers['Authorization'] = `Basic ${Buffer.from(who).toString('base64')}`
    address.username = ''
    address.password = ''
  }
  const answer = await fetch(address, {
    ...{ method: 'POST', headers, body: JSON.stringify({ to, text }), redirect: 'error' },
    signal: AbortSignal.timeout(WAIT_MS),
  }).catch((error: unknown) => {
    throw new Unsent(error instanceof Error && error.name === 'TimeoutError' ? 'ETIMEDOUT' : 'ECONNECTION', false)
  })
  await answer.body?.cancel()
  if (answer.ok) return id
  throw new Unsent(
    String(answer.status),
    answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status),
  )
}
