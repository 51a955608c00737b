/** A template's bytes as they were when a document was begun, and the text that is read out of them. */
import type { Portal } from '../../../access/portal.js'
import { findVersion, pinVersion, PDF, type TemplateVersion } from '../../../host/templates.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import type { Field } from '../directives.js'

/** Throws where there is none: what is pinned is never removed. */
export async function pinnedVersion(db: Queryable, id: number): Promise<TemplateVersion> {
  const version = await findVersion(db, id)
  if (!version) throw new Error(`Version ${String(id)} of a template is gone`)
  return version
}

export function isPdf({ mime }: Pick<TemplateVersion, 'mime'>): boolean {
  return mime === PDF
}

/**
 * With its directives. A PDF reads as a text that asks to read it and to sign, in the host's own directives, so that its
 * pages show it too (facts §6.1).
 */
export function textOf(
  { content, mime, templateId }: Pick<TemplateVersion, 'content' | 'mime' | 'templateId'>,
  title: string,
): string {
  if (!isPdf({ mime })) return content.toString('utf8')
  const named = title.replace(/[{}<>&:]/g, ' ')
  return `{ParseAsHTML}{SignaturesRequired}<p>{AcknowledgePdf:${String(templateId)}:${named}}</p><p>{PatientSignature}</p>`
}

/** What it asks to be read, where that is there and is a PDF. */
export async function pinPdfs(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  filledId: number,
  fields: readonly Field[],
): Promise<void> {
  const asked = fields.flatMap(({ document }) => (document ? [document.id] : []))
  for (const templateId of new Set(asked)) {
    const versionId = await pinVersion(tx, portal.clock, templateId)
    if (versionId === undefined || !isPdf(await pinnedVersion(tx, versionId))) continue
    await tx.insert(
      `INSERT INTO foyer_filled_pdfs (filled_id, template_id, version_id) VALUES (:filledId, :templateId, :versionId)`,
      { filledId, templateId, versionId },
    )
  }
}
