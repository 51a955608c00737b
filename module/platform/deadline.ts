/**
 * Work that somebody waits for only so long. Once its time is over it gets no further statement out of the database, so
 * that what nobody waits for any more does not stand in the way of what somebody does.
 */
export interface Deadline {
  /** Set when its time has come. */
  over: boolean
}

/** What was asked for is not wanted any more: its time was over. Nothing of the transaction under way has happened. */
export class DeadlineOver extends Error {
  override name = 'DeadlineOver'
}

/** Throws DeadlineOver when its time is over. */
export function refuseWhenOver(deadline: Deadline | undefined): void {
  if (deadline?.over) throw new DeadlineOver()
}
