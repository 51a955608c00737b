/** A mail server to send to: it keeps what arrives, refuses for good when it is told to, and can be away. */
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import PostalMime, { type Email } from 'postal-mime'
import { deliverEvents } from '../../module/platform/outbox.js'
import { features } from '../../module/portal.js'
import type { TestPractice } from './practice.js'

export interface MailServer {
  /** For FOYER_SMTP_URL. */
  url: string
  /** What was taken, in the order in which it came. */
  mails: readonly ReceivedMail[]
  /** Recipients that were turned away, each time that they were tried. */
  refused: readonly string[]
  /** Takes mail again. */
  take: () => Promise<void>
  /** Turns recipients away: 550 for good, 451 for now. */
  refuse: (code?: 550 | 451) => void
  /** Answers nobody: the port is closed. */
  leave: () => Promise<void>
  /** Waits until so much has arrived; fails after ten seconds with what did. */
  until: (holds: (server: Pick<MailServer, 'mails' | 'refused'>) => boolean) => Promise<void>
  close: () => Promise<void>
}

export interface ReceivedMail extends Email {
  /** To whom the envelope said. */
  recipients: readonly string[]
  /** As it came over the wire. */
  raw: string
}

const WAIT_MS = 10_000

/** Starts one on a free port; it takes mail. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const refused: string[] = []
  const waiting = new Set<() => void>()
  let refusing: 550 | 451 | undefined
  let server: SMTPServer | undefined
  let port = 0

  const happened = (): void => {
    for (const look of waiting) look()
  }
  const open = async (): Promise<void> => {
    if (server) return
    server = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      closeTimeout: 1,
      onRcptTo(address, _session, done) {
        if (refusing === undefined) {
          done()
          return
        }
        refused.push(address.address)
        happened()
        done(Object.assign(new Error('not taken'), { responseCode: refusing }))
      },
      onData(stream, { envelope }, done) {
        const recipients = envelope.rcptTo.map(({ address }) => address)
        void received(stream, recipients).then((mail) => {
          mails.push(mail)
          happened()
          done()
        }, done)
      },
    })
    // A sender that hangs up is no failure of ours.
    server.on('error', () => undefined)
    port = await listen(server, port)
  }
  const leave = async (): Promise<void> => {
    const closing = server
    server = undefined
    if (closing) await new Promise<void>((resolve) => closing.close(resolve))
  }

  await open()
  const both = { mails, refused }
  return {
    ...both,
    url: `smtp://127.0.0.1:${String(port)}`,
    take: async () => {
      refusing = undefined
      await open()
    },
    refuse: (code = 550) => {
      refusing = code
    },
    leave,
    until: (holds) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!holds(both)) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          const arrived = mails.map(({ recipients, subject }) => `${recipients.join()}: ${subject ?? ''}`)
          reject(new Error(`Arrived: ${arrived.join('; ') || 'nothing'}; refused: ${refused.join() || 'nobody'}`))
        }, WAIT_MS)
        waiting.add(look)
        look()
      }),
    close: leave,
  }
}

async function received(stream: SMTPServerDataStream, recipients: readonly string[]): Promise<ReceivedMail> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  const raw = Buffer.concat(parts)
  return { ...(await PostalMime.parse(raw)), recipients, raw: raw.toString('utf8') }
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve((server.server.address() as AddressInfo).port)
    })
  })
}

/** Tells every listener what has happened, as the job `deliver` does: letters that are due go out, or are tried. */
export async function deliver({ db, clock, portal }: Pick<TestPractice, 'db' | 'clock' | 'portal'>): Promise<void> {
  const listeners = features
    .flatMap((feature) => feature.on ?? [])
    .map(({ name, event, hear }) => ({ name, event, hear: (heard: Parameters<typeof hear>[1]) => hear(portal, heard) }))
  await deliverEvents({ db, clock, log: portal.log, listeners }, () => true)
}
