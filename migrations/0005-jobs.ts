import type { Step } from './step.js'

export const jobsAndOutbox: readonly Step[] = []
