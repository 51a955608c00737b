/** Who is asked by itself: by the kind of appointment, by age, or by both. Staff make the rules; a job follows them. */
import { agesToAsk, appointmentsToAsk, occasionOf } from '../host/reads/forms.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { day as dayOf, daysLater, utc, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { assignForm, foyer, type FormTarget } from './formAssignments.js'
import type { Portal } from './portal.js'

export interface FormRule {
  id: number
  /** `form_key` */
  form: string
  /** pc_catid; undefined: not by appointment. */
  categoryId: number | undefined
  /** Days before the appointment from which it is asked. */
  daysBefore: number
  /** Whole years: from this birthday on, and until this one. */
  ageFrom: number | undefined
  ageUntil: number | undefined
  /** Asked again so many days after it was answered; of a rule by age only. */
  everyDays: number | undefined
  /** Due so many days after it was asked; before an appointment on its day. */
  dueDays: number | undefined
  active: boolean
  madeBy: string
  madeAt: Utc
  version: number
}

export type NewRule = Omit<FormRule, 'id' | 'active' | 'madeBy' | 'madeAt' | 'version'>

export type RuleOutcome = { ok: true; id: number } | { ok: false; reason: 'nobody-named' | 'ages-wrong' }

/** Makes a rule. nobody-named: neither a kind of appointment nor an age. Audit `form-rule.made`. */
export async function makeRule(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  actor: Actor,
  rule: NewRule,
): Promise<RuleOutcome> {
  const { categoryId, ageFrom, ageUntil } = rule
  if (categoryId === undefined && ageFrom === undefined && ageUntil === undefined) {
    return { ok: false, reason: 'nobody-named' }
  }
  if ((ageUntil ?? Infinity) <= (ageFrom ?? 0)) return { ok: false, reason: 'ages-wrong' }
  const id = await tx.insert(
    `INSERT INTO foyer_form_rules
       (form_key, category_id, days_before, age_from, age_until, every_days, due_days, active, made_by, made_at)
     VALUES (:form, :categoryId, :daysBefore, :ageFrom, :ageUntil, :everyDays, :dueDays, 1, :by, :now)`,
    {
      ...{ form: rule.form, categoryId: categoryId ?? null, daysBefore: rule.daysBefore, ageFrom: ageFrom ?? null },
      ...{ ageUntil: ageUntil ?? null, everyDays: rule.everyDays ?? null, dueDays: rule.dueDays ?? null },
      ...{ by: actor.name.slice(0, 255), now: utc(clock.now()) },
    },
  )
  await recordAudit(tx, clock, actor, { event: 'form-rule.made', subject: `form-rule:${String(id)}` })
  return { ok: true, id }
}

/** Switches a rule on or off. What it has asked for stays. False: it is so already, or there is none. */
export async function switchRule(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  actor: Actor,
  { id, active }: { id: number; active: boolean },
): Promise<boolean> {
  const changed = await tx.change(
    `UPDATE foyer_form_rules SET active = :active, changed_by = :by, changed_at = :now, version = version + 1
      WHERE id = :id AND active <> :active`,
    { id, active: active ? 1 : 0, by: actor.name.slice(0, 255), now: utc(clock.now()) },
  )
  if (changed === 0) return false
  const event = active ? 'form-rule.switched-on' : 'form-rule.switched-off'
  await recordAudit(tx, clock, actor, { event, subject: `form-rule:${String(id)}` })
  return true
}

interface Row {
  id: number
  form_key: string
  category_id: number | null
  days_before: number
  age_from: number | null
  age_until: number | null
  every_days: number | null
  due_days: number | null
  active: number
  made_by: string
  made_at: Utc
  version: number
}

/** Every rule, those that run first. */
export async function formRules(db: Queryable): Promise<FormRule[]> {
  const rows = await db.select<Row>(
    `SELECT id, form_key, category_id, days_before, age_from, age_until, every_days, due_days, active, made_by, made_at,
            version
       FROM foyer_form_rules ORDER BY active DESC, id LIMIT 500`,
  )
  return rows.map((row) => ({
    ...{ id: row.id, form: row.form_key, categoryId: row.category_id ?? undefined, daysBefore: row.days_before },
    ...{ ageFrom: row.age_from ?? undefined, ageUntil: row.age_until ?? undefined },
    ...{ everyDays: row.every_days ?? undefined, dueDays: row.due_days ?? undefined, active: row.active === 1 },
    ...{ madeBy: row.made_by, madeAt: row.made_at, version: row.version },
  }))
}

/** People asked by one rule in one run: the rest has its turn at the next. */
const AT_ONCE = 500

/**
 * Asks everybody whom a rule names and who has not been asked: each in a transaction of their own. `eid`: only for this
 * appointment. A form that cannot be asked any more is passed over: its rule says so where the rules are listed.
 */
export async function followRules(portal: Portal, eid?: number, atOnce = AT_ONCE): Promise<void> {
  for (const rule of (await formRules(portal.db)).filter(({ active }) => active)) {
    const { categoryId } = rule
    if (categoryId !== undefined) await askBeforeAppointments(portal, { ...rule, categoryId }, { eid, atOnce })
    else if (eid === undefined) await askByAge(portal, rule, atOnce)
  }
}

async function askBeforeAppointments(
  portal: Portal,
  rule: FormRule & { categoryId: number },
  { atOnce, eid }: { atOnce: number; eid: number | undefined },
): Promise<void> {
  const today = dayOf(portal.clock.now())
  const within = { from: today, until: daysLater(today, rule.daysBefore), most: atOnce, eid }
  for (const asked of await appointmentsToAsk(portal.db, rule, within)) {
    const to = targetOf(asked)
    if (!to) continue
    const occasion = occasionOf(rule.id, asked)
    const assigned = { form: rule.form, to, origin: 'rule', dueOn: asked.day, ruleId: rule.id, occasion } as const
    if (!(await ask(portal, assigned))) return
  }
}

async function askByAge(portal: Portal, rule: FormRule, atOnce: number): Promise<void> {
  const today = dayOf(portal.clock.now())
  const dueOn = rule.dueDays === undefined ? undefined : daysLater(today, rule.dueDays)
  for (const pid of await agesToAsk(portal.db, rule, { today, most: atOnce })) {
    const { form, everyDays } = rule
    if (!(await ask(portal, { form, to: { pid }, origin: 'rule', dueOn, everyDays, ruleId: rule.id }))) return
  }
}

/** False: nobody can be asked this form, so nobody else need be tried. */
async function ask(portal: Portal, input: Parameters<typeof assignForm>[3]): Promise<boolean> {
  const outcome = await portal.db.transaction((tx) => assignForm(tx, portal, foyer, input))
  return outcome.ok || (outcome.reason !== 'no-such-form' && outcome.reason !== 'not-answerable')
}

function targetOf(asked: {
  pid: number | undefined
  accountId: number | undefined
  record: string | undefined
}): FormTarget | undefined {
  if (asked.pid !== undefined) return { pid: asked.pid }
  const { accountId, record } = asked
  return accountId !== undefined && record !== undefined ? { accountId, record } : undefined
}
