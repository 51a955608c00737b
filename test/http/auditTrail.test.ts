/** The page of the audit trail: what happened in plain words, found, sorted, taken away, and checked. */
import { expect } from 'chai'
import { recordAudit } from '../../module/platform/audit.js'
import { sealAudit } from '../../module/platform/auditSeal.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { letIn } from './portals.js'

const PAGE = '/staff/portal/audit-trail'

describe('The audit trail’s page', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    ;({ admin } = await letIn(practice))
    const { clock, db, patients } = practice
    const lee = { kind: 'staff', id: 'dr.lee', name: 'Susan Lee', requestId: undefined } as const
    const maria = { ...lee, kind: 'account', id: '1', name: 'maria.santos' } as const
    const asMother = { ...maria, actingAs: { record: practice.records.leo, relationship: 'mother' } }
    const at = (time: string) => clock.set(`2026-11-20T${time}`)
    await db.transaction(async (tx) => {
      at('08:00:00')
      await recordAudit(tx, clock, asMother, {
        ...{ event: 'appointment.requested', subject: 'appointment:4711', pid: patients.leo },
      })
      at('09:00:00')
      await recordAudit(tx, clock, lee, {
        ...{ event: 'appointment.confirmed', subject: 'appointment:4711', pid: patients.leo },
      })
      at('10:00:00')
      await recordAudit(tx, clock, lee, {
        event: 'patient.viewed',
        subject: '/staff/portal/patients/:pid',
        pid: patients.john,
      })
      await recordAudit(
        tx,
        clock,
        { ...lee, name: '=cmd|calc' },
        { event: 'something.new', subject: 'x:1', pid: 987654 },
      )
    })
    clock.set('2026-11-23T08:00:00')
  })
  after(() => practice.leave())

  it('tells each entry in plain words, in the reader’s language', async () => {
    const english = await sentences('')
    expect(english).to.include.members([
      'maria.santos requested an appointment for Santos, Leo',
      'Susan Lee confirmed an appointment of Santos, Leo',
      'Susan Lee saw Carter, John on: patient’s panel',
      '=cmd|calc: something.new, chart 987654, which is no longer in the EMR',
    ])
    const spanish = await sentences('lang=es')
    expect(spanish).to.include('Susan Lee confirmó una cita de Santos, Leo')
    await admin.get(`${PAGE}?lang=en`)
  })

  it('says as whom somebody acted', async () => {
    const { body } = await admin.get(`${PAGE}?event=appointment.requested`)
    expect(body).to.match(/data-label="Acting as">mother</)
  })

  it('finds by what happened, by whom, about whom, to what, when, and looks or changes', async () => {
    const confirmed = 'Susan Lee confirmed an appointment of Santos, Leo'
    const requested = 'maria.santos requested an appointment for Santos, Leo'
    const seen = 'Susan Lee saw Carter, John on: patient’s panel'
    const leo = String(practice.patients.leo)
    for (const [query, those, notThose] of [
      ['q=confirmed', [confirmed], [requested, seen]],
      ['q=susan', [confirmed, seen], [requested]],
      ['q=leo', [confirmed, requested], [seen]],
      ['q=carter', [seen], [requested, confirmed]],
      ['q=appointment:4711', [confirmed, requested], [seen]],
      ['q=100%25', [], [confirmed, requested, seen]],
      ['actor=lee', [confirmed, seen], [requested]],
      ['actor=nobody', [], [confirmed, requested, seen]],
      [`patient=${leo}`, [confirmed, requested], [seen]],
      ['patient=santos%2C%20leo', [confirmed, requested], [seen]],
      ['event=appointment.requested', [requested], [confirmed, seen]],
      ['from=2026-11-20&until=2026-11-20', [confirmed, requested, seen], []],
      ['until=2026-11-19', [], [confirmed, requested, seen]],
      ['from=2026-11-21', [], [confirmed, requested, seen]],
      ['kind=views&until=2026-11-20', [seen], [confirmed, requested]],
      ['kind=changes&until=2026-11-20', [confirmed, requested], [seen]],
      ['actor=lee&q=leo', [confirmed], [requested, seen]],
    ] as const) {
      const found = await sentences(query)
      expect(found, query).to.include.members([...those])
      for (const each of notThose) expect(found, query).not.to.include(each)
    }
  })

  it('sorts by every column, both ways', async () => {
    const only = 'until=2026-11-20'
    for (const [sort, first, last] of [
      ['time', /requested/, /saw|something/],
      ['actor', /cmd/, /Susan/],
      ['relationship', /./, /requested/],
      ['event', /confirmed/, /something/],
      ['patient', /Leo/, /987654/],
      ['subject', /saw/, /something/],
    ] as const) {
      const up = await sentences(`${only}&sort=${sort}&dir=asc`)
      expect(up, sort).to.have.length(4)
      expect(up[0], sort).to.match(first)
      expect(up.at(-1), sort).to.match(last)
      const down = await sentences(`${only}&sort=${sort}&dir=desc`)
      if (sort !== 'relationship') expect(down, sort).to.deep.equal([...up].reverse())
      expect(down[0], sort).to.match(last)
      const { body } = await admin.get(`${PAGE}?${only}&sort=${sort}&dir=desc`)
      expect(body.match(/aria-sort="[a-z]+"/g), sort).to.deep.equal(['aria-sort="descending"'])
      expect(body).to.include(`data-sort="${sort}"`)
    }
  })

  it('sorts by nothing that it does not know', async () => {
    for (const sort of ['id', 'a.id DESC, SLEEP(5)', "1' OR '1'='1", 'constructor']) {
      const page = await admin.get(`${PAGE}?until=2026-11-20&sort=${encodeURIComponent(sort)}&dir=asc`)
      expect(page.status, sort).to.equal(200)
      expect(page.body).to.include('aria-sort="ascending"')
      expect(/data-sort="(\w+)"[^>]*>[^<]*<\/a><span class="sub">/.exec(page.body)?.[1]).to.equal('time')
    }
  })

  it('says at the field when a day is none, and keeps what was typed', async () => {
    const page = await admin.get(`${PAGE}?from=yesterday`)
    expect(page.status).to.equal(422)
    expect(page.body).to.include('Enter a day as 2026-11-23').and.include('value="yesterday"')
  })

  it('goes on to the next page and back, with what was asked for', async () => {
    await practice.db.transaction(async (tx) => {
      const nurse = { kind: 'staff', id: 'nurse', name: 'Nora Quinn', requestId: undefined } as const
      for (let at = 0; at < 120; at += 1) {
        const entry = { event: 'patient.viewed', subject: '/staff/portal/patients/:pid', pid: practice.patients.ana }
        await recordAudit(tx, practice.clock, nurse, entry)
      }
    })
    const first = await admin.get(`${PAGE}?actor=nora&sort=subject&dir=asc`)
    expect(first.body).to.include('1 to 50 of 120')
    const next = /<a class="pages-link" href="([^"]+)" rel="next"/.exec(first.body)?.[1]?.replace(/&amp;/g, '&') ?? ''
    expect(next).to.include('actor=nora').and.include('page=2').and.include('sort=subject')
    const last = await admin.get(next.replace('page=2', 'page=3'))
    expect(last.body).to.include('101 to 120 of 120').and.not.include('rel="next"')
  })

  it('is noted when it is looked at, and about whom', async () => {
    const pid = practice.patients.leo
    await admin.get(`${PAGE}?patient=${String(pid)}`)
    const rows = await practice.db.select<{ pid: number | null; actor_id: string }>(
      `SELECT pid, actor_id FROM foyer_audit WHERE event = 'audit-trail.viewed' ORDER BY id DESC LIMIT 1`,
    )
    expect(rows).to.deep.equal([{ pid, actor_id: 'admin' }])
  })

  it('is taken away as a spreadsheet of what was found, without formulas, and that is noted', async () => {
    const file = await admin.get(`${PAGE}/export?until=2026-11-20`)
    expect(file.headers.get('content-type')).to.match(/^text\/csv/)
    expect(file.headers.get('content-disposition')).to.include('audit-trail-2026-11-23.csv')
    const lines = file.body.trim().split('\r\n')
    expect(lines).to.have.length(5)
    expect(lines[0]).to.include('"What happened"')
    expect(file.body).to.include(`"'=cmd|calc"`).and.not.include('"=cmd')
    expect(file.body).to.include('"Susan Lee confirmed an appointment of Santos, Leo"')
    const [noted] = await practice.db.select<{ details: string }>(
      `SELECT CAST(details AS CHAR) AS details FROM foyer_audit WHERE event = 'audit-trail.exported' ORDER BY id DESC LIMIT 1`,
    )
    expect(JSON.parse(noted?.details ?? '')).to.include({ rows: 4 })
  })

  it('says how far it is sealed, who had it verified when, and what came of it', async () => {
    const { clock, db, portal } = practice
    expect((await admin.get(PAGE)).body)
      .to.include('Nothing is sealed yet')
      .and.include('Not yet')
    await sealAudit({ db, clock, secret: portal.secret, folder: undefined })
    const done = await admin.follow(await admin.post(`${PAGE}/verification`, {}, { from: PAGE }))
    expect(done.body).to.include('Verified: the newest entries are as they were sealed.')
    expect(done.body).to.match(/All \d+ sealed entries were as they were sealed/)
    expect(done.body).to.match(/Sealed up to<\/dt><dd><span class="figures">23 Nov 2026, 08:00:00/)
    expect(done.body).to.match(/23 Nov 2026, 08:00:00 by .*Administrator/)

    await db.sequelize.query(`UPDATE foyer_audit SET actor_name = 'Nobody' WHERE event = 'appointment.confirmed'`)
    const [bad] = await db.select<{ id: number }>(`SELECT id FROM foyer_audit WHERE event = 'appointment.confirmed'`)
    const broken = await admin.follow(await admin.post(`${PAGE}/verification`, {}, { from: PAGE }))
    expect(broken.body).to.include('Something is not as it was sealed')
    expect(broken.body).to.include(`Entry ${String(bad?.id)} is not as it was sealed`)
  })

  it('is the administrators’ only', async () => {
    await practice.rule('group:front', 'portal:use', 'allow')
    const front = await practice.staffVisitor('front')
    expect((await front.get('/staff/portal')).status).to.equal(200)
    for (const path of [PAGE, `${PAGE}/export`]) expect((await front.get(path)).status, path).to.equal(403)
    expect((await front.post(`${PAGE}/verification`, {}, { from: '/staff/portal' })).status).to.equal(403)
    expect((await front.get('/staff/portal')).body).not.to.include(PAGE)
  })

  async function sentences(query: string): Promise<string[]> {
    const page = await admin.get(`${PAGE}?${query}`)
    expect(page.status, query).to.equal(200)
    return [...page.body.matchAll(/<th scope="row" class="read"[^>]*>([^<]*)<\/th>/g)].map(([, text = '']) =>
      text.replace(/&#39;/g, "'").replace(/&amp;/g, '&'),
    )
  }
})
