/** What went wrong, in one word that names nobody: a driver's or the system's code, else the kind of error. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code, parent } = error as { code?: unknown; parent?: { code?: unknown } }
  const word = [parent?.code, code, error.name].find((each) => typeof each === 'string' && each !== '')
  return String(word)
    .replace(/[^\w.-]/g, '')
    .slice(0, 64)
}
