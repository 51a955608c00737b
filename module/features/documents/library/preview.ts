/** A template as the patient will see it, with somebody who does not exist; and what staff should know before it is saved. */
import { refusalsIn, type Refusal } from '../../../platform/sanitise.js'
import { PDF } from '../../../host/templates.js'
import { day as dayOf } from '../../../platform/clock.js'
import { writeDay } from '../../../web/times.js'
import type { StaffContext } from '../../../web/routes.js'
import {
  chartNamesOf,
  fieldsOf,
  parseTemplate,
  templateNodes,
  unknownIn,
  type ChartValue,
  type Node,
  type Parts,
} from '../directives.js'
import { patientValues } from '../directives/known.js'
import { unfillableIn } from '../fillable.js'

/** What of a template's text is shown: nodes for /documents/directives/nodes. */
export function previewNodes(
  { language, portal, t }: Pick<StaffContext, 'language' | 'portal' | 't'>,
  text: string,
): Node[] {
  const parts = parseTemplate(text)
  const today = writeDay(dayOf(portal.clock.now()), language)
  const chart = new Map(chartNamesOf(parts).map((name) => [name, sampleOf(name, today, t)]))
  return templateNodes(parts, { chart, answers: {} }, 'fill', t)
}

const samples: Readonly<Record<string, string>> = {
  ...{ PatientName: 'Alex Example', PatientID: '1001', Address: '12 Example Street', City: 'Springfield', State: 'NY' },
  ...{ Zip: '10001', PatientPhone: '555-0100', PatientDOB: '1 Jan 1990', PatientSex: 'Female', DOS: '1 Nov 2026' },
  ...{ ReferringDOC: 'Dr. Example', ChiefComplaint: 'Cough', Allergies: 'Penicillin', Medications: 'Ibuprofen' },
  ...{ ProblemList: 'Asthma', 'DEM:fname': 'Alex', 'DEM:lname': 'Example', 'DEM:email': 'alex@example.com' },
}

function sampleOf(name: string, today: string, t: StaffContext['t']): ChartValue {
  if (name.startsWith('CurrentDate:')) return { text: today }
  const known = patientValues.some((each) => each === name)
  const title = known ? t(`directive.value.${name}`) : name.replace(/^\w+:/, '')
  return { text: samples[name] ?? t('templates.sample', { name }), title }
}

export interface Judgement {
  /** It is not saved with these. In words. */
  refused: string[]
  /** It may be, all the same. In words. */
  warnings: string[]
}

/** What is wrong with a text, for who is about to save it. */
export async function judge({ portal, t }: Pick<StaffContext, 'portal' | 't'>, text: string): Promise<Judgement> {
  const refusals = refusalsIn(text)
  const bad = refusals.filter(isCode)
  const rest = refusals.filter((refusal) => !isCode(refusal))
  const parts = parseTemplate(text)
  const unfillable = await unfillableIn(portal.db, portal.site, fieldsOf(parts))
  const [never, notNow] = [true, false].map((is) => unfillable.filter(({ what }) => is === (what === 'encounter-form')))
  return {
    refused: [
      ...bad.slice(0, SAID_MOST).map(({ line, what, why }) => t(`templates.refused.${why}`, { line, what })),
      // Only the EMR's own pages can ask it: a patient would see its name, and staff would never get it.
      ...(never ?? []).slice(0, SAID_MOST).map(({ name }) => t('templates.refused.encounterForm', { name })),
    ],
    warnings: [
      ...rest.slice(0, SAID_MOST).map(({ line, what }) => t('templates.warning.leftOut', { line, what })),
      ...unknownIn(parts)
        .slice(0, SAID_MOST)
        .map((what) => t('templates.warning.unknown', { what })),
      ...(notNow ?? []).slice(0, SAID_MOST).map(({ name, what }) => t(`templates.warning.${what}`, { name })),
      ...missingRules(parts, text, t),
    ],
  }
}

const SAID_MOST = 10

/** Code, wherever it would run: the host's own screens refuse `<script` too (facts §6.1). */
function isCode({ what, why }: Refusal): boolean {
  return why === 'script' || why === 'handler' || (why === 'address' && /^(?:javascript|vbscript|data):$/.test(what))
}

function missingRules(parts: Parts, text: string, t: StaffContext['t']): string[] {
  const fields = fieldsOf(parts)
  const optional = fields.some(({ by, kind, required }) => kind === 'signature' && by === 'patient' && !required)
  return [
    ...(fields.length === 0 ? [t('templates.warning.noFields')] : []),
    ...(optional ? [t('templates.warning.optionalSignature')] : []),
    ...(text.trim() === '' ? [t('templates.warning.empty')] : []),
  ]
}

/** HTML says so to the host, which else gives each line its end (facts §6.1). Line ends as \n. */
export function asKept(typed: string): string {
  const text = typed.replace(/\r\n?/g, '\n')
  const says = text.includes('{ParseAsHTML}') || text.includes('{ParseAsText}')
  return !says && /<(?:p|div|table|h[1-6]|ul|ol)\b/i.test(text) ? `{ParseAsHTML}${text}` : text
}

export function isPdf({ mime }: { mime: string }): boolean {
  return mime === PDF
}
