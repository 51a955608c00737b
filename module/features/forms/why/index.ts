/** Why a patient is asked a form, and why not: who could answer it, which rules there are, and whom they mean. */
import { formRules, type FormRule } from '../../../access/formRules.js'
import { JOINED, saidIn } from '../../../access/formAssignments.js'
import { inLanguage } from '../../../access/questionnaires/model.js'
import { findAccount, owesFactorFor, patientMay, scopeOf, type ChartScope } from '../../../access/scope.js'
import {
  factorStep,
  whyStepsIn,
  type Part,
  type Reasons,
  type Why,
  type WhyContext,
  type WhyFix,
  type WhyStep,
} from '../../../feature.js'
import { visitKinds } from '../../../host/reads/formReviews.js'
import { agesToAsk, appointmentsToAsk, hasDied } from '../../../host/reads/forms.js'
import { recordsToPick, whyRecord } from '../../../host/reads/whyRecord.js'
import { day as dayOf, daysLater, type Day, type Utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import { writeShortDay } from '../../../web/times.js'
import { askableForms } from '../building/assigning.js'
import { whoText } from '../building/rulePages.js'
import { formLines } from '../answering/ofPatient.js'
import { words } from './words.js'

const stepOf = whyStepsIn('formsWhy')

const FILL = 'forms:fill'

const whyAsked: Why = {
  key: 'asked-form',
  title: 'formsWhy.asked',
  who: 'patient',
  reasons: (context, person) =>
    person.kind === 'patient'
      ? ofPatient(context, person.pid)
      : Promise.resolve({ verdict: false, steps: [stepOf(context, 'opened', false)] }),
}

/** Forms: who is asked, and who is not. */
export const explaining: Part = { words, routes: [], explain: [whyAsked] }

async function ofPatient(context: WhyContext, pid: number): Promise<Reasons> {
  const { portal, t, url } = context
  const opened = await scopesOf(context, pid)
  const scopes = opened.map(({ scope }) => scope)
  const may = opened.filter(({ scope }) => patientMay(portal.policy(), scope, FILL))
  const able = may.map(({ scope }) => scope)
  const free = may.filter(({ owes }) => !owes).map(({ scope }) => scope)
  const names = (some: readonly ChartScope[]) => some.map(({ account }) => account.name).join(', ')
  const panel = fix(context, 'panel', url(`/staff/portal/patients/${String(pid)}`), 'patients:view')
  const extent = scopes[0]?.extent ?? 'full'
  const extents = url(`/staff/portal/access/extents/${extent}?permission=${encodeURIComponent(FILL)}`)
  const allowed = stepOf(
    context,
    'allowed',
    able.length > 0,
    { names: names(able) },
    fix(context, 'allowed', extents, 'access:manage'),
  )
  const narrowed = scopes.filter((scope) => scope.narrowed === true)
  const aged = narrowed.length === 0 ? [] : [t('formsWhy.narrowed', { names: names(narrowed) })]
  const steps = [
    stepOf(context, 'opened', scopes.length > 0, { names: names(scopes) }, panel),
    ...(scopes.length === 0 ? [] : [{ ...allowed, detail: [...allowed.detail, ...aged] }]),
    ...owedSteps(context, able, free),
  ]
  const [first] = free
  if (!first) return { verdict: false, steps }

  const waits = (await formLines(portal.db, first, dayOf(portal.clock.now()))).filter(({ kind }) => kind === 'waiting')
  if (waits.length > 0) {
    const titles = waits.map(({ title }) => inLanguage(title, context.language)).join(', ')
    return { verdict: true, steps: [...steps, stepOf(context, 'waits', true, { titles })] }
  }
  const asking = await standings(context, pid)
  const byHand = fix(context, 'byHand', url(`/staff/portal/forms/assigning?pid=${String(pid)}`), 'forms:assign')
  const meant = asking.filter(({ means }) => means)
  const next = asking.filter(({ asks }) => asks)
  return {
    verdict: next.length > 0,
    steps: [
      ...steps,
      stepOf(context, 'rules', asking.length > 0, { count: asking.length }, byHand),
      ...(asking.length === 0
        ? []
        : [withDetail(stepOf(context, 'meant', meant.length > 0, {}, byHand), asking, 'why')]),
      ...(meant.length === 0 ? [] : [withDetail(stepOf(context, 'due', next.length > 0, {}, byHand), meant, 'asked')]),
    ],
  }
}

/** Some of them, or all, set up a second factor first. */
function owedSteps(context: WhyContext, able: readonly ChartScope[], free: readonly ChartScope[]): WhyStep[] {
  const owing = able.filter((scope) => !free.includes(scope))
  if (owing.length === 0) return []
  const step = factorStep(context, free.length > 0)
  const names = owing.map(({ account }) => account.name).join(', ')
  return [{ ...step, detail: [...step.detail, context.t('formsWhy.owes', { names })] }]
}

function withDetail<Step extends { detail: readonly string[] }>(
  step: Step,
  of: readonly Standing[],
  what: 'why' | 'asked',
): Step {
  return { ...step, detail: [...step.detail, ...of.map((each) => each[what])] }
}

/** Every access that opens the chart now. */
async function scopesOf({ portal }: WhyContext, pid: number): Promise<{ scope: ChartScope; owes: boolean }[]> {
  const scopes: { scope: ChartScope; owes: boolean }[] = []
  for (const { record } of await recordsToPick(portal.db, [pid], '')) {
    const known = await whyRecord(portal.db, record)
    const account = known && (await findAccount(portal.db, portal, known.accountId))
    const scope = account && scopeOf(account, record)
    if (!account || scope?.kind !== 'chart' || scope.pid !== pid) continue
    scopes.push({ scope, owes: owesFactorFor(account, scope) })
  }
  return scopes
}

/** One rule and this patient. */
interface Standing {
  /** The patient is of its age, and has a visit of its kind soon. */
  means: boolean
  /** It asks them the next time that rules are followed. */
  asks: boolean
  /** Whom it means, and what of it the patient is not. */
  why: string
  /** What has become of it for this patient. */
  asked: string
}

/** The rules that run and whose form can be asked, each put to the reads by which they are followed. */
async function standings(context: WhyContext, pid: number): Promise<Standing[]> {
  const { portal, t } = context
  const forms = await askableForms(context)
  const kinds = await visitKinds(portal.db)
  const found: Standing[] = []
  for (const rule of await formRules(portal.db)) {
    const form = forms.find(({ form_key: key }) => key === rule.form)
    if (!rule.active || !form) continue
    // A rule that is not there yet has asked nobody, and a form that is none is open for nobody.
    const unasked = { ...rule, id: 0, form: '' }
    const means = await takesIn(context, unasked, pid)
    const lacking = means ? '' : await lackOf(context, unasked, pid)
    const values = { form: form.name, who: whoText(context, rule, kinds) }
    const asks = await takesIn(context, rule, pid)
    found.push({
      ...{ means, asks },
      why: [t('formsWhy.rule', values), lacking].filter((part) => part !== '').join(' '),
      asked: await lastOf(context, { rule, asks }, pid, form.name),
    })
  }
  return found
}

type Meaning = Pick<FormRule, 'id' | 'form' | 'ageFrom' | 'ageUntil' | 'categoryId' | 'daysBefore' | 'everyDays'>

async function takesIn({ portal }: WhyContext, rule: Meaning, pid: number): Promise<boolean> {
  const { clock, db } = portal
  const today = dayOf(clock.now())
  const { categoryId } = rule
  if (categoryId === undefined) return (await agesToAsk(db, rule, { today, most: 1, pid })).length > 0
  const within = { from: today, until: daysLater(today, rule.daysBefore), most: 1, pid }
  return (await appointmentsToAsk(db, { ...rule, categoryId }, within)).length > 0
}

/** Nobody is asked who has died. Else: without its ages it would mean them, or it is the visit that is not there. */
async function lackOf(context: WhyContext, rule: Meaning, pid: number): Promise<string> {
  const { portal, t } = context
  if (await hasDied(portal.db, pid)) return t('formsWhy.lacks.died')
  if (rule.categoryId === undefined) return t('formsWhy.lacks.age')
  const ageless = { ...rule, ageFrom: undefined, ageUntil: undefined }
  return t((await takesIn(context, ageless, pid)) ? 'formsWhy.lacks.age' : 'formsWhy.lacks.visit')
}

/** When the patient was asked this form last, and what came of it. */
async function lastOf(
  context: WhyContext,
  { asks, rule }: { rule: FormRule; asks: boolean },
  pid: number,
  form: string,
): Promise<string> {
  const { language, portal, t } = context
  const row = await portal.db.first<{
    state: string
    asked_at: Utc
    closed_at: Utc | null
    opens_on: Day
    title: string
    rule_id: number | null
  }>(
    `SELECT state, asked_at, closed_at, opens_on, title, rule_id FROM foyer_form_assignments
      WHERE pid = :pid AND form_key = :form AND (reason IS NULL OR reason <> :joined) ORDER BY id DESC LIMIT 1`,
    { pid, form: rule.form, joined: JOINED },
  )
  if (!row) return t('formsWhy.last.never', { form })
  const title = inLanguage(saidIn(row.title), language)
  if (row.state === 'waiting') {
    return t('formsWhy.last.waiting', {
      form: title,
      day: writeShortDay(row.opens_on, language, dayOf(portal.clock.now())),
    })
  }
  const at = writeInstant(context, row.closed_at ?? row.asked_at)
  if (row.state !== 'sent') return t('formsWhy.last.withdrawn', { form: title, at })
  // What staff asked counts for a rule of ages (agesToAsk).
  const forStaff = row.rule_id === null && rule.categoryId === undefined && !asks
  return t(forStaff ? 'formsWhy.last.sentForStaff' : 'formsWhy.last.sent', { form: title, at })
}

function fix({ t }: WhyContext, key: string, href: string, permission: string): WhyFix[] {
  return [{ label: t(`formsWhy.fix.${key}`), href, permission }]
}
