/** Killed between any two statements, a proposal and a decision are whole or not there at all. */
import { expect } from 'chai'
import type { Portal } from '../../../module/access/portal.js'
import { decideChange } from '../../../module/features/profile/deciding/decisions.js'
import { proposeInsurance } from '../../../module/features/profile/proposing/proposingInsurance.js'
import { proposeProfile, withdraw } from '../../../module/features/profile/proposing/proposing.js'
import { followProfiles } from '../../../module/features/profile/settling.js'
import { insertRow } from '../../../module/host/site/table.js'
import type { Database, Tx } from '../../../module/platform/database.js'
import { dumpRows, type Dump } from '../../support/dump.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { commitInHost, hostRows, senderIn, staffOf, type Sender, markOf } from '../../support/profiles.js'

const TABLES = [
  ...['patient_data', 'insurance_data', 'onsite_portal_activity', 'log', 'log_comment_encrypt'],
  ...['foyer_profile_changes', 'foyer_audit', 'foyer_outbox', 'foyer_letters'],
]

class Killed extends Error {}

/** Stops before its n-th writing statement. */
function killedAt(db: Database, n: number): Database {
  return {
    ...db,
    transaction: (work) =>
      db.transaction((tx) => {
        let left = n
        const counting =
          <Args extends unknown[], Result>(write: (...args: Args) => Promise<Result>) =>
          (...args: Args): Promise<Result> => {
            left -= 1
            return left < 0 ? Promise.reject(new Killed()) : write(...args)
          }
        const killed: Tx = {
          ...tx,
          insert: counting((sql, values) => tx.insert(sql, values)),
          change: counting((sql, values) => tx.change(sql, values)),
        }
        return work(killed)
      }),
  }
}

describe('Killed between any two statements', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let maria: Sender
  let admin: Awaited<ReturnType<typeof staffOf>>
  let pid: number

  before(async () => {
    practice = await openPractice()
    maria = await senderIn(practice, 'maria', practice.records.maria)
    admin = await staffOf(practice, 'admin')
    pid = practice.patients.maria
    await practice.db.transaction((tx) => insertRow(tx, 'insurance_companies', { id: 41, name: 'Blue Harbor Health' }))
  })
  after(() => practice.leave())

  const seen = { street: '', city: '' }
  const values = { street: '7 New Street', city: 'Boston' }
  const propose = (portal: Portal) =>
    proposeProfile(portal, maria.actor, maria.scope, { values, seen, note: '' }, undefined)
  const insure = (portal: Portal) => {
    const wanted = { company: 'Blue Harbor Health', policy_number: 'B-1' }
    const proposal = { type: 'primary', values: wanted, seen: {}, note: '' } as const
    return proposeInsurance(portal, maria.actor, maria.scope, proposal, undefined)
  }
  const openId = async () => (await hostRows(practice.db, pid)).find(({ status }) => status === 'waiting')?.id ?? 0
  const decide = async (portal: Portal, which: { kind: 'profile' | 'insurance'; id: number }) =>
    decideChange(portal, admin.member, admin.actor, {
      ...{ which, pid, mark: await markOf(practice.portal, which), choices: new Map(), all: true, companyId: 41 },
    })

  /** Kills before each statement in turn: nothing has changed each time. Then lets it through. */
  async function sweep(work: (portal: Portal) => Promise<unknown>): Promise<number> {
    for (let n = 0; ; n += 1) {
      const before = await dumpRows(practice.db, TABLES)
      try {
        await work({ ...practice.portal, db: killedAt(practice.db, n) })
        return n
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        const after: Dump = await dumpRows(practice.db, TABLES)
        expect(after, `killed before statement ${String(n)}`).to.deep.equal(before)
      }
    }
  }

  it('a proposal is there with its trail, or not at all', async () => {
    expect(await sweep(propose)).to.be.greaterThan(6)
    expect(await hostRows(practice.db, pid)).to.have.lengthOf(1)
  })

  it('a proposal is taken back with its trail, or waits', async () => {
    const { receipt = '' } =
      (await practice.db.first<{ receipt: string }>(`SELECT receipt FROM foyer_profile_changes WHERE pid = :pid`, {
        pid,
      })) ?? {}
    const wanted = { receipt, column: undefined }
    expect(await sweep((portal) => withdraw(portal, maria.actor, maria.scope, wanted))).to.be.greaterThan(4)
    expect(await openId()).to.equal(0)
  })

  it('a decision is in the chart, closed and told, or the proposal waits', async () => {
    await propose(practice.portal)
    const id = await openId()
    expect(await sweep((portal) => decide(portal, { kind: 'profile', id }))).to.be.greaterThan(8)
    expect((await hostRows(practice.db, pid)).at(-1)).to.include({ status: 'closed', action_taken: 'accept' })
  })

  it('an insurance is in the chart and its proposal decided, or neither', async () => {
    await insure(practice.portal)
    const row = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_profile_changes WHERE kind = 'insurance' AND state = 'waiting'`,
    )
    expect(await sweep((portal) => decide(portal, { kind: 'insurance', id: row?.id ?? 0 }))).to.be.greaterThan(8)
    expect(await practice.db.select(`SELECT provider, policy_number FROM insurance_data`)).to.deep.equal([
      { provider: '41', policy_number: 'B-1' },
    ])
  })

  it('what the host decided is followed whole, or once more', async () => {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET street = '', city = '' WHERE pid = :pid`, { pid }),
    )
    await propose(practice.portal)
    await commitInHost(practice, await openId(), { city: 'Boston' })
    expect(await sweep((portal) => followProfiles.run(portal))).to.be.greaterThan(4)
    const states = await practice.db.select<{ state: string }>(
      `SELECT state FROM foyer_profile_changes ORDER BY id DESC LIMIT 1`,
    )
    expect(states).to.deep.equal([{ state: 'decided' }])
  })
})
