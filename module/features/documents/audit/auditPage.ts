/** One submission with everything that staff need to decide: the very bytes, whose they are, and where they will go. */
import { fileOf, type StoredFile } from '../../../access/storedFiles.js'
import { findPatient, type Patient } from '../../../host/patients.js'
import { colleagues, type Colleague } from '../../../host/reads/staffAppointments.js'
import { shorterName } from '../../../platform/letters.js'
import { holderView } from '../../../web/claiming.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import { isDrawn, isMarked, labelOf, type Field } from '../directives.js'
import { earlierFiles } from '../earlierFiles.js'
import { holderOf, marksOf, type Submission } from '../submissions.js'
import { categoriesFor, isScanned, NAME_MOST, usualCategory, usualName } from './filing.js'
import { unsignedFields, type Filling } from '../filling/filling.js'
import { saidLabel } from '../filling/there.js'
import { pinnedContents, type Pinned } from '../pinned.js'
import { notFiledView } from './notFiled.js'
import { fillingOf } from './remaking.js'
import { shownView } from './shown.js'
import { kindTag, scanTag, stateTag } from './tags.js'
import { writeSize } from '../../../web/numbers.js'
import { whoseOf } from '../../../web/whose.js'

/** What was typed, where something of it was refused. */
export interface Typed {
  reason?: string
  denial?: string
  marks?: Readonly<Record<string, string>>
}

/** View: /documents/audit/one. `about`: of whom something is shown. */
export async function auditPage(context: StaffContext, row: Submission, errors: readonly FieldError[], typed: Typed) {
  const { portal, t, url } = context
  const open = row.state === 'waiting'
  const [file, patient, filling, pinned, people] = await Promise.all([
    row.file_id === null ? undefined : fileOf(portal.db, row.file_id),
    row.pid === null ? undefined : findPatient(portal.db, row.pid),
    open ? fillingOf(portal, row) : undefined,
    row.kind === 'document' ? pinnedContents(portal.db, row.id) : undefined,
    colleagues(portal.db),
  ])
  const base = `/staff/portal/documents/submissions/${String(row.id)}`
  const unsigned = filling ? unsignedFields(filling) : []
  const page = {
    backHref: url('/staff/portal/documents'),
    title: row.title,
    status: stateTag(context, row.state),
    notFiled: notFiledView(context, row),
    open,
    whose: whoseView(context, row, patient),
    facts: await factsOf(context, row, file),
    note: row.note,
    there: thereView(context, filling, pinned),
    earlier: await earlierView(context, row, people, base),
    shown: file ? await shownView(context, row, file, base) : undefined,
    /** What every form says that was shown: checked before anything is decided. */
    seen: { id: row.id, pid: row.pid ?? '', version: row.version, sha256: file?.sha256 ?? '' },
    holder: open
      ? holderView(context, { holder: holderOf(portal, row)?.by, people, base, choose: 'audit.choose' })
      : undefined,
    filing: open && file ? await filingView(context, row, file, patient, unsigned, base) : undefined,
    signing:
      open && unsigned.length > 0
        ? { action: url(`${base}/signature`), send: t('audit.sign.send', { name: context.staff.name }) }
        : undefined,
    returning:
      open && (row.kind === 'upload' || filling)
        ? returningView(context, row, filling?.fields ?? [], typed, base)
        : undefined,
    denying: open ? denyingView(context, typed, base) : undefined,
    decided: decidedView(context, row, people),
    errors,
    errorAt: Object.fromEntries(errors.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]]))),
  }
  return { page, about: whoseOf(row) }
}

function whoseView(context: StaffContext, row: Submission, patient: Patient | undefined) {
  const { t, url } = context
  if (!patient || row.pid === null) return { name: t('audit.noChart'), born: '', number: '', href: undefined }
  return {
    name: personName(patient.lastName, patient.firstName),
    born: bornText(context, patient.born),
    number: numberOf(patient),
    href: url(`/staff/portal/patients/${String(row.pid)}`),
  }
}

function numberOf({ pid, pubpid }: Patient): string {
  return pubpid === '' ? String(pid) : pubpid
}

/** That the host's own portal changed it after it was filled here, and what stood in it before. */
function thereView({ t }: StaffContext, filling: Filling | undefined, pinned: Pinned | undefined) {
  const state = pinned?.there ?? (filling?.there && 'pending')
  if (state === undefined) return undefined
  const said = (value: string) => (isDrawn(value) ? t('audit.there.signature') : isMarked(value) ? '☑' : value)
  return {
    text: t(`audit.there.${state}`),
    lines: Object.entries(filling?.there?.before ?? {}).map(([term, value]) => ({
      term: saidLabel(t, term),
      text: said(value),
    })),
  }
}

async function factsOf(context: StaffContext, row: Submission, file: StoredFile | undefined) {
  const { portal, t } = context
  const account =
    row.account_id === null
      ? undefined
      : await portal.db.first<{ name: string }>(`SELECT display_name AS name FROM foyer_accounts WHERE id = :id`, {
          id: row.account_id,
        })
  const line = (key: string, text: string) => (text === '' ? [] : [{ term: t(`audit.fact.${key}`), text }])
  return [
    ...line('kind', kindTag(context, row.kind).text),
    ...line('from', account?.name ?? t('audit.fromHostShort')),
    ...line('sent', writeInstant(context, row.sent_at)),
    ...line('receipt', row.receipt),
    ...line('file', file ? `${file.name}, ${file.mediaType}, ${writeSize(file.bytes, context.language)}` : ''),
    ...line('scan', scanTag(context, row.scan)?.text ?? ''),
    ...line('sha256', file?.sha256 ?? ''),
  ]
}

/** What stood here under the same number, the latest first, and what became of it. */
async function earlierView(context: StaffContext, row: Submission, people: readonly Colleague[], base: string) {
  const { portal, t, url } = context
  if (row.kind !== 'upload') return []
  return (await earlierFiles(portal.db, row.id)).reverse().map((file) => ({
    name: file.name,
    href: file.file_id === null || !isScanned(row) ? undefined : url(`${base}/file?earlier=${String(file.id)}`),
    sent: t('audit.earlier.sent', { at: writeInstant(context, file.sent_at) }),
    returned:
      file.returned_at === null
        ? ''
        : t('audit.decidedBy', {
            state: t('audit.state.returned'),
            by: nameIn(people, file.returned_by ?? ''),
            at: writeInstant(context, file.returned_at),
          }),
    reason: file.reason ?? '',
  }))
}

function nameIn(people: readonly Colleague[], username: string): string {
  return people.find((each) => each.username === username)?.name ?? username
}

/** Category and name are chosen first, so that the button says exactly what it does, with JavaScript or without. */
async function filingView(
  context: StaffContext,
  row: Submission,
  file: StoredFile,
  patient: Patient | undefined,
  unsigned: readonly Field[],
  base: string,
) {
  const { portal, query, staff, t, url } = context
  if (row.pid === null || !patient) {
    return {
      not: t('audit.not.no-chart'),
      fix: { href: url('/staff/portal/registrations'), label: t('audit.toRegistrations') },
    }
  }
  if (!isScanned(row)) return { not: t('audit.not.not-scanned'), fix: undefined }
  const all = await categoriesFor(portal.db, staff.username)
  const asked = Number(/^[1-9]\d{0,9}$/.exec(query['category'] ?? '')?.[0] ?? 0)
  const chosen = all.find(({ id }) => id === asked) ?? all.find(({ id }) => id === usualCategory(all, row))
  const name = nameAsked(query['name']) ?? usualName(row, file.name)
  const person = `${personName(patient.lastName, patient.firstName)} (${t('audit.chartNumber', { number: numberOf(patient) })})`
  return {
    not: undefined,
    fix: undefined,
    chooseAction: url(base),
    action: url(`${base}/filing`),
    category: chosen ? String(chosen.id) : '',
    name,
    categories: all.map(({ id, path }) => ({ value: String(id), text: path.join(' / '), selected: id === chosen?.id })),
    /** "File “Privacy notice.pdf” into Reviewed of Rivera, Ana (chart 12)" */
    confirm: chosen ? t('audit.confirm', { name, category: chosen.name, person }) : undefined,
    unsigned: unsigned.length > 0,
  }
}

function nameAsked(text: string | undefined): string | undefined {
  const name = text?.replace(/\p{Cc}/gu, '').trim() ?? ''
  return name === '' ? undefined : shorterName(name, NAME_MOST)
}

function returningView(context: StaffContext, row: Submission, fields: readonly Field[], typed: Typed, base: string) {
  const { t, url } = context
  const marks = typed.marks ?? marksOf(row)
  const file = row.kind === 'upload'
  const replies = file ? repliesOf(context, 'again', 'return', base) : undefined
  return {
    action: url(`${base}/return`),
    hint: t(file ? 'audit.return.fileHint' : 'audit.return.hint'),
    reason: typed.reason ?? replies?.chosen ?? '',
    replies: replies?.offered ?? [],
    fields: fields
      .filter(({ by }) => by !== 'staff')
      .map((field) => ({ name: `mark.${field.name}`, label: labelOf(field, t), value: marks[field.name] ?? '' })),
  }
}

/** What is often said, by number: `audit.reply.1`. Of a file that is asked for once more, and of what is denied. */
const replyNumbers = { again: [5, 1, 4], reply: [1, 2, 3, 4] } as const

/** `chosen`: what the address asks to begin with, `?reply=1`. */
function repliesOf({ query, t, url }: StaffContext, name: keyof typeof replyNumbers, card: string, base: string) {
  const numbers: readonly number[] = replyNumbers[name]
  const asked = numbers.find((number) => String(number) === query[name])
  return {
    chosen: asked === undefined ? '' : t(`audit.reply.${String(asked)}`),
    offered: numbers.map((number) => ({
      text: t(`audit.reply.${String(number)}`),
      href: `${url(base)}?${name}=${String(number)}#${card}`,
    })),
  }
}

function denyingView(context: StaffContext, typed: Typed, base: string) {
  const { chosen, offered } = repliesOf(context, 'reply', 'deny', base)
  return { action: context.url(`${base}/denial`), reason: typed.denial ?? chosen, replies: offered }
}

function decidedView(context: StaffContext, row: Submission, people: readonly Colleague[]) {
  if (row.state === 'waiting' || row.decided_at === null) return undefined
  const { t } = context
  const by = row.decided_by === null || row.decided_by === '' ? t('audit.somebody') : nameIn(people, row.decided_by)
  return {
    text: t('audit.decidedBy', { state: t(`audit.state.${row.state}`), by, at: writeInstant(context, row.decided_at) }),
    reason: row.reason ?? '',
    filed:
      row.document_id === null
        ? undefined
        : t('audit.filedAs', { name: row.filed_name ?? '', number: row.document_id }),
  }
}
