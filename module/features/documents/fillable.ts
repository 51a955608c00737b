/** What a template holds that its patient could not answer or read here: known before anybody is asked to. */
import { readQuestionnaire } from '../../access/questionnaires/reading.js'
import type { HostSite } from '../../host/detect.js'
import { activeVersion } from '../../host/questionnaires.js'
import { questionnaireNamed } from '../../host/reads/questionnaireNames.js'
import { findTemplate, PDF } from '../../host/templates.js'
import type { Queryable } from '../../platform/database.js'
import type { Field } from './directives.js'

/**
 * - questionnaire: none that is active is called so, or Foyer cannot ask it as its author meant
 * - encounter-form: filled in the EMR's own pages only (facts §6.1)
 * - file: a document to be read that is not there, or is no PDF
 */
export interface Unfillable {
  what: 'questionnaire' | 'encounter-form' | 'file'
  /** As the template calls it. */
  name: string
}

/** Each once; a statement or three for each form and file that stands in it, and none for what is typed. */
export async function unfillableIn(db: Queryable, site: HostSite, fields: readonly Field[]): Promise<Unfillable[]> {
  const found = new Map<string, Unfillable>()
  for (const { document, form = '', kind } of fields) {
    if (kind === 'encounter-form') found.set(`form ${form}`, { what: kind, name: form })
    else if (kind === 'questionnaire' && !(await isAskable(db, site, form))) found.set(form, { what: kind, name: form })
    else if (document && (await findTemplate(db, document.id))?.mime !== PDF) {
      const name = document.title === '' ? String(document.id) : document.title
      found.set(`file ${name}`, { what: 'file', name })
    }
  }
  return [...found.values()]
}

async function isAskable(db: Queryable, site: HostSite, name: string): Promise<boolean> {
  const key = await questionnaireNamed(db, site, name)
  const row = key === undefined ? undefined : await activeVersion(db, site, key)
  return row !== undefined && readQuestionnaire(row.questionnaire).ok
}
