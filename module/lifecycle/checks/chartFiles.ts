/** The EMR's folder of files and its keys: what filing into a chart, and opening what is in it, needs. */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { detectHost } from '../../host/detect.js'
import { chartingReadiness } from '../../host/documents/filing.js'
import { versionToWrite } from '../../host/documents/keys.js'
import type { Globals } from '../../host/globals.js'
import { findingsOf, said, type Examined, type Finding } from './finding.js'

const { ok, warning } = findingsOf('files')

const GIGABYTE = 1e9

/** Two findings: the folder, and the keys. */
export async function chartFiles({ config, db }: Examined, globals: Globals): Promise<Finding[]> {
  const site = await detectHost(db)
  const { folder, keys } = await chartingReadiness({ config, db, site, globals: () => globals })
  const documents = join(config.hostSiteDir ?? '', 'documents')
  return [
    folder === undefined
      ? ok('siteDir', 'doctor.siteDir.is', { folder: documents, free: (await freeIn(documents)).toFixed(1) })
      : warning('siteDir', said(`doctor.siteDir.${folder}`, { folder: documents }), said('doctor.siteDir.fix')),
    keys === 'unusable'
      ? warning('fileKeys', said('doctor.fileKeys.unusable'), said('doctor.fileKeys.fix'))
      : ok('fileKeys', `doctor.fileKeys.${keys}`, { version: `00${String(versionToWrite(site))}` }),
  ]
}

async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return (bavail * bsize) / GIGABYTE
}
