/** Changing the ages: first whom it would concern, then from when on. Looking writes nothing. */
import { z } from 'zod'
import { openingOn, type AgeRules } from '../../../access/ages.js'
import { countGrowing, growingPage } from '../../../host/reads/comingChanges.js'
import { day as dayOf, daysLater } from '../../../platform/clock.js'
import { loadManifest, parseSetting } from '../../../platform/settings.js'
import { extentWords } from '../../../web/frame.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeDay } from '../../../web/times.js'
import { changeRow, type GrowingRow } from './agesPage.js'
import { rulesText, waitingText } from './ageRulesText.js'
import { growingOf, momentOf, stepsOfSwitch } from './coming.js'
import { agesFrom, agesNow, noticedDay, setAges, stampOfAges, type Ages } from './settingAges.js'

/** So many are listed; how many there are is said. */
const ROWS = 100

interface Typed {
  adolescentAge?: string | undefined
  adolescentExtent?: string | undefined
  adultAge?: string | undefined
  when?: string | undefined
  reason?: string | undefined
}

/** GET /staff/portal/ages/rules, with the ages whose effect is to be seen. */
export function ageRules(context: StaffContext): Promise<Answer> {
  const { adolescentAge, adolescentExtent, adultAge } = context.query
  const asked = adolescentAge !== undefined || adolescentExtent !== undefined || adultAge !== undefined
  if (!asked) return rulesPage(context, {}, [])
  const typed = { adolescentAge, adolescentExtent, adultAge }
  const read = agesIn(context, typed)
  return rulesPage(context, typed, Array.isArray(read) ? read : [], Array.isArray(read) ? undefined : read)
}

const AgesForm = z.object({
  adolescentAge: optionalText(3),
  adolescentExtent: optionalText(20),
  adultAge: optionalText(3),
  when: z.enum(['later', 'now']).optional().default('later'),
  reason: optionalText(255),
  seen: optionalText(60),
})

/** POST /staff/portal/ages/rules */
export async function changeAgeRules(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const asked = form(AgesForm)
  if (!asked.ok) return show.problem(422)
  const { reason, seen, when, ...typed } = asked.value
  const read = agesIn(context, typed)
  if (Array.isArray(read)) return rulesPage(context, { ...typed, when, reason }, read)
  if (when === 'now' && reason === '') {
    const error = { name: 'reason', text: t('families.rules.missing.reason') }
    return rulesPage(context, { ...typed, when, reason }, [error], read)
  }
  const outcome = await setAges(portal, actor, { to: read, seen, reason: when === 'now' ? reason : undefined })
  if (outcome.ok) {
    return show.seeOther('/staff/portal/ages/rules', { kind: 'success', key: `families.rules.done.${when}` })
  }
  const error = { text: t(`families.rules.not.${outcome.reason}`) }
  return rulesPage(context, { ...typed, when, reason }, [error], read, outcome.reason === 'changed' ? 409 : 422)
}

const { settings: definitions } = loadManifest()

/** The ages, or what is wrong with which of them. */
function agesIn({ language, t }: StaffContext, typed: Typed): Ages | FieldError[] {
  const wrong: FieldError[] = []
  const read = (name: 'adolescentAge' | 'adolescentExtent' | 'adultAge') => {
    const definition = definitions.find((each) => each.name === name)
    const value = definition && parseSetting(definition, typed[name]?.trim())
    if (value === undefined && definition) {
      const range = definition.type === 'number' ? { from: definition.minimum, until: definition.maximum } : {}
      const key = definition.type === 'number' ? 'families.rules.wrong.age' : 'families.rules.wrong.extent'
      wrong.push({ name, text: `${definition.title[language]}: ${t(key, range)}` })
    }
    return String(value ?? '')
  }
  const [adolescentAge, adolescentExtent, adultAge] = [
    read('adolescentAge'),
    read('adolescentExtent'),
    read('adultAge'),
  ]
  if (wrong.length > 0) return wrong
  return { adolescentAge: Number(adolescentAge), adolescentExtent, adultAge: Number(adultAge) }
}

async function rulesPage(
  context: StaffContext,
  typed: Typed,
  errors: FieldError[],
  wanted?: Ages,
  status = 422,
): Promise<Answer> {
  const { language, portal, show, t, url } = context
  const set = portal.settings()
  const preview = wanted && (await previewOf(context, agesFrom(portal, wanted, noticedDay(portal))))
  const errorAt = Object.fromEntries(errors.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]])))
  const titleOf = (name: string) => definitions.find((each) => each.name === name)?.title[language] ?? ''
  const page = {
    backHref: url('/staff/portal/ages'),
    action: url('/staff/portal/ages/rules'),
    seen: stampOfAges(portal),
    now: rulesText(context, agesNow(portal)),
    waiting: waitingText(context),
    last: lastText(context),
    ages: (['adolescentAge', 'adultAge'] as const).map((name) => ({
      ...{ name, label: titleOf(name), value: typed[name] ?? String(set[name]), error: errorAt[name] },
    })),
    extent: {
      label: titleOf('adolescentExtent'),
      error: errorAt['adolescentExtent'],
      options: ['full', 'forms', 'appointments', 'none'].map((value) => ({
        value,
        text: extentWords(context, value === 'none' ? undefined : value),
        selected: value === (typed.adolescentExtent ?? set.adolescentExtent),
      })),
    },
    wanted,
    preview,
    when: typed.when ?? 'later',
    reason: { value: typed.reason ?? '', error: errorAt['reason'] },
    errors,
  }
  const options = { title: t('families.rules.title'), about: preview?.about ?? [] }
  return errors.length === 0
    ? show.page('/accounts/families/age-rules', page, options)
    : show.refused('/accounts/families/age-rules', page, { ...options, status })
}

/** Whom the ages would concern on the day from which on they would count. Two statements. */
async function previewOf(context: StaffContext, rules: AgeRules) {
  const { language, portal, t } = context
  const on = rules.agesBefore?.until ?? dayOf(portal.clock.now())
  const searches = stepsOfSwitch(rules).map(growingOf)
  const moment = momentOf(portal)
  const count = await countGrowing(portal.db, searches, moment)
  const changes = await growingPage(portal.db, searches, { ...moment, from: 0, most: ROWS })
  const rows: GrowingRow[] = changes.map((coming) => {
    const [from, to] = [daysLater(on, -1), on].map((day) => openingOn(coming, day, rules).extent)
    return changeRow(context, coming, { on, age: t('families.ages.byRules'), from, to })
  })
  return {
    count: t('families.rules.count', { count }),
    none: count === 0,
    shown: count > ROWS ? t('families.rules.shown', { count: ROWS }) : '',
    later: t('families.rules.later', { day: writeDay(on, language) }),
    rows,
    about: changes.map(({ pid }) => pid),
  }
}

function lastText({ language, portal, t }: StaffContext): string {
  const before = portal.settings().agesBefore
  if (before === undefined || before.reason === '') return ''
  return t('families.rules.last', { day: writeDay(before.until, language), reason: before.reason })
}
