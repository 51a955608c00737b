/** Answers as staff read them: the urgent first, one reader each, asked again with what the patient said before. */
import { expect } from 'chai'
import { createRequire } from 'node:module'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathOf, type Path, type Value } from '../../module/access/questionnaires/model.js'
import { waitingAnswers } from '../../module/host/reads/formReviews.js'
import { phq9 } from '../../module/features/forms/building/samples/phq9.js'
import { tellUrgent } from '../../module/features/forms/letters/urgent.js'
import { remindJob } from '../../module/features/forms/letters/telling.js'
import { utc } from '../../module/platform/clock.js'
import { countStatements, type StatementCount } from '../../module/platform/database.js'
import {
  answer,
  ask,
  filling,
  keepForm,
  questionnaire,
  sendNow,
  somebody,
  text,
  type Somebody,
} from '../support/forms.js'
import { openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'

const { Fhir } = createRequire(import.meta.url)('fhir') as {
  Fhir: new () => { validate: (resource: object, options: object) => { valid: boolean; messages: unknown[] } }
}

const FORMS = '/staff/portal/forms'

describe('Answers that patients sent', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let john: Somebody
  let amina: Somebody
  let admin: Visitor
  let lee: Visitor
  let key: string
  let plain: string

  before(async () => {
    practice = await openPractice()
    await practice.rule('user:dr.lee', 'portal:use', 'allow')
    key = await keepForm(practice, phq9)
    plain = await keepForm(practice, {
      ...questionnaire(
        { linkId: 'say', type: 'text', text: 'What should we know?' },
        { linkId: 'a<b>&"', type: 'string', text: 'And?' },
      ),
      title: 'Before <b>you</b> come',
    })
    john = await somebody(practice, practice.accounts.john, practice.records.john)
    amina = await somebody(practice, practice.accounts.amina, practice.records.amina)
    admin = await practice.staffVisitor('admin')
    lee = await practice.staffVisitor('lee')
  })
  after(() => practice.leave())
  beforeEach(() =>
    practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_form_responses SET state = 'reviewed', reviewed_at = sent_at WHERE state = 'waiting'`),
    ),
  )

  const pidOf = (who: Somebody): number => (who === john ? practice.patients.john : practice.patients.amina)

  async function sent(who: Somebody, form: string, values: ReadonlyMap<Path, readonly Value[]>): Promise<number> {
    const id = await ask(practice, form, { pid: pidOf(who) })
    await answer(practice, who, id, values)
    const outcome = await sendNow(practice, who, id)
    if (!outcome.ok) throw new Error(JSON.stringify(outcome))
    const row = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_form_responses WHERE assignment_id = :id`,
      { id },
    )
    return row?.id ?? 0
  }

  /** Worth so much each, the ninth so much. */
  function phq(each: number, ninth: number): Map<Path, Value[]> {
    const codes = ['LA6568-5', 'LA6569-3', 'LA6570-1', 'LA6571-9']
    return new Map(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => {
        const code = codes[at === 9 ? ninth : each] ?? ''
        return [pathOf('', `phq9.${String(at)}`), [{ is: 'coding', value: { system: 'http://loinc.org', code } }]]
      }),
    )
  }

  const fieldsIn = (page: Page) => ({
    version: /name="version" value="(\d+)"/.exec(page.body)?.[1] ?? '',
    pid: /name="pid" value="(\d*)"/.exec(page.body)?.[1] ?? '',
  })
  const queued = (page: Page) =>
    [...page.body.matchAll(/data-test="answers" data-id="(\d+)"/g)].map(([, id]) => Number(id))

  it('come the urgent first, then those to look at soon, and say so in words', async () => {
    const calm = await sent(john, key, phq(0, 0))
    practice.clock.set('2026-11-23T08:05:00')
    const high = await sent(amina, key, phq(2, 0))
    practice.clock.set('2026-11-23T08:10:00')
    const urgent = await sent(john, key, phq(0, 1))
    const page = await admin.get(FORMS)
    expect(queued(page)).to.deep.equal([urgent, high, calm])
    expect(page.body)
      .to.include('Urgent: read it now')
      .and.to.include('Look at it soon')
      .and.to.include('16, Moderately severe')
    expect(queued(await admin.get(`${FORMS}?view=urgent`))).to.deep.equal([urgent])
    const hall = await admin.get('/staff/portal')
    expect(hall.body).to.match(/Form answers[\s\S]{0,600}?>3</)
  })

  it('show the score with its band, what changed since the last time, and the trend as a picture and a table', async () => {
    await sent(amina, key, phq(1, 0))
    practice.clock.set('2026-11-23T08:15:00')
    const id = await sent(amina, key, phq(1, 2))
    const page = await admin.get(`${FORMS}/${String(id)}`)
    expect(page.body).to.include('10 of 27, Moderate').and.to.include('This answer is urgent')
    expect(page.body).to.include('1 answer is another than the last time.')
    expect(page.body).to.match(/data-test="before">On 08:1\d: Not at all</)
    expect(page.body).to.match(/<svg class="trend"[\s\S]*<title id="trend-title">The scores of \d answers/)
    expect(page.body).to.match(/<td class="figures">10<\/td><td>Moderate<\/td>/)
  })

  it('are looked through page by page in both directions where there are many, the urgent first', async () => {
    await sent(john, plain, new Map([['say', text('x')]]))
    await practice.db.transaction(async (tx) => {
      for (let at = 0; at < 7; at += 1) {
        await tx.change(
          `INSERT INTO foyer_form_responses (receipt, response_id, version_id, form_key, title, pid, answers, flag, state, sent_by, sent_at)
           SELECT LEFT(MD5(CONCAT(receipt, id, :at)), 9), LEFT(UUID(), 36), version_id, form_key, title, pid, answers,
                  ELT(1 + MOD(id + :at, 3), 'none', 'look', 'urgent'), 'waiting', sent_by, sent_at
             FROM foyer_form_responses WHERE state = 'waiting'`,
          { at },
        )
      }
    })
    const all = await practice.db.select<{ id: number }>(
      `SELECT id FROM foyer_form_responses WHERE state = 'waiting' ORDER BY FIELD(flag, 'urgent', 'look', 'none'), sent_at, id`,
    )
    expect(all).to.have.length(128)
    const hrefOf = ({ body }: Page, rel: 'next' | 'prev') =>
      (new RegExp(`href="([^"]*)" rel="${rel}"`).exec(body)?.[1] ?? '').replaceAll('&amp;', '&')
    const pages: Page[] = []
    for (let href = FORMS; href !== ''; href = hrefOf(pages.at(-1) as Page, 'next')) pages.push(await admin.get(href))
    expect(pages.flatMap(queued)).to.deep.equal(all.map(({ id }) => id))
    expect(pages.map(queued).map(({ length }) => length)).to.deep.equal([50, 50, 28])
    expect(pages[0]?.body).to.include('50 on this page, more wait after these')
    const back = await admin.get(hrefOf(pages[2] as Page, 'prev'))
    expect(queued(back)).to.deep.equal(queued(pages[1] as Page))
    const start = await admin.get(hrefOf(back, 'prev'))
    expect([queued(start), hrefOf(start, 'prev')]).to.deep.equal([queued(pages[0] as Page), ''])
    // A page whose rows were all read meanwhile begins anew.
    const last = hrefOf(pages[1] as Page, 'next')
    const gone = queued(pages[2] as Page)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_form_responses SET state = 'reviewed', reviewed_at = sent_at WHERE id IN (:gone)`, {
        gone,
      }),
    )
    expect(queued(await admin.get(last))).to.deep.equal(queued(pages[0] as Page))
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_form_responses WHERE assignment_id IS NULL`))
  })

  it('are read once: the note is kept, the host shows who read it, and the second reader is told', async () => {
    const id = await sent(john, key, phq(1, 0))
    const path = `${FORMS}/${String(id)}`
    const fields = fieldsIn(await admin.get(path))
    const answers = await Promise.all([
      admin.post(`${path}/review`, { ...fields, note: 'Called him.' }),
      lee.post(`${path}/review`, { ...fields, note: 'I called him too.' }),
    ])
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 409])
    const lost = answers.find(({ status }) => status === 409)
    expect(lost?.body).to.match(/(admin|dr\.lee) has read it already, 08:1\d/)
    const row = await practice.db.first<{ state: string; note: string; reviewed_by: string; host_id: number }>(
      `SELECT state, note, reviewed_by, host_id FROM foyer_form_responses WHERE id = :id`,
      { id },
    )
    const won = answers[0].status === 303 ? 'admin' : 'dr.lee'
    expect(row).to.include({ state: 'reviewed', reviewed_by: won })
    expect(row?.note).to.equal(won === 'admin' ? 'Called him.' : 'I called him too.')
    const host = await practice.db.first<{ audit_user_id: number; status: string; form_score: number }>(
      `SELECT audit_user_id, status, form_score FROM questionnaire_response WHERE id = :id`,
      { id: row?.host_id ?? 0 },
    )
    const reader = won === 'admin' ? practice.staff.admin : practice.staff.lee
    expect(host).to.deep.equal({ audit_user_id: reader, status: 'completed', form_score: 8 })
  })

  it('that somebody has claimed are theirs, until they are taken over or handed over', async () => {
    const id = await sent(john, key, phq(1, 0))
    const path = `${FORMS}/${String(id)}`
    const pid = String(practice.patients.john)
    await lee.get(path)
    expect((await lee.post(`${path}/claim`, { pid })).status).to.equal(303)
    const refused = await admin.post(`${path}/review`, { pid, note: '' })
    expect(refused.status).to.equal(409)
    expect(refused.body)
      .to.match(/dr\.lee has been at it since 08:\d\d/)
      .and.to.include('name="take" value="dr.lee"')
    expect(queued(await lee.get(`${FORMS}?view=mine`))).to.deep.equal([id])
    expect((await admin.post(`${path}/claim`, { pid, take: 'dr.lee' })).status).to.equal(303)
    expect((await lee.post(`${path}/return`, { pid, text: 'Again' })).status).to.equal(409)
    expect((await admin.post(`${path}/claim`, { pid, to: 'dr.lee' })).status).to.equal(303)
    expect((await lee.post(`${path}/review`, { pid })).status).to.equal(303)
  })

  it('are not decided under another patient’s number', async () => {
    const id = await sent(john, key, phq(1, 0))
    const path = `${FORMS}/${String(id)}`
    await admin.get(path)
    for (const deed of ['claim', 'review', 'return']) {
      const answered = await admin.post(`${path}/${deed}`, { pid: String(practice.patients.amina), text: 'x' })
      expect(answered.status, deed).to.equal(404)
    }
    const row = await practice.db.first(`SELECT state, claimed_by FROM foyer_form_responses WHERE id = :id`, { id })
    expect(row).to.deep.equal({ state: 'waiting', claimed_by: null })
  })

  it('go back with words that the patient reads, their answers in the form, and a letter that says nothing of it', async () => {
    const id = await sent(john, key, phq(1, 0))
    const path = `${FORMS}/${String(id)}`
    const fields = fieldsIn(await admin.get(path))
    const empty = await admin.post(`${path}/return`, { ...fields, text: ' ' })
    expect(empty.status).to.equal(422)
    expect(empty.body).to.include('Write what the patient should do.')
    expect(
      (await admin.post(`${path}/return`, { ...fields, text: 'Please look at question 3 again.' })).status,
    ).to.equal(303)
    const row = await practice.db.first<{ asked_again: number; state: string }>(
      `SELECT asked_again, state FROM foyer_form_responses WHERE id = :id`,
      { id },
    )
    expect(row?.state).to.equal('reviewed')
    const page = await (
      await practice.patientVisitor('john')
    ).get(`/portal/records/${practice.records.john}/forms/${String(row?.asked_again)}`)
    expect(page.body).to.include('Please look at question 3 again.')
    expect((await filling(practice, john, row?.asked_again ?? 0))?.answers.size).to.equal(9)
    const letters = await practice.db.select<{ kind: string; facts: string }>(
      `SELECT kind, facts FROM foyer_letters WHERE pid = :pid AND kind LIKE 'form.%' ORDER BY id DESC LIMIT 1`,
      { pid: practice.patients.john },
    )
    expect(letters.map(({ kind }) => kind)).to.deep.equal(['form.returned'])
    expect(JSON.stringify(letters)).not.to.include('question 3')
    // Sent again, it is another set of answers of the same assignment chain, and waits again.
    const again = await sendNow(practice, john, row?.asked_again ?? 0)
    expect(again.ok).to.equal(true)
  })

  it('that recur and go back once say why in that round alone, and leave as many days as before', async () => {
    const monthly = await keepForm(practice, { ...phq9, id: 'monthly-diary' })
    const waiting = () =>
      practice.db.first<{ id: number; note: string; return_note: string | null; days: number }>(
        `SELECT id, note, return_note, DATEDIFF(due_on, opens_on) AS days FROM foyer_form_assignments
          WHERE form_key = :monthly AND state = 'waiting'`,
        { monthly },
      )
    const answered = async (day: string, id: number) => {
      practice.clock.set(`${day}T08:30:00`)
      await answer(practice, john, id, phq(0, 0))
      expect(await sendNow(practice, john, id)).to.include({ ok: true })
    }
    const said = { everyDays: 30, dueOn: '2026-11-30', note: 'Your monthly diary.' } as const
    const first = await ask(practice, monthly, { pid: practice.patients.john }, said)
    await answered('2026-11-23', first)
    const sentFirst = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_form_responses WHERE assignment_id = :first`,
      { first },
    )
    const path = `${FORMS}/${String(sentFirst?.id)}`
    const fields = fieldsIn(await admin.get(path))
    const text = 'Question 3 is missing.'
    expect((await admin.post(`${path}/return`, { ...fields, text })).status).to.equal(303)

    const returned = await waiting()
    expect(returned).to.include({ note: 'Your monthly diary.', return_note: text, days: 7 })
    const address = `/portal/records/${practice.records.john}/forms/${String(returned?.id)}`
    const page = await (await practice.patientVisitor('john')).get(address)
    expect(page.body)
      .to.match(/data-test="returned">[^]*?Question 3 is missing\./)
      .and.include('Your monthly diary.')

    await answered('2026-11-24', returned?.id ?? 0)
    const third = await waiting()
    expect(third).to.include({ note: 'Your monthly diary.', return_note: null, days: 7 })
    practice.clock.set('2026-11-23T08:30:00')
  })

  it('leave as a FHIR response that another’s validator takes', async () => {
    const id = await sent(john, key, phq(2, 0))
    const page = await admin.get(`${FORMS}/${String(id)}/file`)
    expect(page.headers.get('content-type')).to.include('application/fhir+json')
    const response = JSON.parse(page.body) as { resourceType: string; item: unknown[] }
    const { messages, valid } = new Fhir().validate(response, { errorOnUnexpected: true })
    expect(valid, JSON.stringify(messages)).to.equal(true)
    expect(response.resourceType).to.equal('QuestionnaireResponse')
  })

  it('are words and nothing else, whatever a patient writes', async () => {
    const nasty = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '</textarea><svg onload=alert(1)>',
      "'-alert(1)-'",
      '{{constructor.constructor("alert(1)")()}}',
      '<%= 7*7 %>',
      'javascript:alert(1)',
      '&lt;b&gt;',
    ]
    const id = await sent(
      john,
      plain,
      new Map([
        ['say', text(nasty.join('\n'))],
        [pathOf('', 'a<b>&"'), text(nasty[1] ?? '')],
      ]),
    )
    const path = `${FORMS}/${String(id)}`
    const pages = [
      await admin.get(path),
      await admin.get(FORMS),
      await admin.get(`/staff/portal/patients/${String(practice.patients.john)}/form-answers`),
    ]
    const fields = { ...fieldsIn(pages[0] ?? ({ body: '' } as Page)), text: nasty.join(' ').repeat(9) }
    pages.push(
      await admin.post(`${path}/return`, fields),
      await admin.post(`${path}/review`, { ...fields, version: '99', note: nasty.join(' ') }),
    )
    expect(pages.map(({ status }) => status)).to.deep.equal([200, 200, 200, 422, 409])
    for (const { body } of pages) {
      expect(body).not.to.match(/<script>alert|<img src=x|<svg onload|<b>you/)
      expect(body).not.to.match(/\son(error|load)=(?!.*&lt;)[^&]*$/m)
    }
    expect(pages[0]?.body).to.include('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('cost as many statements for two hundred as for one, and the queue is read off an index at twenty thousand', async () => {
    let counted: Promise<StatementCount> = Promise.resolve({ count: 0, sql: [] } as never)
    const server: Server = createServer((request, response) => {
      const ended = new Promise<void>((resolve) => response.on('close', () => resolve()))
      counted = countStatements(() => {
        practice.app(request, response)
        return ended
      }).then(({ count }) => count)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const who = visitor(`http://localhost:${String((server.address() as AddressInfo).port)}`)
      await who.signIn('/staff/sign-in', 'admin', passwordOf('admin'))
      const id = await sent(john, key, phq(1, 1))
      const panel = `/staff/portal/patients/${String(practice.patients.john)}`
      const paths = [FORMS, `${FORMS}/${String(id)}`, `${panel}/form-answers`, `${panel}/asked-forms`]
      const cost = async () => {
        const all: number[] = []
        for (const path of paths) {
          expect((await who.get(path)).status, path).to.equal(200)
          all.push((await counted).sql.length)
        }
        return all
      }
      const one = await cost()
      await many(200)
      expect(await cost()).to.deep.equal(one)
      await many(19_800)
      const plan = await practice.db.select<{ key: string; rows: number; Extra: string }>(
        `EXPLAIN SELECT r.id FROM foyer_form_responses r WHERE r.state = 'waiting' AND r.flag = 'none' ORDER BY r.sent_at LIMIT 50`,
      )
      expect(plan[0]?.key).to.be.oneOf(['queue', 'waiting'])
      expect(plan[0]?.Extra ?? '').not.to.include('filesort')
      const now = { utc: utc(practice.clock.now()), claimedSince: utc(practice.clock.now()) }
      const before = await rowsRead()
      expect(await waitingAnswers(practice.db, now, 'waiting', 'admin', 50)).to.have.length(50)
      // Fifty of each flag, and what stands beside them: not the twenty thousand.
      expect((await rowsRead()) - before).to.be.below(2000)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })

  /** Copies of what is there, waiting, each a minute older. */
  async function many(rows: number): Promise<void> {
    await practice.db.transaction((tx) =>
      tx.change(
        `INSERT INTO foyer_form_responses (receipt, response_id, version_id, form_key, title, pid, answers, score, band, flag, state, sent_at)
         SELECT CONCAT(LPAD(HEX(s.seq + :base), 8, '0'), 'X'), UUID(), r.version_id, r.form_key, r.title, r.pid, r.answers, r.score, r.band,
                IF(s.seq % 10 = 0, 'look', 'none'), 'waiting', DATE_SUB(r.sent_at, INTERVAL s.seq MINUTE)
           FROM (SELECT * FROM foyer_form_responses ORDER BY id DESC LIMIT 1) r
           JOIN (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS seq
                   FROM ${digits('a')} JOIN ${digits('b')} JOIN ${digits('c')} JOIN ${digits('d')} JOIN ${digits('e')}) s
          WHERE s.seq < :rows`, // sql-safe: constants
        { rows, base: rows * 7 },
      ),
    )
  }

  const digits = (name: string) =>
    `(SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) ${name}`

  async function rowsRead(): Promise<number> {
    const rows = await practice.db.select<{ Value: string }>(`SHOW GLOBAL STATUS LIKE 'Handler_read%'`)
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
  }

  it('that are late are asked for once more, and what was told is not told twice', async () => {
    const id = await ask(practice, plain, { pid: practice.patients.amina }, { dueOn: '2026-11-26' })
    const letters = async () =>
      (
        await practice.db.select<{ kind: string }>(
          `SELECT kind FROM foyer_letters
            WHERE pid = :pid AND account_id = :account AND kind LIKE 'form.%' AND id > :after ORDER BY id`,
          { pid: practice.patients.amina, account: practice.accounts.amina, after },
        )
      ).map(({ kind }) => kind)
    const after =
      (await practice.db.first<{ id: number }>(`SELECT COALESCE(MAX(id), 0) AS id FROM foyer_letters`))?.id ?? 0
    await remindJob.run(practice.portal)
    await remindJob.run(practice.portal)
    expect(await letters()).to.deep.equal(['form.assigned'])
    practice.clock.set('2026-11-24T08:00:00')
    await remindJob.run(practice.portal)
    await remindJob.run(practice.portal)
    expect(await letters()).to.deep.equal(['form.assigned', 'form.reminder'])
    expect(id).to.be.greaterThan(0)
  })

  it('that were not reminded of since the server was down are reminded of late, as long as that is of use', async () => {
    const { luis } = practice.patients
    const reminders = async (at: string) => {
      practice.clock.set(at)
      await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_letters WHERE pid = :luis`, { luis }))
      await remindJob.run(practice.portal)
      const rows = await practice.db.select<{ kind: string }>(
        `SELECT kind FROM foyer_letters WHERE pid = :luis AND kind LIKE 'form.%' ORDER BY id`,
        { luis },
      )
      return rows.map(({ kind }) => kind)
    }
    const askedOn = async (at: string, more: Parameters<typeof ask>[3]) => {
      practice.clock.set(at)
      const id = await ask(practice, plain, { pid: luis }, more)
      return () =>
        practice.db.transaction((tx) =>
          tx.change(`UPDATE foyer_form_assignments SET state = 'withdrawn', open_key = NULL WHERE id = :id`, { id }),
        )
    }
    const first = await askedOn('2026-11-23T08:00:00', { dueOn: '2026-11-26' })
    expect(await reminders('2026-11-23T09:00:00')).to.deep.equal(['form.assigned'])
    expect(await reminders('2026-12-04T08:00:00')).to.deep.equal(['form.reminder'])
    expect(await reminders('2026-12-05T08:00:00')).to.deep.equal([])
    await first()
    const second = await askedOn('2026-11-23T08:00:00', { dueOn: '2026-11-26' })
    expect(await reminders('2026-11-23T09:00:00')).to.deep.equal(['form.assigned'])
    expect(await reminders('2026-12-11T08:00:00'), 'more than two weeks after its day').to.deep.equal([])
    await second()
    const third = await askedOn('2026-11-23T08:00:00', { dueOn: '2026-11-26' })
    expect(await reminders('2026-11-30T08:00:00'), 'told of after its day').to.deep.equal(['form.assigned'])
    expect(await reminders('2026-12-01T08:00:00')).to.deep.equal([])
    await third()
    const fourth = await askedOn('2026-11-23T08:00:00', { dueOn: '2026-11-26' })
    expect(await reminders('2026-11-25T08:00:00'), 'told of today').to.deep.equal(['form.assigned'])
    expect(await reminders('2026-11-26T08:00:00')).to.deep.equal(['form.reminder'])
    await fourth()
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('that may mean that help is needed now are told to whom the practice names, once each, without a word of whom in the mail', async () => {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE users SET email = 'nurse@example.org' WHERE username = 'nurse'`),
    )
    const notes = (since: number) =>
      practice.db.select<{ id: number; pid: number; assigned_to: string; body: string; message_status: string }>(
        `SELECT id, pid, assigned_to, body, message_status FROM pnotes WHERE id > :since ORDER BY id`,
        { since },
      )
    const lastNote = async () =>
      (await practice.db.first<{ id: number }>(`SELECT COALESCE(MAX(id), 0) AS id FROM pnotes`))?.id ?? 0
    const told = () => tellUrgentOf('urgent')
    let response = 0
    const tellUrgentOf = (flag: string) =>
      tellUrgent.hear(practice.portal, { id: 1, event: 'form.sent', payload: { response, flag }, lastTry: false })

    let since = await lastNote()
    response = await sent(john, key, phq(0, 0))
    await tellUrgentOf('none')
    expect(await notes(since)).to.deep.equal([])

    // Nobody is named: all whom patients may write to.
    response = await sent(john, key, phq(0, 1))
    await told()
    expect((await notes(since)).map(({ assigned_to: to }) => to)).to.deep.equal(['portal-user'])

    await practice.setting('urgentReaders', 'nurse, dr.lee,nobody.here')
    since = await lastNote()
    response = await sent(john, key, phq(0, 2))
    await told()
    await told()
    const written = await notes(since)
    expect(written.map(({ assigned_to: to, pid }) => ({ to, pid }))).to.have.deep.members([
      { to: 'nurse', pid: practice.patients.john },
      { to: 'dr.lee', pid: practice.patients.john },
    ])
    expect(written[0]?.body).to.match(/URGENT: answers [A-Z0-9-]{9} /)
    const letters = await practice.db.select<{ recipient: string; facts: object; pid: number | null }>(
      `SELECT recipient, facts, pid FROM foyer_letters WHERE kind = 'form.urgent'`,
    )
    expect(letters).to.deep.equal([{ recipient: 'nurse@example.org', facts: {}, pid: null }])

    // The clock has gone on by a day: whoever was signed in is so no more.
    const reader = await practice.staffVisitor('admin')
    const page = await reader.get(`${FORMS}/${String(response)}`)
    await reader.post(`${FORMS}/${String(response)}/review`, fieldsIn(page))
    expect((await notes(since)).map(({ message_status: state }) => state)).to.deep.equal(['Done', 'Done'])
    await practice.setting('urgentReaders', '')
  })

  it('show the patient where help is, before they are sent and after', async () => {
    await practice.setting('emergencyPhone', '112')
    const visit = await practice.patientVisitor('john')
    const id = await ask(practice, key, { pid: practice.patients.john })
    await answer(practice, john, id, phq(0, 3))
    const base = `/portal/records/${practice.records.john}/forms`
    expect((await visit.get(`${base}/${String(id)}/review`)).body).to.match(
      /data-test="help"[\s\S]*call 112\.[\s\S]*988/,
    )
    const outcome = await sendNow(practice, john, id)
    const receipt = outcome.ok ? outcome.receipt : ''
    expect((await visit.get(`${base}/answers/${receipt}`)).body).to.match(/data-test="help"[\s\S]*call 112\.[\s\S]*988/)
    await practice.setting('emergencyPhone', '911')
  })
})
