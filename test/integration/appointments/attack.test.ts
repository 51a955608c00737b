import { spawn } from 'node:child_process'
import { expect } from 'chai'
import { freshDatabase } from '../../support/database.js'

describe('the attack on one time', () => {
  /** The command itself, on the server that the tests run on. */
  async function attack(...words: string[]): Promise<{ code: number | null; said: string }> {
    const { url, drop } = await freshDatabase('demo')
    const env = { ...process.env, FOYER_TEST_MARIADB: Object.assign(new URL(url), { pathname: '/mysql' }).href }
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/attack/booking.ts', ...words], { env })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
    const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done))
    await drop()
    return { code, said }
  }

  it('finds no overlap in five seconds, and no answer that is an error', async function () {
    this.timeout(90_000)
    const { code, said } = await attack('--seconds', '5')
    expect(said).to.match(/booked [1-9]\d/)
    for (const what of ['without account', 'confirmed', 'moved', 'proposed', 'host rows']) {
      expect(said).to.match(new RegExp(`${what} [1-9]`))
    }
    expect(said).to.include('no overlap')
    expect(code).to.equal(0)
  })

  it('finds one soon when the guard is taken out of what it attacks: it can see', async function () {
    this.timeout(90_000)
    const { code, said } = await attack('--seconds', '40', '--without-guard')
    expect(said).to.match(/overlap: (placed|confirmed) event/)
    expect(code).to.equal(1)
  })
})
