/** The paper of a portal that is lived in: a document, a form, a profile, by the pages that patients and staff have. */
import { expect } from 'chai'
import { insertRow } from '../../../module/host/site/table.js'
import { answer, INTAKE, no, sendNow, somebody, text } from '../../support/forms.js'
import { beginAs, CONSENT, sendAs } from '../../support/filling.js'
import type { TestPractice } from '../../support/practice.js'
import { fieldValue } from '../../support/profiles.js'
import { filingOn, pathOfSubmission, seenOn } from '../../support/submissions.js'
import type { Page, Visitor } from '../../support/visitor.js'

/** What the practice has before: an insurance company to choose. */
export function prepareForPaper({ db }: TestPractice): Promise<void> {
  return db.transaction(async (tx) => {
    await insertRow(tx, 'insurance_companies', { attn: '', inactive: 0, id: 41, name: 'Blue Harbor Health' })
  })
}

export async function doPaperwork(practice: TestPractice, maria: Visitor, admin: Visitor): Promise<void> {
  await document(practice, maria, admin)
  await form(practice, admin)
  await profile(practice, maria, admin)
}

/** Written, asked of Maria and of a group, filled, signed by both, filed. */
async function document({ db, patients, records }: TestPractice, maria: Visitor, admin: Visitor): Promise<void> {
  const at = '/staff/portal/templates'
  const written = await admin.post(at, { name: 'Consent', category: '', content: CONSENT, anyway: '1' }, { from: at })
  const template = Number(/templates\/(\d+)$/.exec(written.location ?? '')?.[1])
  const ask = `${at}/asking/${String(patients.maria)}`
  done(await admin.post(ask, { template: String(template) }, { from: ask }), ask)
  const askGroup = `${at}/${String(template)}/asking`
  done(await admin.post(askGroup, { to: 'group:group_5' }, { from: `${askGroup}?to=group:group_5` }), askGroup)
  const asked = await db.first<{ id: number }>(
    `SELECT template_id AS id FROM foyer_document_requests WHERE pid = :maria`,
    { maria: patients.maria },
  )
  const onsite = await beginAs(maria, records.maria, asked?.id ?? 0)
  done(await sendAs(maria, records.maria, onsite), 'sending')

  const sent = await db.first<{ id: number }>(`SELECT id FROM foyer_submissions WHERE onsite_id = :onsite`, { onsite })
  const path = (rest = '') => pathOfSubmission(sent?.id ?? 0, rest)
  const signature = { ...seenOn(await admin.get(path())), signer: 'Dr. Ann Admin' }
  done(await admin.post(path('/signature'), signature), 'signing')
  done(await admin.post(path('/filing'), filingOn(await admin.get(path()))), 'filing')
}

/** Taken in, published, asked and answered. */
async function form(practice: TestPractice, admin: Visitor): Promise<void> {
  const at = '/staff/portal/forms/library'
  const taken = await admin.post(`${at}/import`, { json: JSON.stringify(INTAKE) }, { from: `${at}/import` })
  const draft = taken.location ?? ''
  const version = fieldValue((await admin.get(draft)).body, 'version')
  done(await admin.post(`${draft}/publication`, { version }), 'publishing')
  const row = await practice.db.first<{ key: string }>(
    `SELECT questionnaire_id AS \`key\` FROM questionnaire_repository ORDER BY id DESC LIMIT 1`,
  )
  const asking = '/staff/portal/forms/assigning'
  const wish = { pid: String(practice.patients.maria), form: row?.key ?? '' }
  done(await admin.post(asking, wish, { from: `${asking}?pid=${wish.pid}` }), asking)
  const asked = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_form_assignments`)
  const maria = await somebody(practice, practice.accounts.maria, practice.records.maria)
  await answer(practice, maria, asked?.id ?? 0, { name: text('Mo'), smoke: no })
  expect(await sendNow(practice, maria, asked?.id ?? 0)).to.include({ ok: true })
}

/** An address and an insurance are proposed and accepted. */
async function profile({ records }: TestPractice, maria: Visitor, admin: Visitor): Promise<void> {
  const changes = '/staff/portal/profile-changes'
  const propose = async (section: string, fields: Record<string, string>): Promise<void> => {
    const path = `/portal/records/${records.maria}/profile/${section}`
    const seen = fieldValue((await maria.get(path)).body, 'seen')
    done(await maria.post(path, { seen, ...fields }), section)
  }
  const accept = async (fields: Record<string, string> = {}): Promise<void> => {
    const [, path = ''] =
      /href="([^"]*\/profile-changes\/(?:insurance\/)?\d+)"/.exec((await admin.get(changes)).body) ?? []
    const { body } = await admin.get(path)
    const seen = { pid: fieldValue(body, 'pid'), version: fieldValue(body, 'version') }
    done(await admin.post(`${path}/decision`, { ...seen, all: '1', ...fields }), path)
  }
  await propose('edit/address', { street: '7 New Street' })
  await accept()
  await propose('insurance/primary', { company: 'blue harbor health', policy_number: 'B-1', date: '2026-01-01' })
  await accept({ companyId: '41' })
}

function done(page: Page, what: string): void {
  expect(
    page.status,
    `${what}: ${page.body
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .slice(0, 1500)}`,
  ).to.equal(303)
}
