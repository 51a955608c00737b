/** Whose entries a typed name finds in the audit trail: charts, charts that are gone, accounts; and who is left out. */
import { expect } from 'chai'
import { findEntries, readSearch } from '../../module/features/auditTrail/search.js'
import { recordAudit, type AuditEntry } from '../../module/platform/audit.js'
import { countStatements } from '../../module/platform/database.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { letIn } from './portals.js'

const PAGE = '/staff/portal/audit-trail'
const MOST = 50

const lee = { kind: 'staff', id: 'dr.lee', name: 'Susan Lee', requestId: undefined } as const

describe('A name that is typed into the audit trail', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    ;({ admin } = await letIn(practice))
  })
  after(() => practice.leave())

  it('finds by its number a chart that is gone', async () => {
    await noted({ event: 'appointment.declined', subject: 'appointment:1', pid: 987_654 })
    const told = 'Susan Lee declined an appointment request of chart 987654, which is no longer in the EMR'
    expect(await sentences('patient=987654')).to.deep.equal([told])
    expect(await sentences('q=987654')).to.include(told)
    expect(await sentences('patient=87654')).to.deep.equal([])
  })

  it('finds a chart that is gone as its account was called, or its registration', async () => {
    const [ofHost, linked, registered] = [987_001, 987_002, 987_003]
    await account('Wilma Tress', { record: 'own-record-of-wilma-00', pid: ofHost })
    const yara = await account('Yara Tress', { record: 'own-record-of-yara-000' })
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, granted_by, granted_at)
         VALUES ('grant-of-yara', :yara, :linked, 'self', 'full', '2026-11-20', 'test', '2026-11-20')`,
        { yara, linked },
      ),
    )
    await registration(yara, { firstName: 'Tim', lastName: 'Maiden', born: '2016-02-03', pid: registered })
    for (const pid of [ofHost, linked, registered]) {
      await noted({ event: 'appointment.confirmed', subject: `appointment:${String(pid)}`, pid })
    }
    expect(await charts('patient=tress')).to.have.members(['987001', '987002'])
    expect(await charts('patient=tress%2C%20yara')).to.deep.equal(['987002'])
    expect(await charts('patient=maiden')).to.deep.equal(['987003'])
    expect(await charts('patient=tim%20maiden%202016-02-03')).to.deep.equal(['987003'])
    expect(await charts('patient=tim%20maiden%202016-02-04')).to.deep.equal([])
    expect(await charts('q=wilma')).to.deep.equal(['987001'])
  })

  it('finds a chart that is there by the chart’s own name alone', async () => {
    const { accounts, patients } = practice
    await registration(accounts.maria, {
      firstName: 'Leo',
      lastName: 'Formerly',
      born: '2017-05-03',
      pid: patients.leo,
    })
    await noted({ event: 'appointment.confirmed', subject: 'appointment:2', pid: patients.leo })
    await noted({ event: 'appointment.confirmed', subject: 'appointment:2', pid: patients.john })
    expect(await charts('patient=formerly')).to.deep.equal([])
    expect(await charts('patient=john.carter')).to.deep.equal([])
    expect(await charts('patient=carter')).to.include(String(patients.john))
    expect(await charts('patient=santos%2C%20leo')).to.include(String(patients.leo))
  })

  it('finds what an account without a chart did and what was done to it, and nothing of others', async () => {
    const petra = await account('Petra Novak', { record: 'own-record-of-petra-00' })
    await account('Peter Novotny', { record: 'own-record-of-peter-00' })
    await registration(petra, { firstName: 'Petra', lastName: 'Novak', born: '1990-06-07' })
    await noted({ event: 'registration.asked', subject: 'registration:1', record: 'own-record-of-petra-00' })
    await noted({ event: 'registration.asked', subject: 'registration:2', record: 'own-record-of-peter-00' })
    await noted({ event: 'registration.refused', subject: 'registration:3' })
    const ofPetra = ['registration:1']
    expect(await subjects('patient=novak')).to.deep.equal(ofPetra)
    expect(await subjects('patient=novak%2C%20petra')).to.deep.equal(ofPetra)
    expect(await subjects('patient=petra%201990-06-07')).to.deep.equal(ofPetra)
    expect(await subjects('patient=petra%201990-06-08')).to.deep.equal([])
    expect(await subjects('q=petra')).to.deep.equal(ofPetra)
    expect(await subjects('patient=pet%25novak')).to.deep.equal([])
  })

  it('is told of such an account on the page and in the spreadsheet', async () => {
    const { body } = await admin.get(`${PAGE}?patient=novak`)
    expect(body).to.match(/data-label="Patient" class="person">Petra Novak \(no chart\)</)
    const file = await admin.get(`${PAGE}/export?patient=novak`)
    expect(file.body).to.include('"own-record-of-petra-00","","Petra Novak (no chart)","registration.asked"')
    const nobody = await admin.get(`${PAGE}/export?event=registration.refused`)
    expect(nobody.body).to.include('"","","","registration.refused"')
  })

  it('costs as many statements whoever it means', async () => {
    const few = await statementsFor('petra')
    for (let at = 0; at < MOST; at += 1)
      await account(`Petra ${String(at)}`, { record: `own-record-of-petra-${pad(at + 10)}` })
    expect(await statementsFor('petra')).to.equal(few)
    // The charts and the accounts of the name; the page of entries, and their count.
    expect(few).to.equal(4)
    expect(await statementsFor('987654')).to.equal(2)
  })

  it('that more people have than are searched for is told to be too short, and how to say more', async () => {
    const told = /More people are called “(\w+)” than are searched for at once\. Only entries about the first 50 charts/
    for (let at = 0; at < MOST; at += 1) {
      const pid = await practice.patient({ fname: `Zoe${pad(at)}`, lname: 'Quill' })
      if (at === MOST - 1) await noted({ event: 'appointment.confirmed', subject: 'appointment:50', pid })
    }
    expect(await subjects('patient=quill')).to.deep.equal(['appointment:50'])
    expect(await leftOut('patient=quill')).to.deep.equal([])
    expect((await admin.get(`${PAGE}/export?patient=quill`)).body).not.to.match(told)

    await practice.patient({ fname: 'Abel', lname: 'Quill' })
    expect(await subjects('patient=quill'), 'the last of them is not looked for').to.deep.equal([])
    expect(await leftOut('patient=quill')).to.have.length(1)
    expect((await leftOut('patient=quill'))[0])
      .to.match(told)
      .and.include('type the chart’s number')
    expect(await leftOut('q=quill')).to.have.length(1)
    expect((await admin.get(`${PAGE}/export?patient=quill`)).body.trim().split('\r\n').at(-1)).to.match(told)
    expect((await leftOut('patient=quill&lang=es'))[0]).to.match(/Hay más personas que se llaman “quill”/)
    await admin.get(`${PAGE}?lang=en`)

    expect(await leftOut('patient=quill%2C%20zoe49')).to.deep.equal([])
    expect(await subjects('patient=quill%2C%20zoe49')).to.deep.equal(['appointment:50'])
    expect(await leftOut('patient=petra'), 'accounts count too').to.have.length(1)
  })

  it('that more have who did something is told to be too short', async () => {
    const told = /^More names of people who did something have “temp” in them/
    for (let at = 0; at < MOST; at += 1) {
      await noted({ event: 'appointment.confirmed', subject: 'appointment:3' }, { ...lee, name: `Temp ${pad(at)}` })
    }
    expect(await leftOut('actor=temp')).to.deep.equal([])
    await noted({ event: 'appointment.confirmed', subject: 'appointment:last' }, { ...lee, name: 'Temp 99' })
    expect(await subjects('actor=temp&kind=changes')).not.to.include('appointment:last')
    expect((await leftOut('actor=temp'))[0]).to.match(told)
    expect((await leftOut('q=temp'))[0]).to.match(told)
    const { body } = await admin.get(`${PAGE}/export?actor=temp`)
    expect(body.trim().split('\r\n').at(-1)?.slice(1)).to.match(told)
    expect(await subjects('actor=temp%2099')).to.deep.equal(['appointment:last'])
  })

  async function noted(entry: AuditEntry, by: Parameters<typeof recordAudit>[2] = lee): Promise<void> {
    await practice.db.transaction((tx) => recordAudit(tx, practice.clock, by, entry))
  }

  function account(name: string, { record, pid = null }: { record: string; pid?: number | null }): Promise<number> {
    return practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_accounts (own_record, host_pid, display_name, created_at) VALUES (:record, :pid, :name, '2026-11-20')`,
        { record, pid, name },
      ),
    )
  }

  async function registration(
    accountId: number,
    about: { firstName: string; lastName: string; born: string; pid?: number },
  ): Promise<void> {
    const receipt = `R${String(Date.parse(about.born) / 1e8)}`.slice(0, 9)
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_registrations SET receipt = :receipt, account_id = :accountId, relationship = 'self',
           for_whom = 'me', first_name = :firstName, middle_name = '', last_name = :lastName, birth_name = '', born = :born,
           sex = 'UNK', phone = '', email = '', postal_code = '', message = '', state = 'linked', pid = :pid,
           created_at = '2026-11-20'`,
        { ...about, receipt, accountId, pid: about.pid ?? null },
      ),
    )
  }

  async function statementsFor(patient: string): Promise<number> {
    const { portal } = practice
    const search = readSearch({ patient })
    const { count } = await countStatements(() => findEntries(portal, portal.speech.in('en'), search))
    return count.sql.length
  }

  async function found(query: string, part: RegExp): Promise<string[]> {
    const page = await admin.get(`${PAGE}?${query}`)
    expect(page.status, query).to.equal(200)
    return [...page.body.matchAll(part)].map(([, text = '']) => text.replace(/<[^>]+>/g, ''))
  }
  const sentences = (query: string) =>
    found(`kind=changes&${query}`, /<th scope="row" class="read"[^>]*>([^<]*)<\/th>/g)
  const subjects = (query: string) => found(`kind=changes&${query}`, /class="subject" translate="no">(.*?)<\/td>/g)
  const charts = (query: string) => found(`kind=changes&${query}`, /<span class="sub">chart (\d+)<\/span>/g)
  const leftOut = (query: string) => found(query, /data-test="left-out">.*?<p>(.*?)<\/p>/g)
})

function pad(at: number): string {
  return String(at).padStart(2, '0')
}
