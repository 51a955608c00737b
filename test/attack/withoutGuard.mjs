/**
 * Imported before the attack, this takes the guard out of the code that is attacked: nobody waits for their turn, and a
 * provider's rows are read without a lock. The module itself has no such switch.
 */
import { register } from 'node:module'

register(new URL('withoutGuardHooks.mjs', import.meta.url))
