import { pino } from 'pino'
import { driverError } from './database.js'

/**
 * The process's log: what happened and under which request id, never whose data it was. Errors lose what a driver
 * puts into them of the statement and its values.
 */
export type Log = pino.Logger

export function openLog(options: { level: string; destination?: pino.DestinationStream }): Log {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError, error: describeError },
  }
  // Not in step with the disk, and many lines at a time. What is left is written when the process ends.
  return pino(settings, options.destination ?? pino.destination({ dest: 1, sync: false, ...together }))
}

/** Bytes; milliseconds after which fewer are written too. */
const together = { minLength: 4096, periodicFlush: 200 }

interface DescribedError {
  type: string
  code?: string
  message?: string
  stack?: string
}

/** Database errors carry the statement and the row ("Duplicate entry 'maria@…'"): of those, only the code is told. */
function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error }
  const driver = driverError(error)
  if (driver) return { type: error.name, code: driver.code ?? 'unknown', stack: framesOf(error) }
  return { type: error.name, message: error.message, stack: framesOf(error) }
}

function framesOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n')
}
