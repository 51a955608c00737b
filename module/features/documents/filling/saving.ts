/** A draft is kept: what was typed, from whichever page it comes. Nothing that somebody typed is lost by it. */
import { createHash } from 'node:crypto'
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { EDITING, keepsValues, saveOnsiteDocument } from '../../../host/onsiteDocuments.js'
import { noteDocument } from '../../../host/portalActivity.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import type { Field } from '../directives.js'
import { answersIn, patientSignature, SIGNATURE_MOST, type Answers } from './answers.js'
import { findFilling, isOfOtherText, markIn, sha256Of, type Filling } from './filling.js'
import {
  filledRowOf,
  insertFilled,
  keepText,
  noteSave,
  valuesOf,
  signingsOf,
  type FilledRow,
  type Page,
} from './filledRows.js'
import { askForms } from './formsInside.js'
import { signingsNow, type Fresh, type Signing, type Signings } from './signatures.js'
import { drawnSignature, typedSignature } from './signing.js'
import { mayChange, type Standing } from './standing.js'
import { hostTextOf, takeOver, typedInOther } from './there.js'
import { pinPdfs } from './versions.js'

export interface SaveInput {
  scope: ChartScope
  /** onsite_documents.id */
  id: number
  /** As posted. */
  body: Readonly<Record<string, unknown>>
  page: Page
  /** By itself while somebody types: not told of in the trail. */
  byItself: boolean
}

export type SaveOutcome =
  | { ok: true; mark: string }
  | { ok: false; reason: 'not-found' }
  /** It was sent, or thrown away, in the meantime. What was typed is kept beside it. */
  | { ok: false; reason: 'over'; standing: Standing }
  /** By field: a key of words. Nothing was kept. */
  | { ok: false; reason: 'invalid'; errors: Readonly<Record<string, string>> }
  /** Another page has saved since this one was opened: both texts are kept. */
  | { ok: false; reason: 'newer'; theirs: Answers; mine: Answers; mark: string; fields: readonly Field[] }

/** Keeps a draft (host state Editing), or says why not. */
export async function saveDraft(portal: Portal, actor: Actor, input: SaveInput): Promise<SaveOutcome> {
  const { scope, id, body } = input
  const known = await findFilling(portal.db, portal, scope.pid, id)
  if (!known) return { ok: false, reason: 'not-found' }
  // Pictures take their time: before anybody waits for us.
  const pictures = await picturesIn(known, isOfOtherText(portal, known, input.page.seen) ? {} : body)
  if (!pictures.ok) return { ok: false, reason: 'invalid', errors: pictures.errors }
  return portal.db.transaction((tx) => saveInTurn(portal, tx, actor, input, pictures.made))
}

async function saveInTurn(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: SaveInput,
  pictures: ReadonlyMap<string, Picture>,
): Promise<SaveOutcome> {
  const { scope, id, body, page } = input
  await takeTurn(tx, [patientTurn(scope)])
  const filling = await findFilling(tx, portal, scope.pid, id, 'lock')
  if (!filling) return { ok: false, reason: 'not-found' }
  if (isOfOtherText(portal, filling, page.seen)) return keepBeside(portal, tx, actor, input, filling)
  const said = answersIn(filling.fields, body, filling.answers)
  if (!said.ok) return { ok: false, reason: 'invalid', errors: said.errors }
  const mine = withPictures(filling.fields, said.answers, pictures)
  const filled = filling.filled ?? (await adopt(portal, tx, actor, scope, filling))
  const markNow = (of: Answers) => markIn(portal, filling, of)
  const mark = markNow(filling.answers)
  if (!mayChange(filling.standing)) {
    if (markNow(mine) !== mark) await keepText(tx, filled.id, page, mine, utc(portal.clock.now()))
    return { ok: false, reason: 'over', standing: filling.standing }
  }
  switch (standingOfPage(filled, page, mark)) {
    case 'overtaken':
      return { ok: true, mark }
    case 'newer':
      if (markNow(mine) === mark) break
      await keepText(tx, filled.id, page, mine, utc(portal.clock.now()))
      return { ok: false, reason: 'newer', theirs: filling.answers, mine, mark, fields: filling.fields }
    case 'latest':
      break
  }
  const signings = signingsNow(scope, filling.fields, mine, {
    ...{ before: signingsOf(filled), fresh: freshIn(filling.fields, said.answers, pictures) },
    now: utc(portal.clock.now()),
  })
  await keep(portal, tx, actor, input, filling, filled, mine, signings)
  return { ok: true, mark: markNow(mine) }
}

/** What was typed into a page of before the host's portal wrote another text is in none of its fields: it is kept beside it. */
async function keepBeside(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  { body, page, scope }: SaveInput,
  filling: Filling,
): Promise<SaveOutcome> {
  const { answers, fields, standing } = filling
  const filled = filling.filled ?? (await adopt(portal, tx, actor, scope, filling))
  const typed = typedInOther(filling, body)
  if (Object.keys(typed).length > 0) await keepText(tx, filled.id, besides(page), typed, utc(portal.clock.now()))
  if (!mayChange(standing)) return { ok: false, reason: 'over', standing }
  const mark = markIn(portal, filling, answers)
  return { ok: false, reason: 'newer', theirs: answers, mine: { ...answers, ...typed }, mark, fields }
}

/** Of its own: the page's next save, in the fields that there are now, holds nothing of it. */
function besides({ number, on, seen }: Page): Page {
  return { number, seen, on: createHash('sha256').update(on).digest('base64url').slice(0, on.length) }
}

/**
 * - latest: the page knows what there is, or saved it itself
 * - overtaken: a later save of the same page was faster
 * - newer: somebody else has saved since
 */
function standingOfPage(filled: FilledRow, page: Page, mark: string): 'latest' | 'overtaken' | 'newer' {
  if (filled.saved_on === page.on && filled.saved_mark === mark) {
    return page.number < filled.saved_number ? 'overtaken' : 'latest'
  }
  return page.seen === mark ? 'latest' : 'newer'
}

/**
 * Begun in the host's own portal: it goes by the copy that was made there, which stays as it is. What stands in it to be
 * answered or read is asked for from now on.
 */
async function adopt(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  scope: ChartScope,
  { document, fields, source, standing }: Filling,
): Promise<FilledRow> {
  const filledId = await insertFilled(tx, {
    ...{ onsiteId: document.id, pid: scope.pid, accountId: scope.account.id, templateId: document.templateId },
    ...{
      versionId: undefined,
      sha256: sha256Of(source),
      hostText: hostTextOf(document.copy),
      now: utc(portal.clock.now()),
    },
  })
  if (mayChange(standing)) {
    await pinPdfs(tx, portal, filledId, fields)
    await askForms(tx, portal, actor, scope, { documentId: document.id, filledId, fields })
  }
  const row = await filledRowOf(tx, document.id, 'lock')
  if (!row) throw new Error('what was just written is not there')
  return row
}

async function keep(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  { scope, id, page, byItself }: SaveInput,
  filling: Filling,
  filled: FilledRow,
  answers: Answers,
  signings: Signings,
): Promise<void> {
  const { document, fields, source, there } = filling
  const now = portal.clock.now()
  const values = valuesOf(answers, document.values)
  await takeOver(tx, { ...filling, sha256: sha256Of(source) }, utc(now))
  const image = patientSignature(fields, answers)
  await saveOnsiteDocument(tx, portal.site, {
    ...{ id, values, state: EDITING },
    signature: image === undefined ? undefined : { at: wallClock(now), image },
  })
  await noteDocument(tx, { pid: scope.pid, documentId: id, title: document.title, at: wallClock(now) }, 'editing')
  await noteSave(tx, {
    ...{ id: filled.id, page, mark: markIn(portal, filling, answers), now: utc(now) },
    ...{ signings, signing: patientsSigning(fields, signings) },
    values: keepsValues(portal.site) ? null : JSON.stringify(values),
  })
  if (byItself && !there?.text) return
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: 'document.saved', subject: `document:${String(id)}`, pid: scope.pid },
    ...(there?.text ? { details: { text: 'host' } } : {}),
  })
}

/** The first, where there are several places. */
function patientsSigning(fields: readonly Field[], signings: Signings): Signing | undefined {
  return fields.flatMap(({ by, name }) => (by === 'patient' ? (signings[name] ?? []) : []))[0]
}

interface Picture {
  image: string
  kind: Signing['kind']
  /** What was typed. */
  name: string
  /** False: it was signed before, in the host's own portal, and is only made smaller. */
  isNew: boolean
}

type Pictures = { ok: true; made: ReadonlyMap<string, Picture> } | { ok: false; errors: Record<string, string> }

/** Of each signature that was typed or drawn, by what was posted. */
async function picturesIn({ fields, answers }: Filling, body: SaveInput['body']): Promise<Pictures> {
  const said = answersIn(fields, body, answers)
  if (!said.ok) return { ok: false, errors: { ...said.errors } }
  const made = new Map<string, Picture>()
  const errors: Record<string, string> = {}
  for (const { by, name, kind } of fields) {
    const value = said.answers[name] ?? ''
    if (kind !== 'signature' || by === 'staff' || value === '') continue
    const isNew = value !== answers[name]
    // What was kept is a picture already, of our own making or the host's: whose may be larger than its own column.
    if (!isNew && value.length <= SIGNATURE_MOST) continue
    const isTyped = !value.startsWith('data:')
    const picture = isTyped ? await typedSignature(value) : await drawnSignature(value)
    if (!picture.ok) errors[name] = `filling.signature.${picture.reason}`
    else made.set(value, { image: picture.image, isNew, ...(isTyped ? { kind: 'typed', name: value } : DRAWN) })
  }
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, made }
}

const DRAWN = { kind: 'drawn', name: '' } as const

/** Only in fields that are signed: a name that is typed elsewhere too stays a name. */
function withPictures(fields: readonly Field[], answers: Answers, pictures: ReadonlyMap<string, Picture>): Answers {
  const signed = new Set(fields.flatMap(({ kind, name }) => (kind === 'signature' ? [name] : [])))
  return Object.fromEntries(
    Object.entries(answers).map(([name, value]) => [name, (signed.has(name) && pictures.get(value)?.image) || value]),
  )
}

/** Of the fields that were signed by this save. */
function freshIn(fields: readonly Field[], said: Answers, pictures: ReadonlyMap<string, Picture>): Fresh {
  return new Map(
    fields.flatMap(({ kind, name }): [string, Picture][] => {
      const picture = kind === 'signature' ? pictures.get(said[name] ?? '') : undefined
      return picture?.isNew ? [[name, picture]] : []
    }),
  )
}
