import type { Job } from '../../../feature.js'
import { sweepStore } from '../../../access/storedFiles.js'
import { dropDecided } from './decided.js'

/** Whatever became of the process that was at work with it: a file is whole and known to the database, or gone. */
export const sweepFiles: Job = {
  name: 'sweep-files',
  everySeconds: 3600,
  async run(portal) {
    const dropped = await dropDecided(portal)
    if (dropped > 0) portal.log.info({ files: dropped }, 'copies of uploads that staff have decided on were removed')
    await sweepStore(portal)
  },
}
