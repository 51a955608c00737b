import type { Day, WallClock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { takeTurn } from '../platform/turns.js'

/** What the host's own registration form would have been told. '' for nothing. */
export interface NewChart {
  firstName: string
  middleName: string
  lastName: string
  /** Last name at birth. */
  birthName: string
  born: Day
  /** An option of the host's list `sex`; '' reads UNK. */
  sex: string
  phone: string
  email: string
  postalCode: string
  /** Of a child: who registered it. */
  guardian: { name: string; relationship: string } | undefined
  at: WallClock
  /** users.id of whoever makes it. */
  by: number
}

/**
 * A new chart, as the host's portal registration makes one (facts §5.1): the greatest pid and one, the same as external
 * number, no uuid (the host fills it in), no history and employer rows. Answers the pid. A child's contact is its
 * guardian's. Says YES to the portal and, as the host's form presets it, to e-mail where there is an address.
 */
export async function createChart(tx: Tx, chart: NewChart): Promise<number> {
  await takeTurn(tx, ['new-chart'])
  const row = await tx.first<{ pid: number }>(`SELECT COALESCE(MAX(pid), 0) + 1 AS pid FROM patient_data FOR UPDATE`)
  const pid = row?.pid ?? 1
  const { guardian } = chart
  await tx.insert(
    `INSERT INTO patient_data
       (pid, pubpid, fname, mname, lname, birth_lname, DOB, sex, phone_home, email, postal_code, guardiansname,
        guardianrelationship, guardianphone, guardianemail, allow_patient_portal, hipaa_allowemail, date, regdate,
        created_by, updated_by)
     VALUES
       (:pid, :pubpid, :firstName, :middleName, :lastName, NULLIF(:birthName, ''), :born, :sex, :phone, :email,
        :postalCode, :guardianName, :guardianRelationship, :guardianPhone, :guardianEmail, 'YES', :mayMail, :at, :at,
        :by, :by)`,
    {
      ...{ pid, pubpid: String(pid), firstName: chart.firstName, middleName: chart.middleName },
      ...{ lastName: chart.lastName, birthName: chart.birthName, born: chart.born, postalCode: chart.postalCode },
      ...{ sex: chart.sex === '' ? 'UNK' : chart.sex, phone: chart.phone, at: chart.at, by: chart.by },
      email: guardian ? '' : chart.email,
      mayMail: chart.email === '' ? 'NO' : 'YES',
      guardianName: guardian?.name ?? null,
      guardianRelationship: guardian?.relationship ?? null,
      guardianPhone: guardian ? chart.phone : null,
      guardianEmail: guardian ? chart.email : null,
    },
  )
  return pid
}
