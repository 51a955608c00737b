/** The practice's own rules: what they change at once, what is kept of them, and what no change may bring about. */
import { expect } from 'chai'
import { readHistory } from '../../../module/access/rules.js'
import { scopeOf, findAccount, patientMay } from '../../../module/access/scope.js'
import { readStanding } from '../../../module/host/gacl.js'
import { countStatements } from '../../../module/platform/database.js'
import { openLog } from '../../../module/platform/log.js'
import { readConfig } from '../../../module/platform/config.js'
import { openPortal, type RunningPortal } from '../../../module/portal.js'
import { openPractice, ZONE, type TestPractice } from '../../support/practice.js'
import {
  decideAddressee,
  decideForExtent,
  decideForGroup,
  decideForUser,
  may,
  memberNamed,
  rowsChanged,
  userNamed,
} from './deciding.js'

describe('A rule of the practice', function () {
  this.timeout(30_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' })
  })
  after(() => practice.leave())

  it('denies one user what the group may, at the next request', async () => {
    expect(await may(practice, 'dr.lee', 'appointments:process')).to.equal(true)
    await decideForUser(practice, 'dr.lee', { permission: 'appointments:process', effect: 'deny' })
    expect(await may(practice, 'dr.lee', 'appointments:process')).to.equal(false)
    expect(await may(practice, 'dr.osei', 'appointments:process')).to.equal(true)
    await decideForUser(practice, 'dr.lee', { permission: 'appointments:process', effect: 'default' })
    expect(await may(practice, 'dr.lee', 'appointments:process')).to.equal(true)
  })

  it('denies an administrator too, the EMR’s superuser', async () => {
    await decideForUser(practice, 'dr.lee', { permission: 'access:manage', effect: 'allow' })
    await decideForUser(practice, 'admin', { permission: 'patients:search', effect: 'deny' })
    expect(await may(practice, 'admin', 'patients:search')).to.equal(false)
    await decideForUser(practice, 'admin', { permission: 'patients:search', effect: 'default' })
    await decideForUser(practice, 'dr.lee', { permission: 'access:manage', effect: 'default' })
  })

  it('allows a user something only together with the portal right, which a rule can bring as well', async () => {
    await decideForUser(practice, 'front', { permission: 'appointments:process', effect: 'allow' })
    expect(await may(practice, 'front', 'appointments:process')).to.equal(false)
    await decideForUser(practice, 'front', { permission: 'portal:use', effect: 'allow' })
    expect(await may(practice, 'front', 'appointments:process')).to.equal(true)
    expect(await may(practice, 'nurse', 'appointments:process')).to.equal(false)
    await decideForUser(practice, 'front', { permission: 'portal:use', effect: 'default' })
    await decideForUser(practice, 'front', { permission: 'appointments:process', effect: 'default' })
  })

  it('lets patients see their appointments and request none', async () => {
    const mayDo = async (permission: string) => {
      const account = await findAccount(practice.db, practice.portal, practice.accounts.maria)
      const scope = account && scopeOf(account, practice.records.maria)
      return scope !== undefined && patientMay(practice.portal.policy(), scope, permission)
    }
    await decideForExtent(practice, 'extent:full', { permission: 'appointments:request', effect: 'deny' })
    expect(await mayDo('appointments:view')).to.equal(true)
    expect(await mayDo('appointments:request')).to.equal(false)
    await decideForExtent(practice, 'extent:full', { permission: 'appointments:request', effect: 'default' })
    expect(await mayDo('appointments:request')).to.equal(true)
  })

  it('is one for each subject and permission: the newer takes the older’s place, with its own reason', async () => {
    await decideForUser(practice, 'nurse', { permission: 'patients:view', effect: 'allow', reason: 'Helps out' })
    await decideForUser(practice, 'nurse', { permission: 'patients:view', effect: 'deny', reason: 'No longer' })
    const rules = practice.portal.policy().rules.filter(({ subject }) => subject === 'user:nurse')
    expect(rules).to.deep.equal([
      {
        ...{ subject: 'user:nurse', permission: 'patients:view', effect: 'deny' },
        made: { by: 'Administrator', at: '2026-11-23 13:00:00.000', reason: 'No longer' },
      },
    ])
  })

  it('leaves its history when it is taken back', async () => {
    await decideForUser(practice, 'nurse', { permission: 'patients:view', effect: 'default', reason: 'Left the team' })
    expect(await practice.db.select(`SELECT id FROM foyer_acl_rules WHERE subject = 'user:nurse'`)).to.deep.equal([])
    const history = await readHistory(practice.db, 10, { subject: 'user:nurse' })
    expect(history.map(({ was, effect, reason, author }) => [was, effect, reason, author])).to.deep.equal([
      ['deny', 'default', 'Left the team', 'Administrator'],
      ['allow', 'deny', 'No longer', 'Administrator'],
      ['default', 'allow', 'Helps out', 'Administrator'],
    ])
  })

  it('that was never there is taken back without a trace', async () => {
    const before = await readHistory(practice.db, 1000)
    const version = practice.portal.policy().version
    const changed = await rowsChanged(practice, () =>
      decideForUser(practice, 'nurse', { permission: 'patients:view', effect: 'default' }),
    )
    expect(changed).to.deep.equal([])
    expect(await readHistory(practice.db, 1000)).to.deep.equal(before)
    expect(practice.portal.policy().version).to.equal(version)
  })

  it('counts in another process within five seconds', async () => {
    const other = await anotherProcess()
    try {
      const there = { db: practice.db, portal: other.portal }
      expect(await may(there, 'dr.lee', 'patients:search')).to.equal(true)
      await decideForUser(practice, 'dr.lee', { permission: 'patients:search', effect: 'deny' })
      const since = Date.now()
      while (await may(there, 'dr.lee', 'patients:search')) {
        if (Date.now() - since > 5000) expect.fail('the other process still allows it after five seconds')
        await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      await other.close()
      await decideForUser(practice, 'dr.lee', { permission: 'patients:search', effect: 'default' })
    }
  })

  function anotherProcess(): Promise<RunningPortal> {
    return openPortal({
      config: readConfig({ FOYER_TIME_ZONE: ZONE }),
      databaseUrl: practice.url,
      secret: 'a secret that only the tests know, 42 long',
      log: openLog({ level: 'silent' }),
      clock: practice.clock,
    })
  }
})

describe('Whom patients may write to, and who somebody is', () => {
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  it('is the checkbox of the host’s user administration, and nothing else of the user', async () => {
    const before = await userNamed(practice, 'dr.lee')
    const changed = await rowsChanged(practice, () => decideAddressee(practice, 'dr.lee', true))
    expect(changed).to.have.length(2)
    expect(changed.every((each) => /^[-+] users: .*"username":"dr.lee"/.test(each))).to.equal(true)
    expect(await userNamed(practice, 'dr.lee')).to.deep.equal({ ...before, portalUser: true })
    const [newest] = await readHistory(practice.db, 1, { subject: 'user:dr.lee' })
    expect(newest).to.include({ permission: 'addressee', was: 'off', effect: 'on', author: 'Administrator' })
  })

  it('is read at once for those of the staff who come together, and each stands as they do alone', async () => {
    const names = ['admin', 'dr.lee', 'nurse', 'front', 'nobody', 'NURSE']
    const { result, count } = await countStatements(() =>
      Promise.all(names.map((name) => readStanding(practice.db, name))),
    )
    expect(count.statements).to.equal(1)
    const alone = []
    for (const name of names) alone.push(await readStanding(practice.db, name))
    expect(result).to.deep.equal(alone)
    expect(result.map(({ groups }) => groups.at(-1))).to.deep.equal([
      'admin',
      'doc',
      'clin',
      'front',
      undefined,
      'clin',
    ])
    expect(result.map(({ rights }) => rights.size > 0)).to.deep.equal([true, false, false, false, false, false])
  })

  it('is written once', async () => {
    expect(await rowsChanged(practice, () => decideAddressee(practice, 'dr.lee', true))).to.deep.equal([])
    await decideAddressee(practice, 'dr.lee', false)
    expect((await userNamed(practice, 'dr.lee')).portalUser).to.equal(false)
  })
})

describe('The last who decides about access', function () {
  this.timeout(30_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  const refused = { ok: false, reason: 'last-holder' }

  it('cannot deny it to themselves, nor to their group, nor the portal in which it counts', async () => {
    for (const permission of ['access:manage', 'portal:use']) {
      const changed = await rowsChanged(practice, async () => {
        const own = await decideForUser(practice, 'admin', { permission, effect: 'deny' })
        expect(own, permission).to.deep.equal(refused)
        const group = await decideForGroup(practice, 'admin', { permission, effect: 'deny' })
        expect(group, permission).to.deep.equal(refused)
      })
      expect(changed).to.deep.equal([])
    }
    expect(await readHistory(practice.db, 10)).to.deep.equal([])
    expect(await may(practice, 'admin', 'access:manage')).to.equal(true)
  })

  it('may go once somebody else is there; a user who is not at work does not count', async () => {
    await decideForUser(practice, 'dr.lee', { permission: 'access:manage', effect: 'allow' })
    const deny = { permission: 'access:manage', effect: 'deny' } as const
    // The permission alone is nothing without the portal right.
    expect(await decideForUser(practice, 'admin', deny)).to.deep.equal(refused)
    await decideForUser(practice, 'dr.lee', { permission: 'portal:use', effect: 'allow' })
    await setActive('dr.lee', 0)
    expect(await decideForUser(practice, 'admin', deny)).to.deep.equal(refused)
    await setActive('dr.lee', 1)
    expect(await decideForUser(practice, 'admin', deny)).to.deep.equal({ ok: true })
    await decideForUser(practice, 'admin', { permission: 'access:manage', effect: 'default', by: 'dr.lee' })
  })

  it('are not two who take it from each other at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const deny = (username: string, by: string) =>
        decideForUser(practice, username, { permission: 'access:manage', effect: 'deny', by })
      const outcomes = await Promise.all([deny('admin', 'dr.lee'), deny('dr.lee', 'admin')])
      expect(outcomes.filter(({ ok }) => ok)).to.have.length(1)
      const holders = await Promise.all(['admin', 'dr.lee'].map((name) => may(practice, name, 'access:manage')))
      expect(holders.filter(Boolean)).to.have.length(1)
      // admin holds it by the EMR's right and gets it back by taking the denial away, dr.lee by a rule.
      const back = holders[0]
        ? await decideForUser(practice, 'dr.lee', { permission: 'access:manage', effect: 'allow' })
        : await decideForUser(practice, 'admin', { permission: 'access:manage', effect: 'default', by: 'dr.lee' })
      expect(back).to.deep.equal({ ok: true })
    }
  })

  it('lets nobody go on who has just lost the right, even where others keep it', async () => {
    const member = await memberNamed(practice, 'dr.lee')
    await decideForUser(practice, 'dr.lee', { permission: 'access:manage', effect: 'deny' })
    const late = await decideForUser(practice, 'nurse', {
      permission: 'patients:view',
      effect: 'allow',
      by: member.username,
    })
    expect(late).to.deep.equal({ ok: false, reason: 'no-longer' })
  })

  async function setActive(username: string, active: 0 | 1): Promise<void> {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE users SET active = :active WHERE username = :username`, { username, active }),
    )
  }
})
