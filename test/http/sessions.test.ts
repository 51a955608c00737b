/** Who is signed in, and until when. */
import { expect } from 'chai'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { disable } from '../../module/lifecycle/disable.js'
import { enable } from '../../module/lifecycle/enable.js'
import { sha256 } from '../../module/platform/ids.js'
import { loginOf, MONDAY, MORNING, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Visitor } from '../support/visitor.js'
import { sessionIdOf } from './roles.js'

interface Side {
  who: string
  cookie: 'foyer_portal' | 'foyer_staff'
  door: string
  inside: string
  /** A page that asks for news by itself, where there is one. */
  poll: string | undefined
  username: string
  idle: 'patientIdle' | 'staffIdle'
  /** The host changes the password. */
  changePassword: string
}

const sides: Side[] = [
  {
    ...{
      who: 'a patient',
      cookie: 'foyer_portal',
      door: '/portal/sign-in',
      inside: '/portal/records',
      poll: undefined,
    },
    ...{ username: loginOf('maria'), idle: 'patientIdle' },
    changePassword: `UPDATE patient_access_onsite SET portal_pwd = :hash WHERE portal_login_username = :username`,
  },
  {
    ...{ who: 'a staff member', cookie: 'foyer_staff', door: '/staff/sign-in', inside: '/staff/portal' },
    ...{ poll: '/staff/portal/appointments/waiting', username: 'admin', idle: 'staffIdle' },
    changePassword: `UPDATE users_secure SET password = :hash WHERE username = :username`,
  },
]

describe('A session', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTries', '100')
    await practice.setting('signInTriesPerAddress', '10000')
  })
  after(() => practice.leave())
  beforeEach(() => practice.clock.set(MORNING))

  for (const side of sides) {
    describe(`of ${side.who}`, () => {
      it('has an id of its own from sign-in on: one that was there before is dead', async () => {
        const someone = await comeIn(side)
        const before = someone.cookies.get(side.cookie) ?? ''
        await someone.signIn(side.door, side.username, passwordOf(side.username))
        const after = someone.cookies.get(side.cookie) ?? ''
        expect(sessionIdOf(after)).not.to.equal(sessionIdOf(before))
        await expectInside(someone, side)
        await expectOutside(await withCookie(side.cookie, before), side)
      })

      it('takes no id that a stranger chose', async () => {
        const someone = visitor((await practice.visitor()).origin)
        someone.cookies.set(side.cookie, encodeURIComponent(`s:chosen.${'A'.repeat(43)}`))
        await someone.signIn(side.door, side.username, passwordOf(side.username))
        expect(someone.cookies.get(side.cookie)).not.to.include('chosen')
        await expectInside(someone, side)
      })

      it('is over after signing out, and its cookie opens nothing', async () => {
        const someone = await comeIn(side)
        const cookie = someone.cookies.get(side.cookie) ?? ''
        await someone.post(side.door.replace('sign-in', 'sign-out'))
        await expectOutside(await withCookie(side.cookie, cookie), side)
      })

      it('is over when the host changed the password, and leads to the door, not in circles', async () => {
        const someone = await comeIn(side)
        await expectInside(someone, side)
        const before = await currentHash(side)
        const cheap = hashSettings(new Map([['gbl_auth_hash_algo', 'BCRYPT'], ['gbl_auth_bcrypt_hash_cost', '5']])) // prettier-ignore
        await setHash(side, await hashHostPassword('Another-Pass1', cheap))
        await expectOutside(someone, side)
        await setHash(side, before)
        await expectOutside(someone, side)
      })

      it('is over after a while without a request, and not before', async () => {
        await practice.setting(side.idle, '30')
        const someone = await comeIn(side)
        practice.clock.set(`${MONDAY}T08:29:00`)
        await expectInside(someone, side)
        practice.clock.set(`${MONDAY}T08:58:00`)
        await expectInside(someone, side)
        practice.clock.set(`${MONDAY}T09:28:30`)
        await expectOutside(someone, side)
      })

      it('is over after the longest time, however busy', async () => {
        await practice.setting(side.idle, '240')
        await practice.setting('sessionLimit', '8')
        const someone = await comeIn(side)
        for (const hour of ['10', '12', '14']) {
          practice.clock.set(`${MONDAY}T${hour}:00:00`)
          await expectInside(someone, side)
        }
        practice.clock.set(`${MONDAY}T15:59:00`)
        await expectInside(someone, side)
        practice.clock.set(`${MONDAY}T16:00:30`)
        await expectOutside(someone, side)
      })

      it('is kept as the hash of its id, and the id nowhere', async () => {
        const someone = await comeIn(side)
        const id = sessionIdOf(someone.cookies.get(side.cookie) ?? '')
        const rows = await practice.db.select<{ id_hash: string; data: string }>(`SELECT * FROM foyer_sessions`)
        expect(rows.map((row) => row.id_hash)).to.include(sha256(id))
        expect(JSON.stringify(rows)).not.to.include(id)
        expect(JSON.stringify(rows)).not.to.include('$2')
      })
    })
  }

  it('does not stay awake by what asks for news by itself, whatever it says', async () => {
    const side = staffSide
    await practice.setting('staffIdle', '30')
    const someone = await comeIn(side)
    for (const time of ['08:10', '08:20', '08:29']) {
      practice.clock.set(`${MONDAY}T${time}:00`)
      expect((await someone.get(`${side.poll ?? ''}?poll=0`, { 'HX-Request': 'true' })).status).to.equal(200)
    }
    practice.clock.set(`${MONDAY}T08:31:00`)
    const page = await someone.get(`${side.poll ?? ''}?skip_timeout_reset=1`, { 'HX-Request': 'true' })
    expect(page.status).to.equal(401)
    expect(page.headers.get('HX-Redirect')).to.equal('/staff/sign-in')
  })

  it('of a staff member is over when the host makes them inactive, or takes them out of every group', async () => {
    const someone = await practice.staffVisitor('nurse')
    expect((await someone.get('/staff/portal')).status, 'signed in, without the right').to.equal(403)
    await change(`UPDATE users SET active = 0 WHERE username = 'nurse'`)
    await expectOutside(someone, staffSide)
    await change(`UPDATE users SET active = 1 WHERE username = 'nurse'`)

    const other = await practice.staffVisitor('nurse')
    expect((await other.get('/staff/portal')).status).to.equal(403)
    await change(`UPDATE gacl_groups_aro_map m JOIN gacl_aro a ON a.id = m.aro_id SET m.group_id = 9999
                   WHERE a.value = 'nurse'`)
    await expectOutside(other, staffSide)
  })

  it('opens a chart only while the chart says YES: a NO counts at the next request', async () => {
    const { records, patients } = practice
    const maria = await practice.patientVisitor('maria')
    const ofLeo = `/portal/records/${records.leo}`
    expect((await maria.get(ofLeo)).status).to.equal(200)
    await change(`UPDATE patient_data SET allow_patient_portal = 'NO' WHERE pid = ${String(patients.leo)}`)
    expect((await maria.get(ofLeo)).status).to.equal(404)
    expect((await maria.get('/portal/records')).body).not.to.include('Leo')
    expect((await maria.get(`/portal/records/${records.maria}`)).status, 'her own stays open').to.equal(200)
    await change(`UPDATE patient_data SET allow_patient_portal = 'YES' WHERE pid = ${String(patients.leo)}`)
    expect((await maria.get(ofLeo)).status).to.equal(200)
  })

  it('opens a chart only while its grant runs: a revoked or ended one counts at the next request', async () => {
    const luis = await practice.patientVisitor('luis')
    const ofAmina = `/portal/records/${practice.records.aminaForLuis}`
    const set = (column: string, value: string) =>
      change(`UPDATE foyer_grants SET ${column} = ${value} WHERE record = '${practice.records.aminaForLuis}'`)
    expect((await luis.get(ofAmina)).status).to.equal(200)
    for (const [column, value] of [
      ['revoked_at', `'2026-11-23 12:00:00'`],
      ['valid_until', `'2026-11-23 12:59:00'`],
    ] as const) {
      await set(column, value)
      expect((await luis.get(ofAmina)).status, column).to.equal(404)
      await set(column, 'NULL')
    }
    expect((await luis.get(ofAmina)).status).to.equal(200)
  })

  it('of a disabled account is over', async () => {
    const john = await practice.patientVisitor('john')
    expect((await john.get(`/portal/records/${practice.records.john}`)).status).to.equal(200)
    await change(
      `UPDATE foyer_accounts SET disabled_at = '2026-11-23 12:00:00' WHERE id = ${String(practice.accounts.john)}`,
    )
    expect((await john.get('/portal/records')).location).to.match(/^\/portal\/sign-in/)
    await change(`UPDATE foyer_accounts SET disabled_at = NULL`)
  })

  it('of a patient and of a staff member live in one browser beside each other', async () => {
    const both = await practice.patientVisitor('maria')
    await both.signIn('/staff/sign-in', 'admin', passwordOf('admin'))
    const ofMaria = `/portal/records/${practice.records.maria}`
    const asked = Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? ofMaria : '/staff/portal'))
    const pages = await Promise.all(asked.map((path) => both.get(path)))
    for (const page of pages) {
      expect(page.status).to.equal(200)
      expect(page.body).to.include(page.path === ofMaria ? 'maria.santos' : 'Administrator')
      expect(page.body).not.to.include(page.path === ofMaria ? 'Administrator' : 'maria.santos')
    }
    await both.post('/staff/sign-out', {}, { from: '/staff/portal/patients' })
    expect((await both.get('/staff/portal')).status).to.equal(303)
    expect((await both.get(ofMaria)).status, 'signing out as staff leaves the patient in').to.equal(200)
  })

  it('of one audience is nothing at the other’s door, even under the other’s name', async () => {
    // The same number and the same password: nothing else tells the two apart.
    expect(practice.accounts.maria).to.equal(practice.staff.admin)
    const before = await currentHash(staffSide)
    await setHash(staffSide, await currentHash(patientSide))
    const maria = await comeIn(patientSide)
    const admin = await practice.visitor()
    expect((await admin.signIn('/staff/sign-in', 'admin', passwordOf('maria.santos'))).status).to.equal(303)
    await expectOutside(await withCookie('foyer_staff', maria.cookies.get('foyer_portal') ?? ''), staffSide)
    await expectOutside(await withCookie('foyer_portal', admin.cookies.get('foyer_staff') ?? ''), patientSide)
    await expectInside(maria, patientSide)
    await expectInside(admin, staffSide)
    await setHash(staffSide, before)
  })

  it('is not begun by looking around', async () => {
    const before = await countSessions()
    const someone = await practice.visitor()
    await someone.get('/portal/sign-in')
    await someone.get('/staff/sign-in')
    await someone.get('/portal')
    await someone.signIn('/portal/sign-in', 'nobody.here', 'Wrong-Pass1')
    expect(await countSessions()).to.equal(before)
    expect([...someone.cookies.keys()]).to.deep.equal(['foyer_csrf'])
  })

  it('ends with the portal: switched off, its rooms are not there within the refresh, the sign-in of staff is', async () => {
    const maria = await practice.patientVisitor('maria')
    const admin = await practice.staffVisitor('admin')
    expect((await maria.get('/portal/records')).status).to.equal(200)
    expect((await maria.get('/ready')).status).to.equal(200)
    await disable(practice.lifecycle)
    await practice.refresh()
    for (const path of ['/portal', '/portal/sign-in', `/portal/records/${practice.records.maria}`]) {
      expect((await maria.get(path)).status, path).to.equal(404)
    }
    for (const path of ['/staff/portal', '/staff/portal/appointments/waiting']) {
      expect((await admin.get(path)).status, path).to.equal(404)
    }
    expect((await maria.post('/portal/sign-in')).status).to.equal(404)
    expect((await maria.get('/ready')).status).to.equal(503)
    expect((await maria.get('/health')).status).to.equal(200)
    expect((await (await practice.visitor()).get('/staff/sign-in')).status).to.equal(200)

    await enable(practice.lifecycle)
    await practice.refresh()
    expect((await maria.get('/portal/records')).status, 'patients were signed out').to.equal(303)
    expect((await admin.get('/staff/portal')).status).to.equal(200)
  })

  async function comeIn(side: Side): Promise<Visitor> {
    const someone = await practice.visitor()
    await someone.signIn(side.door, side.username, passwordOf(side.username))
    return someone
  }

  async function withCookie(name: string, value: string): Promise<Visitor> {
    const someone = await practice.visitor()
    someone.cookies.set(name, value)
    return someone
  }

  async function currentHash(side: Side): Promise<string> {
    const table = side.cookie === 'foyer_staff' ? 'users_secure' : 'patient_access_onsite'
    const columns = side.cookie === 'foyer_staff' ? 'password AS hash, username' : 'portal_pwd AS hash, portal_login_username AS username' // prettier-ignore
    const rows = await practice.db.select<{ hash: string; username: string }>(`SELECT ${columns} FROM ${table}`)
    return rows.find((row) => row.username === side.username)?.hash ?? ''
  }

  async function setHash(side: Side, hash: string): Promise<void> {
    await practice.db.transaction((tx) => tx.change(side.changePassword, { hash, username: side.username }))
  }

  async function change(sql: string): Promise<void> {
    await practice.db.transaction((tx) => tx.change(sql))
  }

  async function countSessions(): Promise<number> {
    const row = await practice.db.first<{ count: number }>(`SELECT COUNT(*) AS count FROM foyer_sessions`)
    return row?.count ?? -1
  }
})

const patientSide: Side = sides[0] ?? nobodySide()
const staffSide: Side = sides[1] ?? nobodySide()

function nobodySide(): never {
  throw new Error('Two sides there are')
}

async function expectInside(someone: Visitor, side: Side): Promise<void> {
  expect((await someone.get(side.inside)).status, `${side.inside} to who is signed in`).to.equal(200)
}

/** Signed out: to the door, which stands open. */
async function expectOutside(someone: Visitor, side: Side): Promise<void> {
  const page = await someone.get(side.inside)
  expect(page.status, side.inside).to.equal(303)
  expect(page.location).to.equal(`${side.door}?next=${encodeURIComponent(side.inside)}`)
  expect((await someone.follow(page)).status, 'the sign-in form').to.equal(200)
}

describe('A session’s cookie', () => {
  const attributesOf = async (env: Record<string, string>, base: string, door: string, username: string) => {
    const practice = await openPractice({ env })
    try {
      // Behind a proxy that ends TLS: what it tells of the scheme is believed only of addresses that are named.
      const https = { 'X-Forwarded-Proto': 'https' }
      const { origin } = await practice.visitor()
      const form = await fetch(`${origin}${base}${door}`, { headers: https })
      const csrf = /name="_csrf" value="([^"]+)"/.exec(await form.text())?.[1] ?? ''
      const sent = form.headers.getSetCookie()
      const body = new URLSearchParams({ _csrf: csrf, username, password: passwordOf(username) })
      const headers = { ...https, Cookie: sent.map((each) => each.split(';')[0]).join('; ') }
      const answer = await fetch(`${origin}${base}${door}`, { method: 'POST', body, headers, redirect: 'manual' })
      const said = [...sent, ...answer.headers.getSetCookie()].map((cookie) => cookie.replace(/=[^;]*/, ''))
      // Kept for half a year; the others as long as the browser is open.
      return said.map((cookie) => cookie.replace(/; Max-Age=15552000; (.*)Expires=[^;]*; /, '; $1'))
    } finally {
      await practice.leave()
    }
  }

  it('is kept from scripts and from other sites, and the patient’s from everything but the portal', async function () {
    this.timeout(30_000)
    expect(await attributesOf({}, '', '/portal/sign-in', loginOf('maria'))).to.deep.equal([
      'foyer_csrf; Path=/; HttpOnly; SameSite=Lax',
      'foyer_portal_device; Path=/portal; HttpOnly; SameSite=Lax',
      'foyer_portal; Path=/portal; HttpOnly; SameSite=Lax',
    ])
  })

  it('goes over TLS only where the public address does, and stays below its path', async function () {
    this.timeout(30_000)
    const env = { FOYER_BASE_URL: 'https://clinic.example.org/care', FOYER_TRUST_PROXY: 'loopback' }
    expect(await attributesOf(env, '/care', '/portal/sign-in', loginOf('maria'))).to.deep.equal([
      'foyer_csrf; Path=/care/; HttpOnly; Secure; SameSite=Lax',
      'foyer_portal_device; Path=/care/portal; HttpOnly; Secure; SameSite=Lax',
      'foyer_portal; Path=/care/portal; HttpOnly; Secure; SameSite=Lax',
    ])
  })
})
