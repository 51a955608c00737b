/** Every event that anything writes into the audit trail is told in words there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'
import { eventWords, knownEvents, viewEvents } from '../../module/features/auditTrail/eventWords.js'
import { lineOf } from '../../module/features/auditTrail/export.js'
import { readSearch, sortKeys } from '../../module/features/auditTrail/search.js'
import { packageRoot } from '../../module/platform/root.js'

const EVENT = /^[a-z]{2,}(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/

describe('The words of the audit trail', () => {
  const written = eventsWrittenIn(join(packageRoot(), 'module'))

  it('are there for every event', () => {
    const missing = [...written].filter(([event]) => !knownEvents.includes(event))
    expect(missing.map(([event, file]) => `${event} in ${file}`)).to.deep.equal([])
  })

  it('are looked for where events are written', () => {
    expect([...written.keys()]).to.include.members(['patient.signed-in', 'appointment.confirmed', 'module.enabled'])
    expect(
      eventsIn(`recordAudit(tx, clock, actor, { event: on ? 'door.opened' : 'door.shut', subject: 'x' })`),
    ).to.deep.equal(['door.opened', 'door.shut'])
  })

  it('say who did it, and of whom', () => {
    for (const [key, text] of Object.entries(eventWords.en)) expect(text, key).to.include('{{actor}}')
    for (const event of viewEvents) expect(knownEvents).to.include(event)
    for (const [key, text] of Object.entries(eventWords.en)) {
      if (/\.appointment\./.test(key)) expect(text, key).to.include('{{patient}}')
    }
  })
})

describe('A search of the audit trail', () => {
  it('sorts by a column of the list and by nothing else', () => {
    for (const sort of sortKeys) expect(readSearch({ sort }).sort).to.equal(sort)
    for (const sort of ['id', 'a.at', 'at; DROP TABLE x', 'constructor', '__proto__', '']) {
      expect(readSearch({ sort }).sort, sort).to.equal('time')
    }
  })

  it('passes over what it does not know', () => {
    expect(readSearch({ dir: 'sideways', page: '-3', kind: 'x', event: 'x', from: '2026-02-31' })).to.deep.include({
      ...{ descending: true, page: 1, kind: 'all', event: '', from: '' },
    })
    expect(readSearch({ sort: 'actor' }).descending).to.equal(false)
    expect(readSearch({ sort: 'actor', dir: 'desc', page: '99999' })).to.include({ descending: true, page: 200 })
  })
})

describe('A cell of the exported trail', () => {
  it('is text to a spreadsheet, never a formula', () => {
    for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1']) {
      expect(lineOf([formula]), formula).to.equal(`"'${formula}"\r\n`)
    }
    expect(lineOf(['Lee, "Sue"', '2026-11-23', ''])).to.equal('"Lee, ""Sue""","2026-11-23",""\r\n')
  })
})

/** Each event and the file that writes it: what stands at `event:`, and any other text that begins as such a one does. */
function eventsWrittenIn(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/words\.ts$/i.test(name))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
  const atEvent = files.flatMap(({ name, text }) => eventsIn(text).map((event) => [event, name] as const))
  const ofOutbox = new Set(files.flatMap(({ text }) => outboxEventsIn(text)))
  const kinds = new Set([...atEvent.map(([event]) => event), ...knownEvents].map((event) => event.split('.')[0]))
  const elsewhere = files.flatMap(({ name, text }) =>
    textsIn(text)
      .filter((each) => kinds.has(each.split('.')[0]) && !/\.(ics|json)$/.test(each))
      .map((event) => [event, name] as const),
  )
  const keys = keysOfWords(folder)
  const isOther = (text: string) => keys.has(text) || ofOutbox.has(text)
  const isEvent = (text: string) => knownEvents.includes(text) || !isOther(text)
  return new Map([...elsewhere.filter(([event]) => isEvent(event)), ...atEvent])
}

/** Keys of words that are said by the same names (`settings.title`), and kinds of letters (`letter.code.welcome.subject`). */
function keysOfWords(folder: string): Set<string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /words\.ts$/i.test(name))
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'))
  const letters = texts.flatMap((text) =>
    [...text.matchAll(/'letter\.([\w.-]+)\.subject'/g)].map(([, kind = '']) => kind),
  )
  const plurals = texts.flatMap((text) => [...text.matchAll(/'([\w.-]+)_other'/g)].map(([, key = '']) => key))
  return new Set([...texts.flatMap(textsIn), ...plurals, ...letters])
}

function eventsIn(text: string): string[] {
  const found: string[] = []
  walk(text, (node) => {
    if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'event' || isOfOutbox(node.parent)) return
    const { initializer } = node
    const ends = ts.isConditionalExpression(initializer) ? [initializer.whenTrue, initializer.whenFalse] : [initializer]
    for (const end of ends) if (ts.isStringLiteralLike(end) && EVENT.test(end.text)) found.push(end.text)
  })
  return found
}

function outboxEventsIn(text: string): string[] {
  const found: string[] = []
  walk(text, (node) => {
    if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'event' || !isOfOutbox(node.parent)) return
    if (ts.isStringLiteralLike(node.initializer)) found.push(node.initializer.text)
  })
  return found
}

/** An event for listeners, or a listener: not what is written into the trail. */
function isOfOutbox(node: ts.ObjectLiteralExpression): boolean {
  return node.properties.some((each) => ['payload', 'hear'].includes(each.name?.getText() ?? ''))
}

function textsIn(text: string): string[] {
  const found: string[] = []
  walk(text, (node) => {
    if (!ts.isStringLiteralLike(node)) return
    // In a statement it stands in quotes of its own.
    const inSql = [...node.text.matchAll(/'([a-z.-]+)'/g)].map(([, each = '']) => each)
    found.push(...[node.text, ...inSql].filter((each) => EVENT.test(each)))
  })
  return found
}

function walk(text: string, look: (node: ts.Node) => void): void {
  const visit = (node: ts.Node): void => {
    look(node)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true))
}
