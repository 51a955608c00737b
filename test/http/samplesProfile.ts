/** Proposed changes of a profile as samples: of this patient, waiting, anew for each asking. */
import type { Which } from '../../module/features/profile/deciding/deed.js'
import { addChange } from '../../module/features/profile/changes.js'
import { markOf, proposeInHost } from '../support/profiles.js'
import type { TestPractice } from '../support/practice.js'
import type { Make } from './sampleMakers.js'

const sender = { record: undefined, relationship: 'self', actedBy: 'maria.santos', note: '' } as const

/** What waited before is over, so that this one is the patient's only one. */
async function clear({ db }: TestPractice, pid: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.change(`DELETE FROM foyer_profile_changes WHERE pid = :pid`, { pid })
    await tx.change(`DELETE FROM onsite_portal_activity WHERE patient_id = :pid AND activity = 'profile'`, { pid })
  })
}

/** What a page's form says of itself goes along with a decision. */
async function asShown({ portal }: TestPractice, which: Which, pid: number, body: Record<string, string> | undefined) {
  return body ? { body: { pid: String(pid), version: await markOf(portal, which), ...body } } : {}
}

export const ofProfileChange =
  (body?: Record<string, string>): Make =>
  async (practice, pid) => {
    await clear(practice, pid)
    const city = `Sample ${String(pid)}`
    const activityId = await proposeInHost(practice, pid, { city })
    const { receipt } = await practice.db.transaction((tx) =>
      addChange(tx, practice.portal, {
        ...{ ...sender, kind: 'profile', pid, activityId, accountId: practice.accounts.maria },
        ...{ base: { city: '' }, proposed: { city } },
      }),
    )
    return {
      params: { id: String(activityId), receipt },
      ...(await asShown(practice, { kind: 'profile', id: activityId }, pid, body)),
    }
  }

export const ofInsuranceChange =
  (body?: Record<string, string>): Make =>
  async (practice, pid) => {
    await clear(practice, pid)
    const { id } = await practice.db.transaction((tx) =>
      addChange(tx, practice.portal, {
        ...{ ...sender, kind: 'insurance', insuranceType: 'primary', pid, accountId: practice.accounts.maria },
        ...{ base: {}, proposed: { policy_number: 'S-1' } },
      }),
    )
    return { params: { id: String(id) }, ...(await asShown(practice, { kind: 'insurance', id }, pid, body)) }
  }
