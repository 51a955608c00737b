/** Templates name a questionnaire as the host's list does: {Questionnaire:name} (facts §6.1). */
import type { Queryable } from '../../platform/database.js'
import type { HostSite } from '../detect.js'
import { keepsQuestionnaires } from '../questionnaires.js'

/** What names it whatever its version (`RepositoryRow.key`), of the newest that is active and called so. */
export async function questionnaireNamed(db: Queryable, site: HostSite, name: string): Promise<string | undefined> {
  if (!keepsQuestionnaires(site)) return undefined
  const row = await db.first<{ named: string }>(
    `SELECT COALESCE(NULLIF(questionnaire_id, ''), CONCAT('#', id)) AS named FROM questionnaire_repository
      WHERE name = :name AND active = 1 ORDER BY id DESC LIMIT 1`,
    { name },
  )
  return row?.named
}
