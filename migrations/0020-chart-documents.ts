import type { Step } from './step.js'

/** Documents of the chart: what is shared, what is being filed. */
export const chartDocuments: readonly Step[] = []
