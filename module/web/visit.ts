import type { Response } from 'express'

/** How a request moves between the lines. */
export interface Visit {
  /**
   * Does the work of receiving a body in the line of those who send files, of which each (`owner`) has but a share; then
   * back into the line of the pages, with all of a page's time. Undefined: that line is full.
   */
  receive: <Result>(owner: string, work: () => Promise<Result>) => Promise<Result | undefined>
  /** Leaves for good: the answer is on its way, and takes as long as its reader. */
  leave: () => void
}

const VISIT = 'visit'

export function setVisit(response: Response, visit: Visit): void {
  response.locals[VISIT] = visit
}

export function visitOf(response: Response): Visit {
  return (response.locals as { [VISIT]: Visit })[VISIT]
}
