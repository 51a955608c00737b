import type { Step } from './step.js'

/** Questionnaires: assignments and answers. */
export const forms: readonly Step[] = []
