/** The settings page: one form for all of them, made from module.json. */
import { z } from 'zod'
import { loadManifest, settingsElsewhere, type SettingDefinition } from '../../platform/settings.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { changeSettings, type SettingChange } from './changing.js'
import { choicesOf, type Choices } from './choices.js'
import { settingsPage, type Said } from './page.js'
import { readStored, textInForce, type StoredSetting } from './stored.js'
import { typedIn, typedText, type Typed } from './typed.js'

export const staffRoutes = routes('staff', (r) => {
  r.get('/settings', can('settings:manage'), (context) => open(context))
  r.post('/settings', can('settings:manage'), save)
})

/** Of the file that this process runs with: it does not change under it. */
const definitions = loadManifest().settings.filter(({ name }) => !(name in settingsElsewhere))

async function open(context: StaffContext): Promise<Answer> {
  const page = await pageOf(context, {}, new Map())
  return context.show.page('/settings/staff/settings', page, { title: context.t('settings.title') })
}

async function pageOf(context: StaffContext, typed: Typed, said: ReadonlyMap<string, Said>) {
  const { portal } = context
  const [stored, choices] = [await readStored(portal.db), await choicesOf(portal)]
  return settingsPage(context, { definitions, stored, choices, typed, said })
}

const SettingsForm = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

async function save(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const asked = form(SettingsForm)
  if (!asked.ok) return show.problem(422)
  const typed: Typed = asked.value
  const reset = definitions.find(({ name }) => name === typed['reset'])
  if (reset) return backToDefault(context, reset, typed)

  const [stored, choices] = [await readStored(portal.db), await choicesOf(portal)]
  const changed = changesIn(typed, stored, choices)
  const wrong = changed.flatMap(({ definition, text }) =>
    text.ok ? [] : [[definition.name, { error: text }] as const],
  )
  if (wrong.length > 0) {
    const page = await pageOf(context, typed, new Map(wrong))
    return show.refused('/settings/staff/settings', page, { title: t('settings.title') })
  }
  const changes = changed.flatMap(({ definition, text, seen }): SettingChange[] =>
    text.ok ? [{ definition, to: text.text, seen }] : [],
  )
  const outcome = await changeSettings(portal, actor, changes)
  if (!outcome.ok) return overtaken(context, outcome.reason === 'changed' ? outcome.names : [outcome.name], typed)
  if (outcome.changed.length === 0)
    return show.seeOther('/staff/portal/settings', { kind: 'info', key: 'settings.same' })
  return show.seeOther('/staff/portal/settings', { kind: 'success', key: 'settings.saved' })
}

/** What was typed and is not what the form showed: a setting that the form doesn't hold is left alone. */
function changesIn(typed: Typed, stored: ReadonlyMap<string, StoredSetting>, choices: Choices) {
  return definitions.flatMap((definition) => {
    if (typedIn(typed, definition.name) === undefined) return []
    const now = textInForce(definition, stored.get(definition.name))
    const seen = typedIn(typed, `seen.${definition.name}`)?.[0]
    const text = typedText(definition, typed, choices, now)
    return text.ok && text.text === (seen ?? now) ? [] : [{ definition, text, seen }]
  })
}

/** One goes back; what else was typed is kept on the page, and said not to be saved yet. */
async function backToDefault(context: StaffContext, definition: SettingDefinition, typed: Typed): Promise<Answer> {
  const { actor, portal, show, t } = context
  const { name } = definition
  const seen = typedIn(typed, `seen.${name}`)?.[0]
  const outcome = await changeSettings(portal, actor, [{ definition, to: undefined, seen }])
  if (!outcome.ok) return overtaken(context, [name], typed)
  const [stored, choices] = [await readStored(portal.db), await choicesOf(portal)]
  const others = withoutSetting(typed, name)
  if (changesIn(others, stored, choices).length === 0) {
    return show.seeOther('/staff/portal/settings', { kind: 'success', key: 'settings.reset' })
  }
  const page = settingsPage(context, { definitions, stored, choices, typed: others, said: new Map() })
  const flash = { kind: 'warning', text: t('settings.resetOthersWait') } as const
  return show.page('/settings/staff/settings', page, { title: t('settings.title'), flash })
}

function withoutSetting(typed: Typed, name: string): Typed {
  return Object.fromEntries(Object.entries(typed).filter(([field]) => field !== name && field !== `seen.${name}`))
}

/** What others have set meanwhile is said beside what was typed; saved again, the page's word counts. */
async function overtaken(context: StaffContext, names: readonly string[], typed: Typed): Promise<Answer> {
  const { show, t } = context
  const said = new Map(names.map((name): [string, Said] => [name, { overtaken: true }]))
  const page = await pageOf(context, typed, said)
  return show.refused('/settings/staff/settings', page, { title: t('settings.title'), status: 409 })
}
