import type { Card, Feature } from '../../feature.js'
import type { RecordContext } from '../../web/routes.js'

/** A part of this wing: what one folder of it contributes. */
export type Part = Omit<Feature, 'name' | 'queue'> & { homeCard?: readonly Card<RecordContext>[] }
