/** Taking work on, giving it back and handing it over: the same for everything that waits for staff. */
import { colleagues } from '../host/reads/staffAppointments.js'
import type { Portal } from './portal.js'
import { staffMay, staffMember, type StaffMember } from './staff.js'

export type ClaimHow =
  /** For me; what I have already I have from now on. */
  | { kind: 'claim' }
  /** From this colleague, who has it as far as the page knows: username. */
  | { kind: 'take'; from: string }
  | { kind: 'release' }
  /** To a colleague's username. */
  | { kind: 'hand-over'; to: string }

/**
 * Whether it stays with a colleague who has it. Only who names them takes it over: of two who want to at once the second
 * is told of the first.
 */
export function staysWith(
  holder: { by: string } | undefined,
  { username }: Pick<StaffMember, 'username'>,
  how: ClaimHow,
): boolean {
  if (!holder || holder.by === username) return false
  return how.kind !== 'take' || how.from !== holder.by
}

/** Whose it will be. Undefined: handed to nobody at work who holds this permission. */
export async function holderToBe(
  portal: Portal,
  member: StaffMember,
  how: ClaimHow,
  permission: string,
): Promise<{ to: string | undefined } | undefined> {
  if (how.kind === 'release') return { to: undefined }
  if (how.kind !== 'hand-over') return { to: member.username }
  const colleague = (await colleagues(portal.db)).find((each) => each.username === how.to)
  const other = colleague && (await staffMember(portal.db, colleague.id))
  return other && staffMay(portal.policy(), other, permission) ? { to: other.username } : undefined
}
