import type { Step } from './step.js'

/** What a patient fills: which version, and drafts. */
export const filling: readonly Step[] = []
