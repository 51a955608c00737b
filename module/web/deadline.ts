import type { Response } from 'express'
import type { Deadline } from '../platform/deadline.js'

const DEADLINE = 'deadline'

/** Until when this answer is waited for. */
export function setDeadline(response: Response, deadline: Deadline): void {
  response.locals[DEADLINE] = deadline
}

/** Undefined: nobody counts the time of this request. */
export function deadlineOf(response: Response): Deadline | undefined {
  return (response.locals as { [DEADLINE]?: Deadline })[DEADLINE]
}
