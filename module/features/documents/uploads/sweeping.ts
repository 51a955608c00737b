import type { Job } from '../../../feature.js'
import { sweepStore } from '../../../access/storedFiles.js'

/** Whatever became of the process that was at work with it: a file is whole and known to the database, or gone. */
export const sweepFiles: Job = {
  name: 'sweep-files',
  everySeconds: 3600,
  run: (portal) => sweepStore(portal),
}
