/** What somebody else does at the worst moment: between two things that are read. */
import type { Database, Queryable } from '../../module/platform/database.js'

export interface Meanwhile {
  db: Database
  happened: () => boolean
}

/** The same database, on which `act` runs once, right after the first statement like `which` was answered. */
export function afterReading(db: Database, which: RegExp, act: () => Promise<unknown>): Meanwhile {
  let isDone = false
  const reading =
    (kind: keyof Queryable) =>
    async (...asked: Parameters<Queryable['first']>): Promise<unknown> => {
      const answer = await db[kind](...asked)
      if (isDone || !which.test(asked[0])) return answer
      isDone = true
      await act()
      return answer
    }
  const meanwhile = new Proxy(db, {
    get: (target, key, self) =>
      key === 'first' || key === 'select' ? reading(key) : (Reflect.get(target, key, self) as unknown),
  })
  return { db: meanwhile, happened: () => isDone }
}
