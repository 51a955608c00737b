/**
 * What Foyer wrote in the host's tables of documents, forms, profiles and sign-ins (remains.ts says of what use that is):
 * by table, the rows that are there. Each is named by a row of Foyer's, or by what the audit trail says was done to it.
 */
import type { Queryable } from '../../platform/database.js'

/** A kind is what stands in one table of the host. */
export type PaperKind =
  | ('filed' | 'filedUnder' | 'filled' | 'activities' | 'signatures')
  | ('questionnaires' | 'answers' | 'identifiers' | 'templates' | 'templatesAsked')
  | ('insurances' | 'charts' | 'credentials')

/** How many rows; none of what Foyer's tables do not tell of (any more). */
export type PaperRemains = Readonly<Partial<Record<PaperKind, number>>>

interface Counting {
  kind: PaperKind
  table: string
  /** Foyer's tables that tell. */
  by: readonly string[]
  /** One SELECT of `n`. */
  sql: string
}

/** `tables`: those of Foyer's that are there. */
export async function countPaper(db: Queryable, tables: readonly string[]): Promise<PaperRemains> {
  const counted = await Promise.all(
    countings
      .filter(({ by }) => by.every((table) => tables.includes(table)))
      .map(async ({ kind, sql }) => [kind, (await db.first<{ n: number }>(sql))?.n ?? 0] as const), // sql-safe: constants
  )
  return Object.fromEntries(counted)
}

export function paperIn(table: string, paper: PaperRemains): number | undefined {
  const kind = countings.find((counting) => counting.table === table)?.kind
  return kind && (paper[kind] ?? 0)
}

/** Numbers that subjects of the trail end with: `document:12`. */
const named = (kind: string, condition = 'TRUE'): string =>
  // sql-safe: constants of this file
  `SELECT CAST(SUBSTRING(subject, ${String(kind.length + 2)}) AS UNSIGNED) FROM foyer_audit
    WHERE subject LIKE '${kind}:%' AND ${condition}`

// sql-safe: constants of this file
const filed = `SELECT document_id FROM foyer_submissions WHERE document_id IS NOT NULL
                UNION ${named('document', `event = 'document.added'`)}`

/** A row of onsite_documents is what these events are about, a row of documents what the others are. */
// sql-safe: constants of this file
const begun = `SELECT onsite_id FROM foyer_filled
                UNION SELECT onsite_id FROM foyer_submissions WHERE onsite_id IS NOT NULL
                UNION ${named('document', `event = 'document.begun'`)}`

const answers = `SELECT host_id FROM foyer_form_responses WHERE host_id IS NOT NULL`
const questionnaires = named('form')

/** Versions that the host's own screens made were only looked at. */
// sql-safe: constants of this file
const templates = `SELECT template_id FROM foyer_template_versions WHERE changed <> 'host'
                    UNION SELECT template_id FROM foyer_document_requests
                    UNION ${named('template')}`

/** Decided, and not every field of it refused. */
const accepted = `state = 'decided' AND (outcomes LIKE '%accepted%' OR outcomes LIKE '%edited%')`

// sql-safe: constants of this file
const pidsOf = (events: string): string => `SELECT pid FROM foyer_audit WHERE pid IS NOT NULL AND event IN (${events})`

const trail = 'foyer_audit'

const countings: readonly Counting[] = [
  {
    kind: 'filed',
    table: 'documents',
    by: ['foyer_submissions', trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM documents WHERE id IN (${filed})`,
  },
  {
    kind: 'filedUnder',
    table: 'categories_to_documents',
    by: ['foyer_submissions', trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM categories_to_documents WHERE document_id IN (${filed})`,
  },
  {
    kind: 'filled',
    table: 'onsite_documents',
    by: ['foyer_filled', 'foyer_submissions', trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM onsite_documents WHERE id IN (${begun})`,
  },
  {
    kind: 'activities',
    table: 'onsite_portal_activity',
    by: ['foyer_profile_changes', 'foyer_filled', 'foyer_submissions', trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM onsite_portal_activity
           WHERE id IN (SELECT activity_id FROM foyer_profile_changes WHERE activity_id IS NOT NULL)
              OR (activity = 'document' AND CAST(table_args AS UNSIGNED) IN (${begun}))`,
  },
  {
    kind: 'signatures',
    table: 'onsite_signatures',
    by: [trail],
    sql: `SELECT COUNT(*) AS n FROM onsite_signatures s
           WHERE (s.type = 'patient-signature' AND s.pid IN
                   (SELECT pid FROM foyer_audit WHERE event = 'document.signed' AND details NOT LIKE '%"none"%'))
              OR (s.type = 'admin-signature' AND s.pid = 0 AND CAST(s.user AS UNSIGNED) IN
                   (SELECT u.id FROM users u JOIN foyer_audit a ON a.actor_kind = 'staff' AND a.actor_id = u.username
                     WHERE a.event = 'document.countersigned'))`,
  },
  {
    kind: 'questionnaires',
    table: 'questionnaire_repository',
    by: [trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM questionnaire_repository WHERE id IN (${questionnaires})`,
  },
  {
    kind: 'answers',
    table: 'questionnaire_response',
    by: ['foyer_form_responses'],
    sql: `SELECT COUNT(*) AS n FROM questionnaire_response WHERE id IN (${answers})`,
  },
  {
    kind: 'identifiers',
    table: 'uuid_registry',
    by: ['foyer_submissions', 'foyer_form_responses', trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM uuid_registry WHERE uuid IN (
            SELECT uuid FROM documents WHERE id IN (${filed}) UNION SELECT drive_uuid FROM documents WHERE id IN (${filed})
            UNION SELECT uuid FROM questionnaire_repository WHERE id IN (${questionnaires})
            UNION SELECT uuid FROM questionnaire_response WHERE id IN (${answers}))`,
  },
  {
    kind: 'templates',
    table: 'document_templates',
    by: ['foyer_template_versions', 'foyer_document_requests', trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM document_templates WHERE id IN (${templates})`,
  },
  {
    kind: 'templatesAsked',
    table: 'document_template_profiles',
    by: ['foyer_document_requests', trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM document_template_profiles
           WHERE id IN (SELECT host_row FROM foyer_document_requests WHERE host_row IS NOT NULL)
              OR template_id IN (${named('template', `event = 'template.profiles'`)})
              OR (member_of <> '' AND CONCAT('profile:', profile) IN
                   (SELECT subject FROM foyer_audit WHERE event = 'template.group'))
              OR profile IN (SELECT option_id FROM list_options WHERE list_id = 'Document_Template_Profiles' AND notes = 'foyer')`,
  },
  {
    kind: 'insurances',
    table: 'insurance_data',
    by: ['foyer_profile_changes'],
    sql: `SELECT COUNT(DISTINCT pid, insurance_type) AS n FROM foyer_profile_changes c
           WHERE kind = 'insurance' AND ${accepted}
             AND EXISTS (SELECT 1 FROM insurance_data i WHERE i.pid = c.pid AND i.type = c.insurance_type)`,
  },
  {
    kind: 'charts',
    table: 'patient_data',
    by: ['foyer_registration_links', 'foyer_profile_changes', trail],
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM patient_data WHERE pid IN (
            SELECT pid FROM foyer_registration_links WHERE new_chart = 1
            UNION SELECT pid FROM foyer_profile_changes WHERE kind = 'profile' AND ${accepted}
            UNION ${pidsOf(`'portal-access.allowed', 'trusted-email.corrected'`)})`,
  },
  {
    kind: 'credentials',
    table: 'patient_access_onsite',
    by: ['foyer_registration_links', trail],
    // Without a password: the row that a code or a new chart needs. A password that was hashed anew leaves no word of it.
    // sql-safe: constants of this file
    sql: `SELECT COUNT(*) AS n FROM patient_access_onsite
           WHERE pid IN (${pidsOf(`'portal-access.allowed', 'credential.created', 'credential.reset', 'credential.expired'`)})
              OR (portal_pwd = '' AND pid IN (${pidsOf(`'code.issued'`)}
                   UNION SELECT pid FROM foyer_registration_links WHERE new_chart = 1))`,
  },
]
