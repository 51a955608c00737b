/** Two accounts beside one another, of which one opens the chart of the person whom the other registered. */
import { knownRelationship } from '../../../access/scope.js'
import type { CrossedRow, DoubleRow } from '../../../host/reads/doubles.js'
import { writeInstant } from '../../../web/instant.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'

interface Side {
  text: string
  href?: string
}

export interface Sides {
  /** The chart that one of them opens. */
  pid: number
  /** `here`: the account whose page it is. */
  lines: { what: string; here: Side; there: Side }[]
}

export function isCrossed(row: DoubleRow | CrossedRow): row is CrossedRow {
  return 'registered_here' in row
}

/** What both accounts say, line by line, with ways to the registration and to the chart. */
export function sidesOf(context: StaffContext, row: CrossedRow): Sides {
  const { t } = context
  const line = (key: string, here: Side, there: Side) => ({ what: t(`registrations.sides.${key}`), here, there })
  const either = (registered: Side, opens: Side): [Side, Side] =>
    row.registered_here === 1 ? [registered, opens] : [opens, registered]
  const { chart, said } = patientTwice(context, row)
  return {
    pid: row.pid,
    lines: [
      line('holder', { text: row.own_name }, { text: row.name }),
      line('signsInWith', { text: signInOf(context, row.own_email) }, { text: signInOf(context, row.email) }),
      line('made', { text: writeInstant(context, row.own_since) }, { text: writeInstant(context, row.created_at) }),
      line('deed', ...either({ text: t('registrations.sides.registered') }, { text: t('registrations.sides.opens') })),
      line('patient', ...either(said, chart)),
      line('as', ...either(roleOf(context, row.registered_as), roleOf(context, row.opened_as))),
    ],
  }
}

/** As it was registered, and as the chart has it: born on the same day, as they were found. */
function patientTwice(context: StaffContext, row: CrossedRow): { said: Side; chart: Side } {
  const { url } = context
  const born = bornText(context, row.born)
  return {
    said: {
      text: `${personName(row.last_name, row.first_name)}, ${born}`,
      href: url(`/staff/portal/registrations/${String(row.registration)}`),
    },
    chart: {
      text: `${personName(row.chart_last, row.chart_first)}, ${born}`,
      href: url(`/staff/portal/patients/${String(row.pid)}`),
    },
  }
}

function roleOf({ t }: StaffContext, relationship: string): Side {
  return { text: t(`families.relationship.${knownRelationship(relationship)}`) }
}

/** What the account signs in with. */
export function signInOf({ t }: StaffContext, email: string | null): string {
  return email ?? t('registrations.double.hostLogin')
}
