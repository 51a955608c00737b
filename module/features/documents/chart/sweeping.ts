import type { Job } from '../../../feature.js'
import { sweepFilings } from '../../../host/documents/filings.js'

/** Files that were laid into the EMR's folder and became no document. */
export const sweepUnfiled: Job = {
  name: 'sweep-filings',
  everySeconds: 3600,
  run: async (portal) => {
    const swept = await sweepFilings(portal)
    if (swept > 0) portal.log.info({ files: swept }, 'files that belong to no document were removed')
  },
}
