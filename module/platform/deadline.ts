/**
 * Work that somebody waits for only so long. Once its time is over it gets no further statement out of the database, so
 * that what nobody waits for any more does not stand in the way of what somebody does.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface Deadline {
  /** Set when its time has come. */
  over: boolean
}

/** What was asked for is not wanted any more: its time was over. Nothing of the transaction under way has happened. */
export class DeadlineOver extends Error {
  override name = 'DeadlineOver'
}

const current = new AsyncLocalStorage<Deadline>()

/** Runs the work, and all that it begins, under the deadline. */
export function underDeadline<Result>(deadline: Deadline, work: () => Result): Result {
  return current.run(deadline, work)
}

/** Throws DeadlineOver when the work at hand is under a deadline that is over. */
export function refuseWhenOver(): void {
  if (current.getStore()?.over) throw new DeadlineOver()
}
