/** Forms with files as no browser sends them, to every route that takes files: a refusal each, no fault, nothing left. */
import { randomInt } from 'node:crypto'
import { request } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { addressOf, type Route } from '../../module/web/routes.js'
import { pdfOf, sendBody, storeOf } from '../support/files.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { letIn, logInto } from './portals.js'
import { tokenFor } from './roles.js'
import { cookiesOf } from './storm.js'

const B = 'x-a-boundary'

describe('A form with files that no browser sends', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let dataDir: string
  let maria: Visitor
  let admin: Visitor
  const written: string[] = []
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'foyer-broken-'))
    practice = await openPractice({ log: logInto(written), env: { FOYER_DATA_DIR: dataDir } })
    ;({ maria, admin } = await letIn(practice))
    await practice.setting('uploadMegabytes', '1')
    process.on('unhandledRejection', note)
  })
  after(async () => {
    process.off('unhandledRejection', note)
    await practice.leave()
    await rm(dataDir, { recursive: true })
  })

  const taking = () => practice.routes.filter(({ takes }) => takes === 'files')
  const personFor = ({ audience }: Route) => (audience === 'staff' || audience === 'emr' ? admin : maria)
  const pathFor = (route: Route) =>
    addressOf(route)
      .replace(':record', practice.records.maria)
      .replace(':pid', String(practice.patients.maria))
      .replace(/:\w+/g, '1')
  const errors = () => written.filter((line) => line.includes('"level":50'))

  const part = (head: string, body: string | Buffer) =>
    Buffer.concat([Buffer.from(`--${B}\r\n${head}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n')])
  const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value)
  const file = (
    name: string,
    bytes: string | Buffer = pdfOf('x'),
    disposition = `form-data; name="file"; filename="${name}"`,
  ) => part(`Content-Disposition: ${disposition}\r\nContent-Type: application/pdf`, bytes)
  const end = Buffer.from(`--${B}--\r\n`)

  /** By what is wrong with them: bodies that begin with a token that holds. */
  function bodies(token: string): Record<string, Buffer> {
    const ours = field('_csrf', token)
    const all = (...parts: Buffer[]) => Buffer.concat([ours, ...parts])
    return {
      'without an end': all(file('a.pdf')),
      'cut in a file': all(file('a.pdf', Buffer.alloc(200_000, 1))).subarray(0, 100_000),
      'cut in a head': all(Buffer.from(`--${B}\r\nContent-Disposition: form-da`)),
      'without heads': all(Buffer.from(`--${B}\r\n\r\nwhat\r\n`), end),
      'a head of other bytes': all(Buffer.from(`--${B}\r\n\0\xff: \x01\r\n\r\nwhat\r\n`, 'latin1'), end),
      'a head that is too long': all(Buffer.from(`--${B}\r\nContent-Disposition: form-data; name="${'n'.repeat(100_000)}"\r\n\r\nx\r\n`), end),
      'a field without a name': all(part('Content-Disposition: form-data', 'x'), end),
      'a file without a name for its field': all(file('a.pdf', 'x', 'form-data; filename="a.pdf"'), end),
      'fields that look like objects': all(field('__proto__', '1'), field('a[b][c]', '1'), field('constructor[prototype][x]', '1'), end),
      'a field that is too long': all(field('note', 'x'.repeat(200_000)), end),
      'fields without number': all(...Array.from({ length: 400 }, (_, at) => field(`f${String(at)}`, 'x')), end),
      'files without number': all(...Array.from({ length: 80 }, (_, at) => file(`${String(at)}.pdf`, 'x')), end),
      'the token behind the file': Buffer.concat([file('a.pdf'), ours, end]),
      'the token twice': all(field('_csrf', 'other'), file('a.pdf'), end),
      'another transfer encoding': all(part('Content-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Transfer-Encoding: base64', 'JVBERi0='), end),
      'an unknown charset': all(part('Content-Disposition: form-data; name="note"\r\nContent-Type: text/plain; charset=utf-99', 'x'), end),
      'a name that is a path': all(file('../../../etc/passwd'), file('/etc/shadow'), file('..\\..\\boot.ini'), end),
      'a name with NUL': all(file('a.pdf\0.html'), file('\0'), end),
      'a name of 300 letters': all(file(`${'日本語'.repeat(100)}.pdf`), end),
      'a name in another way': all(file('', pdfOf('x'), `form-data; name="file"; filename*=utf-8''%2e%2e%2fx%00%ff.pdf`), end),
      'a field that is a file': all(file('a.pdf', 'x', 'form-data; name="_once"; filename="a"'), end),
      'nothing': Buffer.alloc(0),
      'only its end': end,
    } // prettier-ignore
  }

  it('is taken by some routes', () => {
    expect(taking().map(addressOf)).to.include('/portal/records/:record/documents/upload')
  })

  it('is refused, or taken for what can be read of it: never a fault, and nothing lies about afterwards', async () => {
    const statuses = new Map<number, number>()
    for (const route of taking()) {
      const [person, path] = [personFor(route), pathFor(route)]
      for (const [fault, body] of Object.entries(bodies(tokenFor(practice, person, path)))) {
        const answer = await sendBody(person, path, body, { 'Content-Type': `multipart/form-data; boundary=${B}` })
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        expect(answer.status, `${path}: ${fault}`).to.be.within(200, 499)
        if (answer.status >= 400) expect(answer.body, fault).to.include('</html>')
      }
    }
    expect(statuses.get(422), 'some were read').to.be.greaterThan(0)
    expect(errors()).to.deep.equal([])
    expect(unhandled).to.deep.equal([])
    const { rows, files } = await storeOf(practice)
    expect(rows.filter(({ state }) => state !== 'kept')).to.deep.equal([])
    expect(
      files.filter((each) => !/^[0-9a-f]{2}\/[0-9a-f]{32}$/.test(each)),
      'no name of theirs',
    ).to.deep.equal([])
    expect(files.length).to.equal(rows.length)
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined)
  })

  it('of another kind than it says is refused, too', async () => {
    for (const type of [
      'multipart/form-data',
      'multipart/form-data; boundary=',
      `multipart/form-data; boundary=${'b'.repeat(300)}`,
      'multipart/mixed; boundary=x',
      'application/json',
      'multipart/form-data; boundary=\\"',
    ]) {
      for (const route of taking()) {
        const answer = await sendBody(personFor(route), pathFor(route), Buffer.from('--x--\r\n'), {
          'Content-Type': type,
        })
        expect(answer.status, `${addressOf(route)} ${type}`).to.be.within(400, 499)
      }
    }
    expect(errors()).to.deep.equal([])
  })

  it('that breaks off anywhere leaves nothing', async () => {
    for (const route of taking()) {
      const [person, path] = [personFor(route), pathFor(route)]
      const before = await storeOf(practice)
      const whole = Buffer.concat([
        field('_csrf', tokenFor(practice, person, path)),
        file('a.pdf', Buffer.alloc(300_000, 65)),
        file('b.pdf', Buffer.alloc(300_000, 66)),
        end,
      ])
      for (let time = 0; time < 10; time += 1) await breakOff(person, path, whole, randomInt(1, whole.length))
      // What was there before may still be on its way out.
      const ids = new Set(before.rows.map(({ id }) => id))
      await until(async () => {
        const { files, rows } = await storeOf(practice)
        return files.every((file) => before.files.includes(file)) && rows.every(({ id }) => ids.has(id))
      })
    }
    expect(errors()).to.deep.equal([])
    expect(unhandled).to.deep.equal([])
  })

  function breakOff(person: Visitor, path: string, whole: Buffer, at: number): Promise<void> {
    const { hostname, port } = new URL(person.origin)
    return new Promise((resolve) => {
      const headers = {
        'Content-Type': `multipart/form-data; boundary=${B}`,
        'Content-Length': whole.length,
        Cookie: cookiesOf(person),
      }
      const sent = request({ hostname, port, method: 'POST', path, headers })
      sent.on('error', () => undefined)
      sent.on('close', resolve)
      sent.write(whole.subarray(0, at), () => {
        sent.destroy()
      })
    })
  }
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It never came to that')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
