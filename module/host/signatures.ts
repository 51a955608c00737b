/** The signature that the host keeps for a patient, to be put into documents: one a patient (facts §6.7). */
import { createHash } from 'node:crypto'
import type { Tx } from '../platform/database.js'
import type { WallClock } from '../platform/clock.js'

export interface PatientSignature {
  pid: number
  /** The patient, as they are named. Who signs for them has no place here. */
  signator: string
  /** A data-URL of a PNG. */
  image: string
  at: WallClock
  /** The same instant in seconds of the epoch. */
  epoch: number
  /** Where from, as far as proxies are trusted. */
  address: string
}

/**
 * Kept in place of the last one: (pid, user) is unique, and both are the patient. The type is ours to say, never a
 * form's: by another a patient would write a provider's signature.
 */
export async function keepPatientSignature(tx: Tx, signature: PatientSignature): Promise<void> {
  const hash = createHash('sha3-512').update(signature.image).digest('hex')
  await tx.change(
    `INSERT INTO onsite_signatures
       (status, type, created, lastmod, pid, encounter, user, activity, authorized, signator, sig_image, signature,
        sig_hash, ip)
     VALUES ('filed', 'patient-signature', :epoch, :at, :pid, NULL, :user, 0, NULL, :signator, :image, NULL, :hash, :address)
     ON DUPLICATE KEY UPDATE status = VALUES(status), type = VALUES(type), lastmod = VALUES(lastmod),
       signator = VALUES(signator), sig_image = VALUES(sig_image), sig_hash = VALUES(sig_hash), ip = VALUES(ip)`,
    { ...signature, user: String(signature.pid), signator: signature.signator.slice(0, 255), hash },
  )
}
