import type { Step } from './step.js'

export const auditChain: readonly Step[] = []
