/** Who is asked by itself: rules by the kind of appointment and by age. Whom one means now is counted before it is saved. */
import { z } from 'zod'
import { formRules, makeRule, switchRule, type FormRule, type NewRule } from '../../../access/formRules.js'
import { agesToAsk, appointmentsToAsk } from '../../../host/reads/forms.js'
import { visitKinds, type LibraryRow } from '../../../host/reads/formReviews.js'
import { day as dayOf, daysLater } from '../../../platform/clock.js'
import { optionalText, text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { askableForms, pidIn, someDays } from './assigning.js'

const RULES = '/staff/portal/forms/rules'
/** Counted up to here: more is more than anybody reads. */
const COUNT_MOST = 5000
const DAYS_BEFORE = 14

/** GET /forms/rules */
export async function rules(context: StaffContext): Promise<Answer> {
  const { portal, show, t, url } = context
  const [all, forms, kinds] = await Promise.all([formRules(portal.db), askableForms(context), visitKinds(portal.db)])
  const page = {
    newHref: url(`${RULES}/new`),
    rules: all.map((rule) => ({
      form: forms.find(({ form_key: key }) => key === rule.form)?.name ?? rule.form,
      gone: !forms.some(({ form_key: key }) => key === rule.form),
      who: whoText(context, rule, kinds),
      active: rule.active,
      by: rule.madeBy,
      action: url(`${RULES}/${String(rule.id)}/switch`),
    })),
  }
  return show.page('/forms/building/rules', page, { title: t('rules.title'), wide: true })
}

/** Whom a rule means, in words. */
export function whoText(
  { t }: Pick<StaffContext, 't'>,
  rule: FormRule | NewRule,
  kinds: readonly { id: number; name: string }[],
): string {
  const { ageFrom, ageUntil, categoryId, daysBefore, dueDays, everyDays } = rule
  const kind = kinds.find(({ id }) => id === categoryId)?.name ?? String(categoryId ?? '')
  return [
    categoryId === undefined ? '' : t('rules.who.appointment', { kind, count: daysBefore }),
    ageFrom === undefined ? '' : t('rules.who.from', { age: ageFrom }),
    ageUntil === undefined ? '' : t('rules.who.until', { age: ageUntil }),
    categoryId === undefined && everyDays !== undefined ? t('rules.who.every', { count: everyDays }) : '',
    categoryId === undefined && dueDays !== undefined ? t('rules.who.due', { count: dueDays }) : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** GET /forms/rules/new */
export function newRule(context: StaffContext): Promise<Answer> {
  return rulePage(context, { form: context.query['form'] ?? '' })
}

interface Told {
  errors?: FieldError[]
  /** How many it means now. */
  counted?: { text: string; none: boolean }
}

async function rulePage(
  context: StaffContext,
  typed: Readonly<Record<string, string>>,
  { counted, errors = [] }: Told = {},
): Promise<Answer> {
  const { portal, show, t, url } = context
  const [forms, kinds] = await Promise.all([askableForms(context), visitKinds(portal.db)])
  const page = {
    ...{ errors, counted },
    backHref: url(RULES),
    action: url(RULES),
    forms: formOptions(context, forms, typed['form'] ?? ''),
    kinds: [
      { value: '', text: t('rules.kind.none') },
      ...kinds.map(({ id, name }) => ({ value: String(id), text: name, selected: String(id) === typed['categoryId'] })),
    ],
    typed: {
      ...{ daysBefore: typed['daysBefore'] ?? String(DAYS_BEFORE), ageFrom: typed['ageFrom'] ?? '' },
      ...{ ageUntil: typed['ageUntil'] ?? '', everyDays: typed['everyDays'] ?? '', dueDays: typed['dueDays'] ?? '' },
    },
    errorAt: Object.fromEntries(errors.map(({ name = '', text: said }) => [name, said])),
  }
  const options = { title: t('rules.new'), wide: true }
  const view = '/forms/building/rule'
  return errors.length > 0 ? show.refused(view, page, options) : show.page(view, page, options)
}

function formOptions({ t }: StaffContext, forms: readonly LibraryRow[], chosen: string) {
  return [
    { value: '', text: t('assigning.choose') },
    ...forms.map(({ form_key: value, name }) => ({ value, text: name, selected: value === chosen })),
  ]
}

const age = z
  .string()
  .trim()
  .regex(/^(\d{1,3})?$/, 'rules.wrong.age')
  .optional()
  .default('')
  .transform((value) => (value === '' ? undefined : Number(value)))

const RuleForm = z.object({
  form: text(255, 'assigning.missing.form'),
  categoryId: optionalText(10),
  daysBefore: someDays,
  ...{ ageFrom: age, ageUntil: age, everyDays: someDays, dueDays: someDays },
  /** Only after it was counted is it saved. */
  save: optionalText(1),
})

/** POST /forms/rules: counted first, and saved when it comes again with `save`. */
export async function makeOne(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const asked = form(RuleForm)
  if (!asked.ok) {
    const errors = Object.entries(asked.errors).map(([name, key]) => ({ name, text: t(key) }))
    return rulePage(context, asked.typed, { errors })
  }
  const { categoryId, daysBefore = DAYS_BEFORE, save, ...plain } = asked.value
  const rule: NewRule = { ...plain, daysBefore, categoryId: categoryId === '' ? undefined : pidIn(categoryId) }
  const wrong = whatIsWrong(rule)
  if (wrong) return rulePage(context, asked.typed, { errors: [{ name: wrong.name, text: t(wrong.key) }] })
  if (save !== '1') return rulePage(context, asked.typed, { counted: await countText(context, rule) })
  const outcome = await portal.db.transaction((tx) => makeRule(tx, portal, actor, rule))
  if (outcome.ok) return show.seeOther(RULES, { kind: 'success', key: 'rules.done.made' })
  return rulePage(context, asked.typed, { errors: [{ name: 'categoryId', text: t(`rules.not.${outcome.reason}`) }] })
}

function whatIsWrong({ ageFrom, ageUntil, categoryId }: NewRule): { name: string; key: string } | undefined {
  if (categoryId === undefined && ageFrom === undefined && ageUntil === undefined) {
    return { name: 'categoryId', key: 'rules.not.nobody-named' }
  }
  return (ageUntil ?? Infinity) <= (ageFrom ?? 0) ? { name: 'ageUntil', key: 'rules.not.ages-wrong' } : undefined
}

/** Asked of the same reads that the job asks: who is counted is who would be asked. */
async function countText({ portal, t }: StaffContext, rule: NewRule): Promise<{ text: string; none: boolean }> {
  const count = await meantNow(portal, rule)
  return {
    text: t(count > COUNT_MOST ? 'rules.counted.many' : 'rules.counted', { count: Math.min(count, COUNT_MOST) }),
    none: count === 0,
  }
}

async function meantNow({ clock, db }: StaffContext['portal'], rule: NewRule): Promise<number> {
  const today = dayOf(clock.now())
  const most = COUNT_MOST + 1
  // A rule that is not there yet has asked nobody.
  const { ageFrom, ageUntil, everyDays, form } = rule
  const unsaved = { id: 0, form, ageFrom, ageUntil, everyDays }
  if (rule.categoryId === undefined) return (await agesToAsk(db, unsaved, { today, most })).length
  const within = { from: today, until: daysLater(today, rule.daysBefore), most }
  const asked = await appointmentsToAsk(db, { ...unsaved, categoryId: rule.categoryId }, within)
  return new Set(asked.map(({ pid, record }) => String(pid ?? record))).size
}

/** POST /forms/rules/:id/switch */
export async function switchOne(context: StaffContext): Promise<Answer> {
  const { actor, form, params, portal, show } = context
  const asked = form(z.object({ active: optionalText(1) }))
  const active = asked.ok && asked.value.active === '1'
  const id = pidIn(params['id'])
  const known = (await formRules(portal.db)).some((rule) => rule.id === id)
  if (!known) return show.notFound()
  await portal.db.transaction((tx) => switchRule(tx, portal, actor, { id, active }))
  return show.seeOther(RULES, { kind: 'success', key: active ? 'rules.done.on' : 'rules.done.off' })
}
