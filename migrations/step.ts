/**
 * A step is one DDL statement, since MariaDB and MySQL commit at each of them: a kill between two steps leaves
 * the first done and recorded, and the next run goes on with the second. Steps are never edited once released.
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
