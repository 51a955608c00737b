/** A line of the trail as a person reads it. */
import { knownRelationship } from '../../access/scope.js'
import type { Translate } from '../../platform/i18n.js'
import { knownEvents } from './eventWords.js'
import { NAMES_MOST } from './names.js'
import type { AuditRow, LeftOut } from './search.js'

/** "Susan Lee confirmed an appointment of Santos, Leo". An event without words is told by its name. */
export function sentenceOf(t: Translate, row: AuditRow, patient: string): string {
  const { actor_name: actor, event } = row
  if (!knownEvents.includes(event)) return t('auditTrail.unknownEvent', { actor, event, patient })
  return t(`auditTrail.event.${event}`, { actor, patient, place: placeOf(t, row) })
}

/** The patient's name with the chart's number; the account's name where there is no chart; words for a chart that is gone, and for nobody's. */
export function patientOf(t: Translate, { own_name: own, pid }: AuditRow, names: ReadonlyMap<number, string>): string {
  if (pid === null) return own === null ? t('auditTrail.noChart') : t('auditTrail.ownRecord', { name: own })
  return names.get(pid) ?? t('auditTrail.chartGone', { pid: String(pid) })
}

/** Neither of a chart nor of an account. */
export function isAboutNobody({ own_name: own, pid }: AuditRow): boolean {
  return pid === null && own === null
}

/** Of whom entries were not looked for, and how to find them. */
export function leftOutText(t: Translate, { who, typed }: LeftOut): string {
  return t(`auditTrail.leftOut.${who}`, { most: NAMES_MOST, typed })
}

/** What the actor is to the patient; '' for staff and for an account's own record. */
export function actingAs(t: Translate, { relationship }: AuditRow): string {
  return relationship === null ? '' : t(`auditTrail.as.${knownRelationship(relationship)}`)
}

const places: readonly [pattern: RegExp, key: string][] = [
  [/\.ics$/, 'calendarFile'],
  [/^\/portal\/records\/:record$/, 'home'],
  [/^\/portal\/records\/:record\/appointments\b/, 'appointments'],
  [/^\/portal\/records\/:record\/documents\b/, 'documents'],
  [/^\/portal\/records\/:record\/forms\b/, 'forms'],
  [/^\/portal\/records\/:record\/profile\b/, 'profile'],
  [/^\/portal\/records$/, 'records'],
  [/^\/portal\/(account|codes)\b/, 'account'],
  [/^\/staff\/portal(\/cards\b.*)?$/, 'dashboard'],
  [/^\/staff\/portal\/patients$/, 'search'],
  [/^\/staff\/portal\/patients\/:pid\b/, 'panel'],
  [/^\/staff\/portal\/appointments\b/, 'requests'],
  [/^\/staff\/portal\/(registrations|accounts)\b/, 'registrations'],
  [/^\/staff\/portal\/documents\b/, 'toAudit'],
  [/^\/staff\/portal\/templates\b/, 'templates'],
  [/^\/staff\/portal\/forms\/(library|rules|assigning|assignments)\b/, 'asking'],
  [/^\/staff\/portal\/forms\b/, 'answers'],
  [/^\/staff\/portal\/profile-changes\b/, 'changes'],
  [/^\/staff\/portal\/ages\b/, 'ages'],
  [/^\/staff\/portal\/(why|access)\b/, 'why'],
  [/^\/staff\/portal\/audit-trail\b/, 'auditTrail'],
  [/^\/staff\/portal\/operations\b/, 'operations'],
]

/** The page that was seen, by the pattern of its address; the pattern itself where there are no words for it. */
function placeOf(t: Translate, { details, subject }: AuditRow): string {
  const key = places.find(([pattern]) => pattern.test(subject))?.[1]
  const place = key === undefined ? subject : t(`auditTrail.place.${key}`)
  const count = listedIn(details)
  return count === undefined ? place : t('auditTrail.place.listed', { place, count })
}

function listedIn(details: string): number | undefined {
  const listed = /"listed": ?(\d+)/.exec(details)?.[1]
  return listed === undefined ? undefined : Number(listed)
}
