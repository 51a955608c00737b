/**
 * A step is one DDL statement, since MariaDB and MySQL commit at each of them: a kill between two steps leaves
 * the first done and recorded, and the next run goes on with the second. Or an UPDATE of Foyer's own rows that does the same
 * when it is run again. Steps are never edited once released.
 */
export interface Step {
  /** File and step, e.g. `0001-access/accounts`. The order is the list's, not the alphabet's. */
  name: string
  up: string
  down: string
}

export function table(file: string, name: string, columns: string): Step {
  return {
    name: `${file}/${name}`,
    up: `CREATE TABLE IF NOT EXISTS foyer_${name} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`,
    down: `DROP TABLE IF EXISTS foyer_${name}`,
  }
}

/** A column more on one of Foyer's own tables. Runs once: a column that is there already is left as it is. */
export function column(file: string, to: string, name: string, definition: string): Step {
  return {
    name: `${file}/${to}-${name}`,
    up: `ALTER TABLE foyer_${to} ADD COLUMN ${name} ${definition}`,
    down: `ALTER TABLE foyer_${to} DROP COLUMN ${name}`,
  }
}

/** A key more on one of Foyer's own tables; `columns` as in `day, start_time`. */
export function key(file: string, to: string, name: string, columns: string, kind: 'KEY' | 'UNIQUE KEY' = 'KEY'): Step {
  return {
    name: `${file}/${to}-${name}`,
    up: `ALTER TABLE foyer_${to} ADD ${kind} ${name} (${columns})`,
    down: `ALTER TABLE foyer_${to} DROP KEY ${name}`,
  }
}
