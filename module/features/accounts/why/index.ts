import type { Part } from '../../../feature.js'
import { whyOpenRecord } from './openRecord.js'
import { whyRedeem } from './redeeming.js'
import { whyAccountSignsIn, whyPatientSignsIn } from './signingIn.js'
import { whyStaffSignIn } from './staffSigningIn.js'
import { words } from './words.js'

/** Why somebody comes in, or into a record, and why not. */
export const explaining: Part = {
  words,
  routes: [],
  explain: [whyPatientSignsIn, whyAccountSignsIn, whyOpenRecord, whyRedeem, whyStaffSignIn],
}
