/**
 * The trail keeps where something was seen as the pattern of its address, and what something was done to by a kind and a
 * number. Here is what both are called. A test walks the route table: every page of patients has its words.
 */
import type { Translate } from '../../../platform/i18n.js'
import { traceWords } from './traceWords.js'

/** Below /portal. */
const ofAccount: Readonly<Record<string, readonly string[]>> = {
  start: [''],
  records: ['/records'],
  account: ['/account', '/account/language'],
  accountSafety: [
    '/account/history',
    '/account/password',
    '/account/email',
    '/account/sessions/ending',
    '/account/second-factor',
    '/account/second-factor/app',
    '/account/second-factor/app/removal',
    '/account/second-factor/passkeys',
    '/account/second-factor/passkeys/new',
    '/account/second-factor/passkeys/:passkey',
    '/account/second-factor/passkeys/:passkey/name',
    '/account/second-factor/passkeys/:passkey/removal',
    '/account/second-factor/codes',
    '/account/second-factor/removal',
  ],
  codes: ['/codes'],
  codeReceipt: ['/codes/receipts/:record'],
  registrations: [
    '/account/registrations',
    '/account/registrations/new',
    '/account/registrations/:receipt',
    '/account/registrations/:receipt/answer',
    '/account/registrations/:receipt/withdrawal',
  ],
  bookingWhom: ['/account/booking'],
}

/** Below /portal/records/:record. */
const ofRecord: Readonly<Record<string, readonly string[]>> = {
  home: [''],
  visits: ['/appointments'],
  visit: [
    '/appointments/:id',
    '/appointments/:id/acceptance',
    '/appointments/:id/answer',
    '/appointments/:id/alternatives/:alternative',
    '/appointments/:id/cancellation/withdrawal',
  ],
  visitTimes: ['/appointments/new', '/appointments/new/check'],
  visitReceipt: ['/appointments/receipts/:receipt'],
  visitCalendar: ['/appointments/:id/calendar.ics'],
  visitMove: ['/appointments/:id/rescheduling', '/appointments/:id/rescheduling/check'],
  visitCancel: ['/appointments/:id/cancellation'],
  documents: ['/documents', '/documents/new'],
  documentsPaper: ['/documents/list.pdf'],
  documentsArchive: ['/documents/archive'],
  chartDocument: ['/documents/chart/:document', '/documents/chart/:document/picture'],
  chartDocumentFile: ['/documents/chart/:document/file'],
  asked: ['/documents/asked', '/documents/asked/:template'],
  filled: [
    '/documents/filled/:id',
    '/documents/filled/:id/check',
    '/documents/filled/:id/submission',
    '/documents/filled/:id/withdrawal',
    '/documents/filled/:id/removal',
    '/documents/filled/:id/kept/:kept/dismissal',
  ],
  filledReceipt: ['/documents/filled/:id/receipt'],
  filledPdf: ['/documents/filled/:id/document.pdf'],
  filledReading: ['/documents/filled/:id/files/:template', '/documents/filled/:id/files/:template/pages/:page'],
  filledReadingFile: ['/documents/filled/:id/files/:template/file'],
  upload: ['/documents/upload'],
  uploaded: [
    '/documents/upload/:batch',
    '/documents/upload/:batch/standing',
    '/documents/upload/:batch/files/:file/withdrawal',
    '/documents/upload/:batch/files/:file/replacement',
  ],
  uploadedFile: ['/documents/upload/:batch/files/:file'],
  forms: ['/forms'],
  form: [
    '/forms/:id',
    '/forms/:id/beginning',
    '/forms/:id/draft',
    '/forms/:id/kept/:kept',
    '/forms/:id/review',
    '/forms/:id/submission',
  ],
  formAnswers: ['/forms/answers/:receipt'],
  formAnswersFile: ['/forms/answers/:receipt/response.json'],
  profile: ['/profile'],
  profileEdit: ['/profile/edit/:section'],
  profileInsurance: ['/profile/insurance/:type'],
  profileChange: ['/profile/changes/:receipt', '/profile/changes/:receipt/withdrawal'],
}

/** As long as the trail's column is (web/views.ts). */
const SUBJECT_MOST = 64

const places = new Map([...entriesOf('/portal', ofAccount), ...entriesOf('/portal/records/:record', ofRecord)])

function entriesOf(base: string, pages: Readonly<Record<string, readonly string[]>>): Array<[string, string]> {
  return Object.entries(pages).flatMap(([place, paths]) =>
    paths.map((path): [string, string] => [`${base}${path}`.slice(0, SUBJECT_MOST), place]),
  )
}

/** The key of the words for a page, by its address as the trail has it. Undefined: a page of another release. */
export function placeOf(address: string): string | undefined {
  const place = places.get(address.slice(0, SUBJECT_MOST))
  return place === undefined ? undefined : `registrations.place.${place}`
}

/** "the list of the visits" */
export function placeText(t: Translate, address: string): string {
  return t(placeOf(address) ?? 'registrations.place.other')
}

/** "Visit no. 104", of `appointment:104`. */
export function thingText(t: Translate, subject: string): string {
  const [kind = '', id = ''] = subject.split(':')
  const key = `registrations.thing.${kind}`
  return t(key in traceWords.en ? key : 'registrations.thing.other', { id })
}
