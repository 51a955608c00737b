import { wingOf } from '../../feature.js'
import { answering } from './answering/index.js'
import { building } from './building/index.js'
import { reviewing } from './reviewing/index.js'
import { queue } from './reviewing/queue.js'
import { explaining } from './why/index.js'

/** Questionnaires. */
export const forms = wingOf('forms', [answering, building, reviewing, explaining], queue)
