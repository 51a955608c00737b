/** Somebody who has registered, and the staff who look at it, without the pages between. */
import { createAccount } from '../../../module/access/accounts.js'
import { staffMember, type StaffMember } from '../../../module/access/staff.js'
import type { Details } from '../../../module/features/registration/details.js'
import { registerAnother } from '../../../module/features/registration/registering.js'
import type { Actor } from '../../../module/platform/audit.js'
import type { TestPractice } from '../../support/practice.js'

export interface Person {
  accountId: number
  ownRecord: string
  actor: Actor
}

/** An account with a proved address of its own, and nothing else. */
export async function person({ clock, db }: TestPractice, email: string): Promise<Person> {
  const wanted = { email, verified: true, passwordHash: 'x', displayName: email, language: undefined }
  const made = await db.transaction((tx) => createAccount(tx, clock, wanted))
  if (!made) throw new Error(`${email} has an account`)
  const actor: Actor = { kind: 'account', id: String(made.id), name: email, requestId: undefined }
  return { accountId: made.id, ownRecord: made.ownRecord, actor }
}

export const someone: Details = {
  ...{ forWhom: 'me', relationship: 'self', firstName: 'Pat', middleName: '', lastName: 'Example', birthName: '' },
  ...{ born: '1980-01-01', sex: 'UNK', phone: '212 555 0100', postalCode: '10025', message: '' },
}

/** Hands a registration in. Answers its id. */
export async function register(
  practice: TestPractice,
  { accountId, actor, ownRecord }: Person,
  details: Partial<Details> = {},
): Promise<number> {
  const account = { id: accountId, ownRecord }
  const sent = await registerAnother(practice.portal, actor, account, { ...someone, ...details }, undefined)
  if (!sent.ok) throw new Error(sent.reason)
  const { receipt } = sent
  const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_registrations WHERE receipt = :receipt`, {
    receipt,
  })
  return row?.id ?? 0
}

export async function administrator({ db, staff }: TestPractice): Promise<{ member: StaffMember; actor: Actor }> {
  const member = await staffMember(db, staff.admin)
  if (!member) throw new Error('no administrator')
  return { member, actor: { kind: 'staff', id: member.username, name: member.name, requestId: undefined } }
}
