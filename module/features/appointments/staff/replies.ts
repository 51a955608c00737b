/** Ready answers, to begin with and to change. */
import type { StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'
import type { StaffContext } from '../../../web/routes.js'
import { visitWords } from './visitWords.js'

type ReplyKind = 'decline' | 'proposal' | 'note'

const replyCount: Record<ReplyKind, number> = { decline: 3, proposal: 3, note: 2 }

/** Ready answers, to begin with and to change: in the language that the reader has chosen, where it is known. */
export function repliesFor({ url, params }: StaffContext, kind: ReplyKind, language: Language, path = '') {
  return Array.from({ length: replyCount[kind] }, (_, index) => ({
    text: replyText(kind, language, index + 1),
    href: url(`/staff/portal/appointments/${params['id'] ?? ''}${path}?reply=${String(index + 1)}`),
  }))
}

/** The ready answer that the address asks for. */
export function replyAsked({ query }: StaffContext, kind: ReplyKind, language: Language): string | undefined {
  const number = Number(/^[1-9]$/.exec(query['reply'] ?? '')?.[0] ?? 0)
  return number >= 1 && number <= replyCount[kind] ? replyText(kind, language, number) : undefined
}

function replyText(kind: ReplyKind, language: Language, number: number): string {
  const words: Readonly<Record<string, string>> = visitWords[language]
  return words[`appointments.reply.${kind}.${String(number)}`] ?? ''
}

/** What the patient reads, in what they read. */
export function languageOf({ portal }: StaffContext, row: StaffAppointmentRow): Language {
  return isLanguage(row.account_language) ? row.account_language : portal.settings().defaultLanguage
}
