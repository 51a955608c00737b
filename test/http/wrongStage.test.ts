/**
 * Between the right password and the portal: whoever is held at one stage is led to it from the pages of every other,
 * and does nothing there, though what they send is right. The pages are read from the table of routes.
 */
import { expect } from 'chai'
import { createAccount } from '../../module/access/accounts.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import type { Stage } from '../../module/access/stages.js'
import { addressOf, type Route } from '../../module/web/routes.js'
import { difference, dumpRows } from '../support/dump.js'
import { openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { appWith, clearFactors, setUpFactor } from '../support/secondFactors.js'
import type { Page } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { holderOf, keepSession, stagePages, stages, type Audience, type Holder } from './keptSessions.js'
import { clearSamples } from './samples.js'

const doors = { patient: '/portal/sign-in', staff: '/staff/sign-in' } as const
const EMAIL = 'not.proved@example.org'

describe('Whoever is held at one stage of signing in', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let origin = ''
  let byStage: { route: Route; audience: Audience; stage: Stage }[]
  /** Whose address is to be proved. */
  let unproved = 0

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTriesPerAddress', '10000')
    origin = (await practice.visitor()).origin
    byStage = practice.routes.flatMap((route) => stageOf(route) ?? [])
    const passwordHash = await hashOwnPassword(passwordOf(EMAIL))
    // Proved on another device meanwhile: the button that says so is pressed with right.
    const wanted = { email: EMAIL, verified: true, passwordHash, displayName: 'Not Proved', language: undefined }
    unproved = (await practice.db.transaction((tx) => createAccount(tx, practice.clock, wanted)))?.id ?? 0
  })
  afterEach(() => clearFactors(practice))
  after(() => practice.leave())

  it('meets pages of every stage, and no other page beyond the password than a passkey’s', () => {
    expect(new Set(byStage.map(({ stage }) => stage))).to.deep.equal(new Set(stages))
    const beyond = practice.routes.filter((route) => /^\/(portal|staff)\/sign-in\//.test(addressOf(route)))
    const others = beyond.filter((route) => !byStage.some((each) => each.route === route)).map(nameOf)
    expect(others.filter((name) => !/\/sign-in\/passkey$/.test(name))).to.deep.equal([])
  })

  for (const wanted of stages) {
    it(`is led back from the pages of this one, and has done nothing: ${wanted}`, async () => {
      const routes = byStage.filter(({ stage }) => stage === wanted)
      expect(routes).not.to.deep.equal([])
      for (const { audience, route } of routes) {
        const name = nameOf(route)
        await clearFactors(practice)
        const { body, who } = await ready(audience, route, wanted)
        for (const held of stages.filter((each) => each !== wanted && has(audience, each))) {
          // That the other one comes later opens it no sooner.
          for (const left of [[held], [held, wanted]]) {
            const before = await written()
            const { hash, page } = await ask(audience, route, { who, stages: left, body })
            expect(page.status, `${name} at ${held}`).to.equal(303)
            expect(page.location, `${name} at ${held}`).to.equal(`${doors[audience]}/${stagePages[held]}`)
            expect(difference(before, await written()), `${name} at ${held}`).to.deep.equal([])
            expect(await stagesIn(hash), `${name} at ${held}`).to.deep.equal(left)
          }
        }
        // The same at its own stage.
        const before = await written()
        const { hash, page } = await ask(audience, route, { who, stages: [wanted], body })
        if (route.method === 'get') expect(page.status, `${name}, its own`).to.equal(200)
        else {
          expect(page.status, `${name}, its own`).to.be.oneOf([200, 303])
          const isIn = (await stagesIn(hash)) === undefined
          expect(isIn || difference(before, await written()).length > 0, `${name}, its own`).to.equal(true)
        }
      }
    })
  }

  it('comes in by no other page of the door', async () => {
    const who = await holderOf(practice, 'patient', practice.accounts.maria)
    const inside = async () =>
      (
        await practice.db.select<{ hash: string }>(
          `SELECT id_hash AS hash FROM foyer_sessions WHERE audience = 'patient' AND owner = :owner`,
          { owner: String(who.id) },
        )
      ).map(({ hash }) => hash)
    const before = await inside()
    const routes = practice.routes.filter(({ audience }) => audience === 'patientDoor')
    expect(routes.length).to.be.greaterThan(20)
    for (const route of routes) {
      const sample = await sampleFor(practice, route, practice.patients.maria)
      const waiting = { who, stages: ['second-factor', 'change-password'] as const }
      const { hash, someone } = await keepSession(practice, origin, { audience: 'patient', waiting })
      await askAt(practice, someone, route, { path: pathTo(route, '', sample), sample })
      expect(await inside(), nameOf(route)).to.deep.equal(before)
      expect((await stagesIn(hash)) ?? waiting.stages, nameOf(route)).to.deep.equal(waiting.stages)
      await clearSamples(practice)
    }
    // The page of the records tells who is in.
    const { someone } = await keepSession(practice, origin, { audience: 'patient', user: who })
    expect((await someone.get('/portal/records')).status).to.equal(200)
  })

  function stageOf(route: Route): { route: Route; audience: Audience; stage: Stage }[] | undefined {
    const [, door, page] = /^\/(portal|staff)\/sign-in\/([\w-]+)(?:\/|$)/.exec(addressOf(route)) ?? []
    const stage = stages.find((each) => stagePages[each] === page)
    return stage && [{ route, stage, audience: door === 'staff' ? 'staff' : 'patient' }]
  }

  /** At the staff's door two stages have no page: nobody is held there. */
  function has(audience: Audience, wanted: Stage): boolean {
    return byStage.some((each) => each.audience === audience && each.stage === wanted)
  }

  /** Somebody who owes this, and what does it when it is sent to this page. */
  async function ready(
    audience: Audience,
    route: Route,
    stage: Stage,
  ): Promise<{ who: Holder; body: Record<string, string> }> {
    const id = audience === 'staff' ? practice.staff.admin : practice.accounts.maria
    const who = await holderOf(practice, audience, stage === 'verify-email' ? unproved : id)
    if (route.method === 'get') return { who, body: {} }
    switch (stage) {
      case 'verify-email':
        return { who, body: { email: 'another@example.org', current: passwordOf(EMAIL) } }
      case 'change-password':
        await madeByStaff(practice.patients.maria)
        return { who, body: { password: 'Four unrelated words, 7 here' } }
      case 'second-factor': {
        const { app } = await setUpFactor(practice, audience === 'staff' ? 'staff:admin' : `account:${String(id)}`)
        return { who, body: { code: app.code() } }
      }
      case 'set-up-second-factor': {
        const { page } = await ask(audience, routeAt(audience, stage), { who, stages: [stage], body: {} })
        const sealed = /name="sealed" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
        const secret = /data-test="key">([A-Z2-7 ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
        return { who, body: { sealed, code: appWith(practice, secret).code() } }
      }
    }
  }

  /** The password that they have is staff's: another is asked for. */
  async function madeByStaff(pid: number): Promise<void> {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_access_onsite SET portal_pwd_status = 0 WHERE pid = :pid`, { pid }),
    )
  }

  function routeAt(audience: Audience, stage: Stage): Route {
    const found = byStage.find((each) => each.audience === audience && each.stage === stage)
    if (!found) throw new Error(`no page of ${stage}`)
    return found.route
  }

  async function ask(
    audience: Audience,
    route: Route,
    { body, ...waiting }: { who: Holder; stages: readonly Stage[]; body: Record<string, string> },
  ): Promise<{ hash: string; page: Page }> {
    const { hash, someone } = await keepSession(practice, origin, { audience, waiting })
    const page = await askAt(practice, someone, route, { path: addressOf(route), sample: { body } })
    return { hash, page }
  }

  /** What the session waits for; undefined: it is over, or somebody came in by it. */
  async function stagesIn(hash: string): Promise<Stage[] | undefined> {
    const row = await practice.db.first<{ data: string | object }>(
      `SELECT data FROM foyer_sessions WHERE id_hash = :hash`,
      { hash },
    )
    const data = typeof row?.data === 'string' ? (JSON.parse(row.data) as object) : (row?.data ?? {})
    return (data as { waiting?: { stages: Stage[] } }).waiting?.stages
  }

  /** All that is kept, but for who was there, who looked, and who waits for whom. */
  async function written() {
    const besides = ['foyer_sessions', 'foyer_audit', 'foyer_turns']
    return new Map([...(await dumpRows(practice.db))].filter(([table]) => !besides.includes(table)))
  }
})
