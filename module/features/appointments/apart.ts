/** Work in pieces, where a piece that fails keeps none of the others from being done. */
import type { Portal } from '../../access/portal.js'
import { errorCode } from '../../platform/errorCode.js'

/** Does one piece; false: it failed. `step`: what kind of piece, for the log. */
export type Attempt = (step: string, piece: () => Promise<void>) => Promise<boolean>

/**
 * Hands out `attempt`, and throws when all is done if any piece failed: whoever waits for the whole must hear of it.
 * The log has each kind of piece that failed, with how many did and what went wrong with the first: never whose it was.
 */
export async function allApart(portal: Portal, work: (attempt: Attempt) => Promise<void>): Promise<void> {
  const failed = new Map<string, { first: unknown; times: number }>()
  await work(async (step, piece) => {
    try {
      await piece()
      return true
    } catch (error) {
      const before = failed.get(step)
      failed.set(step, { first: before?.first ?? error, times: (before?.times ?? 0) + 1 })
      return false
    }
  })
  for (const [step, { first, times }] of failed) portal.log.warn({ err: first, step, times }, 'a piece of work failed')
  const [worst] = failed.values()
  if (worst) throw new PiecesFailed([...failed.keys()], worst.first)
}

class PiecesFailed extends Error {
  /** As the job's note names it (platform/errorCode.ts). */
  readonly code: string
  constructor(steps: readonly string[], first: unknown) {
    super(`failed: ${steps.join(', ')}`)
    this.name = 'PiecesFailed'
    this.code = errorCode(first)
  }
}
