import { passwordOf, practice, signIns, staff } from './people.js'

/** What stands on the terminal once the demo is open: where to go, and as whom. */
export function greeting(address: string, dataDir: string): string {
  const staffRows = Object.entries(staff).map(([username, { says }]) => [username, passwordOf(username), says])
  const patientRows = Object.entries(signIns).map(([username, says]) => [username, passwordOf(username), says])
  return [
    `The demo practice is open: ${practice.name}`,
    '',
    ...table([
      ['EMR', `${address}/emr`],
      ['Patient portal', `${address}/portal`],
      ['Portal Dashboard', `${address}/staff/portal`],
    ]),
    '',
    'Staff sign in to the EMR',
    ...table(staffRows),
    '',
    'Patients sign in to the portal',
    ...table(patientRows),
    '',
    `Ctrl-C ends it. What you do is kept in ${dataDir}.`,
  ].join('\n')
}

/** Columns as wide as their widest entry. */
function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}
