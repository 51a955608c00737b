/** The portal as the tests of the web open it, and others on the same practice that are set up otherwise. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readConfig } from '../../module/platform/config.js'
import { openLog, type Log } from '../../module/platform/log.js'
import { openPortal } from '../../module/portal.js'
import { serverOf } from '../../module/web/server.js'
import { ZONE, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

export const HTMX = { 'HX-Request': 'true' }

export const SECRET = 'a secret that only the tests know, 42 long'

/** A log of everything, whose lines are added to `written`. */
export function logInto(written: string[]): Log {
  return openLog({ level: 'debug', destination: { write: (line: string) => void written.push(line) } })
}

/** Maria and the administrator, signed in, with limits out of the way. */
export async function letIn(practice: TestPractice): Promise<{ maria: Visitor; admin: Visitor }> {
  await practice.setting('signInTries', '100')
  await practice.setting('signInTriesPerAddress', '10000')
  await practice.setting('openRequestLimit', '50')
  return { maria: await practice.patientVisitor('maria'), admin: await practice.staffVisitor('admin') }
}

/** Another portal on the same practice, set up otherwise. */
export async function elsewhere(
  practice: TestPractice,
  env: Record<string, string>,
  work: (there: { origin: string }) => Promise<void>,
  databaseUrl = practice.url,
): Promise<void> {
  const { clock } = practice
  const config = readConfig({ FOYER_TIME_ZONE: ZONE, ...env })
  const running = await openPortal({ config, databaseUrl, secret: SECRET, log: openLog({ level: 'silent' }), clock })
  const server = serverOf(running.app)
  try {
    await work({ origin: await listen(server) })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await running.close()
  }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://localhost:${String((server.address() as AddressInfo).port)}`))
  })
}
