import { key, type Step } from './step.js'

/**
 * The trail is found by the record of an account, too, where an entry names no chart. Built in place, while rows are
 * read and written: a second or two for a million.
 */
export const auditRecord: readonly Step[] = [key('0034-audit-record', 'audit', 'of_record', 'record')]
