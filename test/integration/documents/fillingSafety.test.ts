/** What must hold of sending whatever is typed, whoever edits the template, and wherever it breaks off. */
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { Parser } from 'htmlparser2'
import type { ChartScope } from '../../../module/access/scope.js'
import type { Portal } from '../../../module/access/portal.js'
import { beginDocument } from '../../../module/features/documents/filling/beginning.js'
import { markOf } from '../../../module/features/documents/filling/filledRows.js'
import { saveDraft } from '../../../module/features/documents/filling/saving.js'
import { finishedDocument, seenOf, sendDocument, textMark } from '../../../module/features/documents/filling/sending.js'
import { renderTemplate } from '../../../module/features/documents/directives.js'
import type { Actor } from '../../../module/platform/audit.js'
import type { Database, Tx, Values } from '../../../module/platform/database.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { dumpRows } from '../../support/dump.js'
import { CONSENT, enough, mariaIn, pinnedBytes, sendTemplate } from '../../support/filling.js'
import { INTAKE, keepForm } from '../../support/forms.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

describe('A document on its way to staff', function () {
  this.timeout(180_000)
  let practice: TestPractice
  let scope: ChartScope
  let actor: Actor

  before(async () => {
    practice = await openPractice({ site: '8.2' })
    ;({ scope, actor } = await mariaIn(practice))
  })
  after(() => practice.leave())

  async function begun(content: string): Promise<number> {
    const outcome = await beginDocument(
      practice.portal,
      actor,
      scope,
      await sendTemplate(practice, { pid: scope.pid, content }),
    )
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.id
  }

  async function saved(id: number, body: Record<string, string>): Promise<void> {
    const filling = (await finishedDocument(practice.portal, { scope, id, language: 'en' }))?.filling
    const page = { on: opaqueId(), number: 0, seen: markOf(filling?.answers ?? {}) }
    const outcome = await saveDraft(practice.portal, actor, { scope, id, body, page, byItself: false })
    expect(outcome, JSON.stringify(outcome)).to.have.property('ok', true)
  }

  async function sent(id: number, portal: Portal = practice.portal) {
    const finished = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    if (!finished) throw new Error('it is gone')
    const seen = seenOf(practice.portal, finished)
    return sendDocument(portal, actor, { scope, id, seen, language: 'en', address: '192.0.2.7' })
  }

  async function stateOf(id: number): Promise<string | undefined> {
    const row = await practice.db.first<{ state: string }>(
      `SELECT denial_reason AS state FROM onsite_documents WHERE id = :id`,
      { id },
    )
    return row?.state
  }

  it('never reaches In Review without all that it must have, whichever fields and answers, wherever it was begun', async () => {
    await keepForm(practice, INTAKE)
    const random = seeded(20_261_123)
    const outcomes = { sent: 0, refused: 0, notBegun: 0 }
    for (let round = 0; round < 40; round += 1) {
      const fields = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(random, kinds))
      const required = fields.map(() => random() < 0.6)
      const beside = pick(random, besides)
      const here = random() < 0.7
      const about = JSON.stringify({ round, fields: fields.map(({ directive }) => directive), required, beside, here })
      const content = `${templateOf(fields, required)}\n<p>${beside.directive}</p>`
      const id = here ? await begunOrNot(content) : await begunInHost(content)
      if (id === undefined) {
        expect(beside.never, about).to.equal(true)
        outcomes.notBegun += 1
        continue
      }
      const counts = new Map<string, number>()
      const body: Record<string, string> = { ...beside.says }
      let missing = beside.missing ? 1 : 0
      fields.forEach((kind, at) => {
        const number = counts.get(kind.prefix) ?? 0
        counts.set(kind.prefix, number + 1)
        // More often answered than not, so that both kinds of outcome come.
        const answered = random() < 0.9
        if (answered) body[`${kind.prefix}${String(number)}`] = kind.answer
        else if (required[at]) missing += 1
      })
      await saved(id, body)
      if (beside.becomes !== undefined) await formsBecome(id, beside.becomes)
      const outcome = await sent(id)
      expect(outcome.ok, `${about} ${JSON.stringify(outcome)}`).to.equal(missing === 0)
      expect(await stateOf(id), about).to.equal(missing === 0 ? 'In Review' : 'Editing')
      const rows = await practice.db.select(`SELECT id FROM foyer_submissions WHERE onsite_id = :id`, { id })
      expect(rows.length, about).to.equal(missing === 0 ? 1 : 0)
      await formsBecome(id, 'withdrawn')
      outcomes[missing === 0 ? 'sent' : 'refused'] += 1
    }
    for (const each of Object.values(outcomes)) expect(each, JSON.stringify(outcomes)).to.be.greaterThan(3)
  })

  async function begunOrNot(content: string): Promise<number | undefined> {
    const template = await sendTemplate(practice, { pid: scope.pid, content })
    const outcome = await beginDocument(practice.portal, actor, scope, template)
    return outcome.ok ? outcome.id : undefined
  }

  /** As the host's own portal leaves it when somebody saves there (facts §6.2). */
  function begunInHost(content: string): Promise<number> {
    return practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO onsite_documents (pid, facility, provider, encounter, create_date, doc_type, patient_signed_status,
           accept_signed_status, authorizing_signator, denial_reason, full_document, file_name, file_path, template_data)
         VALUES (:pid, 0, 0, 0, '2026-11-23 07:00:00', 'Begun there', 0, 0, '', 'Editing', :content, 'Begun there', '0', '[]')`,
        { pid: scope.pid, content: Buffer.from(`{ParseAsHTML}${content}<input name="portal_version" value="New">`) },
      ),
    )
  }

  async function formsBecome(id: number, state: 'sent' | 'withdrawn'): Promise<void> {
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_form_assignments a
           JOIN foyer_filled_forms i ON i.assignment_id = a.id JOIN foyer_filled f ON f.id = i.filled_id
            SET a.state = :state, a.open_key = NULL, a.closed_at = '2026-11-23 13:00:00' WHERE f.onsite_id = :id`,
        { id, state },
      ),
    )
  }

  it('stays as its patient saw it, byte for byte, while staff edit the template', async () => {
    const template = await sendTemplate(practice, { pid: scope.pid })
    const outcome = await beginDocument(practice.portal, actor, scope, template)
    if (!outcome.ok) throw new Error(outcome.reason)
    const { id } = outcome
    await saved(id, enough)
    const before = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE document_templates SET template_content = :content, template_name = 'Another' WHERE id = :template`,
        {
          ...{ template, content: '<p>You owe us a house. {TextInput}</p>' },
        },
      ),
    )
    const after = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    expect(after?.filling.source).to.equal(before?.filling.source)
    expect(after && textMark(practice.portal, after)).to.equal(before && textMark(practice.portal, before))
    expect(await sent(id)).to.include({ ok: true })
    expect((await pinnedBytes(practice, id))?.equals(Buffer.from(CONSENT))).to.equal(true)
    const row = await practice.db.first<{ sha256: string }>(`SELECT sha256 FROM foyer_filled WHERE onsite_id = :id`, {
      id,
    })
    expect(row?.sha256).to.equal(createHash('sha256').update(CONSENT).digest('hex'))
  })

  it('is a draft or sent, and nothing between, wherever it breaks off', async () => {
    const id = await begun(CONSENT)
    await saved(id, enough)
    const before = await dumpRows(practice.db, tables)
    let at = 0
    for (; at < 100; at += 1) {
      const fault = { after: at, hit: false }
      const outcome = await sent(id, { ...practice.portal, db: breakingOff(practice.portal.db, fault) }).catch(
        () => undefined,
      )
      if (!fault.hit) {
        expect(outcome).to.include({ ok: true, first: true })
        break
      }
      expect(outcome, `statement ${String(at)}`).to.equal(undefined)
      expect(await dumpRows(practice.db, tables), `statement ${String(at)}`).to.deep.equal(before)
    }
    expect(at).to.be.greaterThan(12)
    expect(await stateOf(id)).to.equal('In Review')
  })

  it('is sent once when it is pressed twenty times at once, and says the same number each time', async () => {
    const id = await begun(CONSENT)
    await saved(id, enough)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => sent(id)))
    const receipts = new Set(outcomes.map((outcome) => (outcome.ok ? outcome.receipt : outcome.reason)))
    expect([...receipts]).to.have.length(1)
    expect(outcomes.filter((outcome) => outcome.ok && outcome.first)).to.have.length(1)
    const rows = await practice.db.select(`SELECT id FROM foyer_submissions WHERE onsite_id = :id`, { id })
    expect(rows).to.have.length(1)
  })

  it('is text in the file that staff read, whatever was typed into any field', async () => {
    const texts = attacks.map((_, at) => `<p>Line ${String(at)} {TextInput}</p><p>{TextBox:03x040}</p>`)
    const id = await begun(`${texts.join('')}<p>{PatientSignature}</p><p>{WitnessSignature}</p>`)
    const body = attacks.flatMap((attack, at) => [
      [`text_input${String(at)}`, attack],
      [`text_area${String(at)}`, `${attack}\n${attack}`],
    ])
    const signed = { patient_signature0: attacks[0] ?? '', witness_signature0: attacks[1] ?? '' }
    await saved(id, { ...Object.fromEntries(body), ...signed })
    const finished = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    const t = practice.portal.speech.in('en')
    if (!finished) throw new Error('it is gone')
    const html = renderTemplate(finished.filling.parts, finished.values, 'file', t)
    const found: string[] = []
    const said: string[] = []
    const parser = new Parser({
      onopentag: (name, attributes) => found.push(name, ...Object.keys(attributes)),
      ontext: (text) => said.push(text),
    })
    parser.end(html)
    expect([...new Set(found)].sort()).to.deep.equal(['alt', 'br', 'img', 'p', 'src', 'strong'])
    for (const attack of attacks) expect(said.join('')).to.contain(attack)
    expect(await sent(id)).to.include({ ok: true })
  })

  it('is not sent where it is not what was looked at', async () => {
    const id = await begun(CONSENT)
    await saved(id, enough)
    const finished = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    if (!finished) throw new Error('it is gone')
    const seen = seenOf(practice.portal, finished)
    await saved(id, { ...enough, text_input0: 'Something else' })
    const input = { scope, id, seen, language: 'en', address: '192.0.2.7' } as const
    expect(await sendDocument(practice.portal, actor, input)).to.deep.equal({ ok: false, reason: 'changed' })
    expect(await stateOf(id)).to.equal('Editing')
  })

  const tables = [
    ...['onsite_documents', 'onsite_portal_activity', 'onsite_signatures', 'log', 'log_comment_encrypt'],
    ...['foyer_submissions', 'foyer_filled', 'foyer_audit', 'foyer_outbox', 'foyer_files'],
  ]
})

const attacks = [
  `<script>alert(1)</script>`,
  `<img src=x onerror=alert(1)>`,
  `"><svg onload=alert(1)>`,
  `</textarea><script>alert(1)</script>`,
  `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
  `<a href="javascript:alert(1)">results</a>`,
  `<style>*{background:url(//evil.example/x)}</style>`,
  `{PatientName}{TextInput}{Questionnaire:x}`,
  `<%= 7 * 7 %> {{7*7}}`,
]

interface Kind {
  prefix: string
  directive: string
  answer: string
}

const kinds: readonly Kind[] = [
  { prefix: 'text_input', directive: '{TextInput}', answer: 'something' },
  { prefix: 'text_area', directive: '{TextBox:03x040}', answer: 'more\nlines' },
  { prefix: 'check', directive: '{CheckMark}', answer: 'on' },
  { prefix: 'ynradio', directive: '{ynRadioGroup}', answer: 'Yes' },
  { prefix: 'group_radio', directive: '{RadioGroup:red_green}', answer: 'green' },
  { prefix: 'patient_signature', directive: '{PatientSignature}', answer: 'Maria Santos' },
]

/** What is answered or read in a place of its own. `never`: a template with it is not begun here. */
interface Beside {
  directive: string
  missing: boolean
  never?: boolean
  says?: Record<string, string>
  becomes?: 'sent' | 'withdrawn'
}

const besides: readonly Beside[] = [
  { directive: '', missing: false },
  { directive: '{Questionnaire:Before your visit}', missing: false, becomes: 'sent' },
  { directive: '{Questionnaire:Before your visit}', missing: true },
  { directive: '{Questionnaire:Before your visit}', missing: true, becomes: 'withdrawn' },
  { directive: '{Questionnaire:No such form}', missing: true, never: true },
  { directive: '{EncounterForm:Vitals}', missing: true, never: true },
  { directive: '{AcknowledgePdf:987654:House rules}', missing: true, never: true, says: { acknowledge0: 'on' } },
]

function templateOf(fields: readonly Kind[], required: readonly boolean[]): string {
  return fields
    .map(({ directive }, at) => `<p>Line ${String(at)}${required[at] ? ' *' : ''} ${directive}</p>`)
    .join('\n')
}

/** mulberry32: the same numbers each time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function pick<Item>(random: () => number, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

/** A database whose transactions break off after so many statements, as when the process is killed there. */
function breakingOff(db: Database, fault: { after: number; hit: boolean }): Database {
  const broken = (): boolean => {
    fault.hit = true
    return true
  }
  return {
    ...db,
    transaction: (work) =>
      db.transaction((tx) => {
        let left = fault.after
        const counted =
          <Args extends unknown[], Result>(statement: (...args: Args) => Promise<Result>) =>
          (...args: Args): Promise<Result> => {
            left -= 1
            return left < 0 && broken() ? Promise.reject(new Error('broken off here')) : statement(...args)
          }
        const counting: Tx = {
          sequelize: tx.sequelize,
          transaction: tx.transaction,
          select: <Row extends object>(sql: string, values?: Values) => counted(() => tx.select<Row>(sql, values))(),
          first: <Row extends object>(sql: string, values?: Values) => counted(() => tx.first<Row>(sql, values))(),
          insert: counted(tx.insert),
          change: counted(tx.change),
        }
        return work(counting)
      }),
  }
}
