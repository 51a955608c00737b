import { wingOf } from '../../feature.js'
import { proposing } from './proposing/index.js'
import { deciding } from './deciding/index.js'
import { queue } from './deciding/queue.js'
import { explaining } from './why/index.js'

/** The profile and its proposed changes. */
export const profile = wingOf('profile', [proposing, deciding, explaining], queue)
