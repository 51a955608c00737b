import { column, type Step } from './step.js'

const file = '0036-first-days'

/** `opens_from`: when what a PIN or code gives begins to open anything. NULL: as soon as it is used. */
export const firstDays: readonly Step[] = [column(file, 'codes', 'opens_from', 'DATETIME(3) NULL')]
