/** One submission with everything that staff need to decide: the very bytes, whose they are, and where they will go. */
import { fileOf, type StoredFile } from '../../../access/storedFiles.js'
import { findPatient, type Patient } from '../../../host/patients.js'
import { colleagues, type Colleague } from '../../../host/reads/staffAppointments.js'
import { pagePictures } from '../../../platform/pdf/paper.js'
import { holderView } from '../../../web/claiming.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import { labelOf, type Field } from '../directives.js'
import { holderOf, marksOf, type Submission } from '../submissions.js'
import { isCorrectable } from './answering.js'
import { categoriesFor, isScanned, usualCategory, usualName } from './filing.js'
import { unsignedFields } from '../filling/filling.js'
import { fillingOf } from './remaking.js'
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
  const [file, patient, filling, people] = await Promise.all([
    row.file_id === null ? undefined : fileOf(portal.db, row.file_id),
    row.pid === null ? undefined : findPatient(portal.db, row.pid),
    open ? fillingOf(portal, row) : undefined,
    colleagues(portal.db),
  ])
  const base = `/staff/portal/documents/submissions/${String(row.id)}`
  const unsigned = filling ? unsignedFields(filling) : []
  const page = {
    backHref: url('/staff/portal/documents'),
    title: row.title,
    status: stateTag(context, row.state),
    open,
    whose: whoseView(context, row, patient),
    facts: await factsOf(context, row, file),
    note: row.note,
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
      open && isCorrectable(row) && filling ? returningView(context, row, filling.fields, typed, base) : undefined,
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

/** The bytes as pictures, so that they are seen without a program of the browser's; what cannot be painted is downloaded. */
async function shownView(context: StaffContext, row: Submission, file: StoredFile, base: string) {
  const { t, url } = context
  const downloadHref = url(`${base}/file`)
  // What the scan objects to is not opened here either.
  if (!isScanned(row)) return { pages: [], downloadHref: undefined, none: t('audit.notOpened') }
  const count = await pagesOf(context, file)
  const pages = Array.from({ length: Math.min(count, PAGES_MOST) }, (_each, at) => ({
    src: url(`${base}/pages/${String(at + 1)}?sha256=${file.sha256}`),
    alt: t('audit.page', { n: at + 1, m: count }),
  }))
  return {
    pages,
    downloadHref,
    none: count === 0 ? t('audit.notPainted', { type: file.mediaType }) : undefined,
    more: count > PAGES_MOST ? t('audit.morePages', { count: count - PAGES_MOST }) : undefined,
  }
}

export const PAGES_MOST = 40

/** 0: it cannot be painted. */
async function pagesOf({ portal }: StaffContext, file: StoredFile): Promise<number> {
  if (file.mediaType.startsWith('image/')) return isPicture(file) ? 1 : 0
  if (!isPdf(file)) return 0
  try {
    return (await pagePictures(await portal.files.read(file.key), 0, 0)).count
  } catch {
    // Says it is a PDF, and is none that can be opened, or asks for a password.
    return 0
  }
}

const PAINTED_BYTES = 60_000_000

export function isPdf({ bytes, mediaType }: Pick<StoredFile, 'bytes' | 'mediaType'>): boolean {
  return mediaType === 'application/pdf' && bytes <= PAINTED_BYTES
}

export function isPicture({ bytes, mediaType }: Pick<StoredFile, 'bytes' | 'mediaType'>): boolean {
  return (
    ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/tiff'].includes(mediaType) && bytes <= PAINTED_BYTES
  )
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

export const NAME_MOST = 200

function nameAsked(text: string | undefined): string | undefined {
  const name = text?.replace(/\p{Cc}/gu, '').trim() ?? ''
  return name === '' ? undefined : name.slice(0, NAME_MOST)
}

function returningView(
  { t, url }: StaffContext,
  row: Submission,
  fields: readonly Field[],
  typed: Typed,
  base: string,
) {
  const marks = typed.marks ?? marksOf(row)
  return {
    action: url(`${base}/return`),
    reason: typed.reason ?? '',
    fields: fields
      .filter(({ by }) => by !== 'staff')
      .map((field) => ({ name: `mark.${field.name}`, label: labelOf(field, t), value: marks[field.name] ?? '' })),
  }
}

const REPLIES = 4

function denyingView({ query, t, url }: StaffContext, typed: Typed, base: string) {
  const asked = Number(/^[1-9]$/.exec(query['reply'] ?? '')?.[0] ?? 0)
  const reply = asked >= 1 && asked <= REPLIES ? t(`audit.reply.${String(asked)}`) : ''
  return {
    action: url(`${base}/denial`),
    reason: typed.denial ?? reply,
    replies: Array.from({ length: REPLIES }, (_each, at) => ({
      text: t(`audit.reply.${String(at + 1)}`),
      href: `${url(base)}?reply=${String(at + 1)}#deny`,
    })),
  }
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
