/** Column by column: a questionnaire and its answers as Foyer writes them are what the host's own screens write. */
import { expect } from 'chai'
import type { Questionnaire, QuestionnaireResponse } from 'fhir/r4.js'
import type { Path, Value } from '../../../module/access/questionnaires/model.js'
import { phq9 } from '../../../module/features/forms/building/samples/phq9.js'
import { keepsQuestionnaires } from '../../../module/host/questionnaires.js'
import { wallClock } from '../../../module/platform/clock.js'
import { describeOnEverySite } from '../../support/database.js'
import { answer, ask, keepForm, sendNow, somebody } from '../../support/forms.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

/**
 * Every column of the host's (facts, Appendix A3), and why it holds what it does.
 * - written: Foyer says it
 * - host: its own default
 * - empty: may be NULL and is left so, for the reason beside it
 */
type Class = 'written' | 'host' | `empty: ${string}`

const questionnaireColumns: Record<string, Class> = {
  id: 'host',
  ...written('uuid questionnaire_id provider version created_date modified_date name type active status'),
  ...written('source_url code code_display questionnaire category'),
  profile: 'empty: the resource names its profiles itself',
  lform: 'empty: what the host’s form builder makes of it when it opens it',
}

const responseColumns: Record<string, Class> = {
  id: 'host',
  ...written('uuid response_id questionnaire_foreign_id questionnaire_id questionnaire_name patient_id encounter'),
  ...written('create_time last_updated version status questionnaire questionnaire_response form_score'),
  audit_user_id: 'empty: nobody of staff has looked at it yet',
  creator_user_id: 'empty: a patient wrote it, and users.id names staff',
  form_response: 'empty: the state of the host’s own form player, which reads the FHIR response without it',
  tscore: 'empty: no form of ours is scored in standard deviations',
  error: 'empty: the standard error of such a score',
}

const registryColumns: Record<string, Class> = {
  ...written('uuid table_name table_id table_vertical couchdb document_drive mapped created'),
}

function written(columns: string): Record<string, Class> {
  return Object.fromEntries(columns.split(' ').map((column) => [column, 'written']))
}

type Row = Record<string, unknown>

describeOnEverySite('A questionnaire and its answers in the host', (site) => {
  let practice: TestPractice
  let form: Row
  let response: Row
  let registered: Row[]
  let now: string
  const resource: Questionnaire = { ...phq9, id: 'columns', url: 'urn:test:phq9' }

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    if (!keepsQuestionnaires(practice.portal.site)) this.skip()
    const { accounts, clock, db, patients, records } = practice
    now = wallClock(clock.now())
    const key = await keepForm(practice, resource)
    const maria = await somebody(practice, accounts.maria, records.maria)
    const id = await ask(practice, key, { pid: patients.maria })
    await answer(practice, maria, id, secondOfEach(resource))
    const sent = await sendNow(practice, maria, id)
    if (!sent.ok) throw new Error(sent.reason)
    form = await only(`SELECT * FROM questionnaire_repository WHERE questionnaire_id = :key`, { key })
    response = await only(
      `SELECT q.* FROM questionnaire_response q JOIN foyer_form_responses r ON r.host_id = q.id WHERE r.receipt = :receipt`,
      { receipt: sent.receipt },
    )
    registered = await db.select<Row>(`SELECT * FROM uuid_registry WHERE uuid IN (:form, :response)`, {
      form: form['uuid'] as Buffer,
      response: response['uuid'] as Buffer,
    })
  })
  after(() => practice.leave())

  async function only(sql: string, values: Record<string, string | number>): Promise<Row> {
    const rows = await practice.db.select<Row>(sql, values) // sql-safe: written in this file
    expect(rows).to.have.length(1)
    return rows[0] ?? {}
  }

  /** Every column of the table is classed here, and holds what its class says. */
  async function expectClassed(table: string, columns: Record<string, Class>, row: Row): Promise<void> {
    const known = await practice.db.select<{ name: string; nullable: string }>(
      `SELECT column_name AS name, is_nullable AS nullable FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = :table`,
      { table },
    )
    expect(known.map(({ name }) => name).filter((name) => !(name in columns))).to.deep.equal([])
    for (const { name, nullable } of known) {
      const is = columns[name] ?? ''
      if (!is.startsWith('empty')) expect(row[name], `${table}.${name}`).to.not.equal(null)
      else expect([row[name], nullable], `${table}.${name}`).to.deep.equal([null, 'YES'])
    }
  }

  it('says in every column of the repository what the host’s own import says', async () => {
    await expectClassed('questionnaire_repository', questionnaireColumns, form)
    expect(form).to.deep.include({
      ...{ questionnaire_id: 'columns', provider: practice.staff.admin, version: 1, active: 1, status: 'active' },
      ...{ name: resource.title, type: 'Questionnaire', source_url: 'urn:test:phq9' },
      ...{ code: resource.code?.[0]?.code, code_display: resource.code?.[0]?.display },
      ...{ created_date: now, modified_date: now },
    })
    if ('category' in form) expect(form['category']).to.equal('Intake')
    const kept = JSON.parse(String(form['questionnaire'])) as Questionnaire
    expect(kept).to.deep.equal({ ...resource, id: 'columns', version: '1' })
    expect((form['uuid'] as Buffer).length).to.equal(16)
  })

  it('says in every column of the answers what the host’s own portal says', async () => {
    await expectClassed('questionnaire_response', responseColumns, response)
    expect(response).to.deep.include({
      ...{ questionnaire_foreign_id: form['id'], questionnaire_id: 'columns', questionnaire_name: resource.title },
      ...{ patient_id: practice.patients.maria, encounter: 0, version: 1, status: 'completed', form_score: 9 },
      ...{ create_time: now, last_updated: now, questionnaire: form['questionnaire'] },
    })
    const fhir = JSON.parse(String(response['questionnaire_response'])) as QuestionnaireResponse
    expect(fhir).to.include({ resourceType: 'QuestionnaireResponse', status: 'completed', id: response['response_id'] })
    const uuid = (response['uuid'] as Buffer).toString('hex')
    expect(uuid).to.equal(String(response['response_id']).replaceAll('-', ''))
  })

  it('stands in the host’s register of uuids, both of them', async () => {
    expect(registered.map(({ table_name: table }) => table).sort()).to.deep.equal([
      'questionnaire_repository',
      'questionnaire_response',
    ])
    for (const row of registered) {
      await expectClassed('uuid_registry', registryColumns, row)
      expect(row).to.deep.include({ table_id: 'id', table_vertical: '', couchdb: '', document_drive: 0, mapped: 0 })
      expect(row['created']).to.equal(now)
    }
  })
})

/** The second answer of every question, as somebody would choose it. */
function secondOfEach({ item = [] }: Questionnaire): Record<Path, readonly Value[]> {
  const asked = item.flatMap((each) => (each.type === 'group' ? (each.item ?? []) : [each]))
  return Object.fromEntries(
    asked.flatMap(({ answerOption = [], linkId }): [Path, Value[]][] => {
      const coding = answerOption[1]?.valueCoding
      if (!coding) return []
      const { code = '', display = '', system = '' } = coding
      return [[linkId, [{ is: 'coding', value: { system, code, display } }]]]
    }),
  )
}
