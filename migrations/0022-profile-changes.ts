import type { Step } from './step.js'

/** Proposed changes of the profile. */
export const profileChanges: readonly Step[] = []
