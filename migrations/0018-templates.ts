import type { Step } from './step.js'

/** Templates: their versions, and what was asked of whom. */
export const templates: readonly Step[] = []
