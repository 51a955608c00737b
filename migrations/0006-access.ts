import type { Step } from './step.js'

export const accessHistory: readonly Step[] = []
