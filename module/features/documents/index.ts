import { wingOf } from '../../feature.js'
import { library } from './library/index.js'
import { filling } from './filling/index.js'
import { uploads } from './uploads/index.js'
import { audit } from './audit/index.js'
import { chart } from './chart/index.js'
import { queue } from './audit/queue.js'
import { explaining } from './why/index.js'

/** Documents: what the practice asks for, what patients send, what the chart holds. */
export const documents = wingOf('documents', [library, filling, uploads, audit, chart, explaining], queue)
