/** Maria, who proposes changes of her profile, and staff who decide on them, in their browsers. */
import { insertRow } from '../../module/host/site/table.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { fieldValue, hostRows } from '../support/profiles.js'
import type { Fields, Page, Visitor } from '../support/visitor.js'

export const STAFF = '/staff/portal/profile-changes'

export interface ProfileDesk {
  practice: TestPractice
  maria: Visitor
  admin: Visitor
  /** Maria's chart. */
  pid: number
  /** The address of her record. */
  record: string
  /** What a form about her says. */
  ofMaria: { pid: string }
  /** Nothing waits, and the chart is as it was at first. */
  clean: () => Promise<void>
  change: (column: string, value: string) => Promise<number>
  /** Opens the form and sends it, with what it asks for. */
  send: (section: string, fields: Fields, who?: Visitor, of?: string) => Promise<Page>
  /** The host's row that waits. */
  openId: (of?: number) => Promise<number>
  /** Opens the page of a proposal and decides on what it shows. */
  decideAt: (who: Visitor, path: string, fields: Fields) => Promise<Page>
  /** Of insurance, of which one waits at a time here. */
  insuranceWaits: () => Promise<string>
}

export async function openProfileDesk(): Promise<ProfileDesk> {
  const practice = await openPractice()
  await practice.rule('user:dr.lee', 'portal:use', 'allow')
  const maria = await practice.patientVisitor('maria')
  const admin = await practice.staffVisitor('admin')
  const pid = practice.patients.maria
  const record = `/portal/records/${practice.records.maria}`
  const company = { attn: '', inactive: 0 }
  await practice.db.transaction(async (tx) => {
    await insertRow(tx, 'insurance_companies', { ...company, id: 41, name: 'Blue Harbor Health' })
    await insertRow(tx, 'insurance_companies', { ...company, id: 42, name: 'Green Valley Mutual' })
  })
  return {
    ...{ practice, maria, admin, pid, record, ofMaria: { pid: String(pid) } },
    clean: () => clean(practice, pid),
    change: (column, value) =>
      practice.db.transaction((tx) =>
        tx.change(`UPDATE patient_data SET \`${column}\` = :value WHERE pid = :pid`, { value, pid }),
      ),
    send: (section, fields, who = maria, of = record) => send(who, `${of}/profile/${section}`, fields),
    openId: async (of = pid) => (await hostRows(practice.db, of)).find(({ status }) => status === 'waiting')?.id ?? 0,
    decideAt,
    insuranceWaits: async () =>
      /href="([^"]*\/profile-changes\/insurance\/\d+)"/.exec((await admin.get(STAFF)).body)?.[1] ?? '',
  }
}

function clean({ db }: TestPractice, pid: number): Promise<void> {
  return db.transaction(async (tx) => {
    for (const table of ['onsite_portal_activity', 'foyer_profile_changes', 'foyer_letters', 'layout_options']) {
      await tx.change(`DELETE FROM ${table}`)
    }
    await tx.change(`DELETE FROM insurance_data`)
    await tx.change(
      `UPDATE patient_data SET street = '1 Old Road', city = 'New York', phone_cell = '', mname = '', sex = 'Female',
              email = 'maria.santos@example.org', email_direct = '', lname = 'Santos' WHERE pid = :pid`,
      { pid },
    )
  })
}

async function send(who: Visitor, path: string, fields: Fields): Promise<Page> {
  const page = await who.get(path)
  return who.post(path, { seen: fieldValue(page.body, 'seen'), ...fields })
}

async function decideAt(who: Visitor, path: string, fields: Fields): Promise<Page> {
  const { body } = await who.get(path)
  return who.post(`${path}/decision`, {
    pid: fieldValue(body, 'pid'),
    version: fieldValue(body, 'version'),
    ...fields,
  })
}
