import { wingOf } from '../../feature.js'
import { answering } from './answering/index.js'
import { building } from './building/index.js'
import { reviewing } from './reviewing/index.js'

/** Questionnaires. */
export const forms = wingOf('forms', [answering, building, reviewing])
