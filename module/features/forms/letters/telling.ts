/** Patients hear that something is asked of them once it is open, and once more before it is due. */
import { foyer } from '../../../access/formAssignments.js'
import type { Portal } from '../../../access/portal.js'
import type { Job, Listener } from '../../../feature.js'
import { day as dayOf, daysLater, utc, type Day } from '../../../platform/clock.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import { writeAboutForm, type FormLetter } from './writing.js'

/** At once when somebody is asked; what opens later is told by the job on its day. */
export const tellAsked: Listener = {
  name: 'tell-patient',
  event: 'form.assigned',
  hear: async (portal, { payload }) => {
    const asked = await findAsked(portal, Number(payload['assignment']))
    if (asked) await tell(portal, asked, 'form.assigned')
  },
}

/** Days before it is due, and days after it was asked where it is due on no day. */
const REMIND_BEFORE_DAYS = 2
const REMIND_AFTER_DAYS = 7
/** A reminder that was missed, since the server was down, still goes so many days after the day it was due. */
const REMIND_LATE_DAYS = 14
const AT_ONCE = 500

/** Killed in the middle it goes on where it was: each telling is one transaction, and is written down in it. */
export const remindJob: Job = {
  name: 'remind-forms',
  everySeconds: 900,
  run: async (portal) => {
    for (const asked of await untold(portal)) await tell(portal, asked, 'form.assigned')
    for (const asked of await due(portal)) await tell(portal, asked, 'form.reminder')
  },
}

interface Asked {
  id: number
  pid: number | null
  account_id: number | null
  record: string | null
}

const columns = 'a.id, a.pid, a.account_id, a.record'

/** When it counts as told: `told_at` of the first letter, `reminded_at` of the second. */
const marks = { 'form.assigned': 'told_at', 'form.reminder': 'reminded_at' } as const

function findAsked({ clock, db }: Portal, id: number): Promise<Asked | undefined> {
  return db.first<Asked>(
    // sql-safe: a constant
    `SELECT ${columns} FROM foyer_form_assignments a
      WHERE a.id = :id AND a.state = 'waiting' AND a.told_at IS NULL AND a.opens_on <= :today`,
    { id, today: dayOf(clock.now()) },
  )
}

function untold({ clock, db }: Portal): Promise<Asked[]> {
  return db.select<Asked>(
    // sql-safe: constants
    `SELECT ${columns} FROM foyer_form_assignments a
      WHERE a.state = 'waiting' AND a.told_at IS NULL AND a.opens_on <= :today ORDER BY a.opens_on LIMIT ${String(AT_ONCE)}`,
    { today: dayOf(clock.now()) },
  )
}

/**
 * What is due in two days, or has waited for a week without a day, and was told of before today. What is overdue was told
 * of before its day: else the first letter says it all.
 */
async function due({ clock, db }: Portal): Promise<Asked[]> {
  const now = clock.now()
  const today: Day = dayOf(now)
  const open = `a.state = 'waiting' AND a.reminded_at IS NULL AND a.opens_on < :today AND a.told_at < :morning`
  return db.select<Asked>(
    // sql-safe: constants
    `(SELECT ${columns} FROM foyer_form_assignments a
       WHERE ${open} AND a.due_on BETWEEN :late AND :soon AND (a.due_on >= :today OR a.told_at < a.due_on) LIMIT ${String(AT_ONCE)})
     UNION ALL
     (SELECT ${columns} FROM foyer_form_assignments a
       WHERE ${open} AND a.due_on IS NULL AND a.opens_on <= :longAgo LIMIT ${String(AT_ONCE)})`,
    {
      ...{ today, morning: utc(now.startOf('day')), late: daysLater(today, -REMIND_LATE_DAYS) },
      ...{ soon: daysLater(today, REMIND_BEFORE_DAYS), longAgo: daysLater(today, -REMIND_AFTER_DAYS) },
    },
  )
}

async function tell(portal: Portal, asked: Asked, kind: Exclude<FormLetter, 'form.returned'>): Promise<void> {
  await portal.db.transaction(async (tx) => {
    await takeTurn(tx, [patientTurn({ pid: asked.pid ?? undefined, record: asked.record ?? '' })])
    const mark = marks[kind]
    // sql-safe: one of two names of columns, chosen here
    const first = await tx.change(
      `UPDATE foyer_form_assignments SET ${mark} = :now WHERE id = :id AND state = 'waiting' AND ${mark} IS NULL`, // sql-safe: as above
      { id: asked.id, now: utc(portal.clock.now()) },
    )
    // Told meanwhile, answered, or taken back.
    if (first !== 1) return
    await writeAboutForm(tx, portal, foyer, {
      ...{ kind, pid: asked.pid ?? undefined, accountId: asked.account_id ?? undefined },
    })
  })
}
