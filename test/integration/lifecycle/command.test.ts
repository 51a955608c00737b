import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { readState } from '../../../module/platform/state.js'
import { programOf } from '../../support/command.js'
import { hostFor, someoneUsesIt, type Guest } from './guest.js'

describe('the foyer command', function () {
  this.timeout(120_000)
  let guest: Guest

  before(async () => {
    guest = await hostFor('demo')
  })
  after(() => guest.leave())

  it('explains itself when asked, and when it is not understood (exit 2)', async () => {
    const [asked, unknown, stray, none] = await Promise.all([
      ...[foyer(['--help']), foyer(['instal'], guest), foyer(['enable', '--json'], guest), foyer([])],
    ])
    expect(asked).to.include({ code: 0, err: '' })
    expect(asked?.out).to.contain('foyer install').and.contain('FOYER_DATABASE_URL')
    expect(unknown).to.include({ code: 2, out: '' })
    expect(unknown?.err).to.match(/^No such command: instal\n/)
    expect(stray?.code).to.equal(2)
    expect(stray?.err).to.match(/^foyer enable takes no --json\n/)
    expect(none?.code).to.equal(2)
  })

  it('says in one line why it cannot begin (exit 1)', async () => {
    const nobody = 'mysql://foyer:hunter2@127.0.0.1:1/emr'
    const outcomes = await Promise.all([
      foyer(['install']),
      foyer(['status'], { url: nobody }),
      foyer(['install'], { url: nobody }),
      foyer(['install'], { url: 'emr' }),
      foyer(['install'], guest, { FOYER_DATABSE_URL: 'x' }),
    ])
    for (const { code, out, err } of outcomes) {
      expect({ code, out, lines: err.trimEnd().split('\n').length }, err).to.deep.equal({ code: 1, out: '', lines: 1 })
      expect(err)
        .to.match(/FOYER_DATAB/)
        .and.not.contain('hunter2')
    }
  })

  it('takes a portal through its life, saying what it does', async () => {
    const { db } = guest
    expect((await foyer(['install', '--dry-run'], guest)).out).to.contain('Create the table foyer_accounts.')
    expect(await readState(db)).to.equal(undefined)
    expect(await foyer(['enable'], guest)).to.include({ code: 1, out: '' })

    expect((await foyer(['install'], guest)).out).to.contain('Create the table foyer_accounts.')
    expect(await foyer(['enable'], guest)).to.deep.equal({ code: 0, out: 'Switch the portal on.\n', err: '' })
    expect(await foyer(['enable'], guest)).to.deep.equal({ code: 0, out: 'The portal is on already.\n', err: '' })
    expect(JSON.parse((await foyer(['status', '--json'], guest)).out)).to.deep.include({
      installed: true,
      enabled: true,
    })
    expect((await foyer(['status'], guest)).out).to.match(/OpenEMR 8\.2\.0[^]*, on\n/)

    const doctor = await foyer(['doctor', '--json'], guest)
    expect(doctor.code).to.equal(1)
    expect(JSON.parse(doctor.out)).to.deep.include({
      ...{ check: 'secret', group: 'Foyer', name: 'Secret', state: 'problem', found: 'FOYER_SECRET is not set' },
      fix: 'Set it to 32 random characters or more, the same in every process.',
    })

    expect((await foyer(['doctor'], guest)).out).to.match(
      /^Foyer\n(?: .*\n)*  PROBLEM {2}Secret: FOYER_SECRET is not set\n/m,
    )

    await someoneUsesIt(guest)
    const planned = await foyer(['uninstall', '--dry-run', '--discard'], guest)
    expect(planned.out).to.match(
      /Drop the table foyer_accounts\.\n[^]*Is lost: 1 account, 2 other audit entries\.\nNothing/,
    )
    const refused = await foyer(['uninstall'], guest)
    expect(refused.code).to.equal(1)
    expect(refused.out).to.match(/^Is lost unless it is exported: 1 account, /)
    expect(refused.err).to.match(/^Patients have used the portal: 1 account\./)
    expect((await foyer(['uninstall', '--discard'], guest)).code).to.equal(0)
    expect(await readState(db)).to.equal(undefined)
  })
})

interface Ended {
  code: number | null
  out: string
  err: string
}

async function foyer(
  args: readonly string[],
  host?: { url: string },
  env: Record<string, string> = {},
): Promise<Ended> {
  const command = spawn(process.execPath, [...programOf('cli'), ...args], {
    env: { PATH: process.env['PATH'], ...(host ? { FOYER_DATABASE_URL: host.url } : {}), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, [code]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, 'exit') as Promise<[number | null]>,
  ])
  return { code, out, err }
}
