/** The page's view model: groups of settings, each with its control, what it takes, and who set it. */
import {
  parseSetting,
  settingGroups,
  settingsElsewhere,
  type SettingDefinition,
  type SettingGroup,
  type SettingValue,
} from '../../platform/settings.js'
import { writeInstant } from '../../web/instant.js'
import type { FieldError } from '../../web/layout.js'
import type { StaffContext } from '../../web/routes.js'
import type { Choices } from './choices.js'
import { textInForce, type StoredSetting } from './stored.js'
import { listOf, typedIn, type Refused, type Typed } from './typed.js'

/** What there is to say of a setting that was not saved. */
export type Said = { error: Refused } | { overtaken: true }

export interface PageInput {
  definitions: readonly SettingDefinition[]
  stored: ReadonlyMap<string, StoredSetting>
  choices: Choices
  typed: Typed
  said: ReadonlyMap<string, Said>
}

export interface SettingsPage {
  action: string
  errors: FieldError[]
  groups: { key: SettingGroup; title: string; settings: SettingView[]; ages: string | undefined }[]
}

export interface SettingView {
  name: string
  label: string
  hints: string[]
  /** What the person has been shown, as stored: posted back, so that a change by others meanwhile is noticed. */
  seen: string
  control: Control
  error: string | undefined
  /** "Changed by admin, Tue 24 Nov, 10:15." Where the practice has set nothing, the default counts. */
  changed: string | undefined
  defaultText: string
}

export type Control =
  | { kind: 'text'; value: string; numeric: boolean; maxlength: number | undefined }
  | { kind: 'radios'; options: ControlOption[] }
  | { kind: 'checkboxes'; options: ControlOption[] }

export interface ControlOption {
  value: string
  text: string
  on: boolean
}

export function settingsPage(context: StaffContext, input: PageInput): SettingsPage {
  const { t, url } = context
  const views = input.definitions.map((definition) => ({
    group: definition.group,
    view: settingView(context, input, definition),
  }))
  return {
    action: url('/staff/portal/settings'),
    errors: views.flatMap(({ view }) => (view.error === undefined ? [] : [errorOf(view, view.error)])),
    groups: settingGroups.map((key) => ({
      key,
      title: t(`settings.group.${key}`),
      settings: views.filter(({ group }) => group === key).map(({ view }) => view),
      ages: key === 'families' ? url(`/staff/portal${settingsElsewhere['adultAge'] ?? ''}`) : undefined,
    })),
  }
}

function errorOf({ label, name, control }: SettingView, error: string): FieldError {
  const text = `${label}: ${error}`
  // Of several boxes the first takes the focus.
  return control.kind === 'text' ? { name, text } : { id: `field-${name}-0`, text }
}

function settingView(context: StaffContext, input: PageInput, definition: SettingDefinition): SettingView {
  const { language, t } = context
  const stored = input.stored.get(definition.name)
  const inForce = textInForce(definition, stored)
  const defaultText = valueText(context, input, definition, definition.default)
  return {
    name: definition.name,
    label: labelOf(context, definition),
    hints: [definition.description[language], takes(context, definition, defaultText)],
    seen: seenOf(input, definition.name, inForce),
    control: controlOf(context, input, definition, inForce),
    error: whatIsWrong(context, input, definition, stored),
    changed: stored && t('settings.changed', { by: stored.by, at: writeInstant(context, stored.at) }),
    defaultText,
  }
}

/** "Notice for cancelling (minutes)": the unit stands with the control. */
function labelOf({ language, t }: StaffContext, definition: SettingDefinition): string {
  const title = definition.title[language]
  return definition.type === 'number' ? t(`settings.label.${definition.unit}`, { title }) : title
}

/** A form that comes again still knows what it showed first, but for what the page now says has changed. */
function seenOf({ said, typed }: PageInput, name: string, inForce: string): string {
  const saidOf = said.get(name)
  return (saidOf && 'overtaken' in saidOf ? undefined : typedIn(typed, `seen.${name}`)?.[0]) ?? inForce
}

/** "5 to 240 minutes. Default: 20 minutes. For the whole practice." */
function takes({ t }: StaffContext, definition: SettingDefinition, defaultText: string): string {
  const parts = [
    definition.type === 'number'
      ? t(`settings.range.${definition.unit}`, { minimum: definition.minimum, maximum: definition.maximum })
      : undefined,
    definition.type === 'text' ? t('settings.range.text', { most: definition.maximumLength }) : undefined,
    t('settings.default', { value: defaultText }),
    t(`settings.scope.${definition.scope}`),
  ]
  return parts.filter((part) => part !== undefined).join(' ')
}

function whatIsWrong(
  context: StaffContext,
  input: PageInput,
  definition: SettingDefinition,
  stored: StoredSetting | undefined,
): string | undefined {
  const { t } = context
  const said = input.said.get(definition.name)
  if (said === undefined) return undefined
  if ('error' in said) return t(said.error.message, said.error.params)
  const now = valueText(context, input, definition, parseSetting(definition, stored?.value) ?? definition.default)
  return stored
    ? t('settings.overtaken', { value: now, by: stored.by, at: writeInstant(context, stored.at) })
    : t('settings.overtakenByDefault', { value: now })
}

/** A value in words: "20 minutes", "2880 minutes (2 days)", "English", "Office Visit, New Patient". */
function valueText(
  context: StaffContext,
  input: PageInput,
  definition: SettingDefinition,
  value: SettingValue,
): string {
  const { t } = context
  switch (definition.type) {
    case 'number': {
      const text = t(`settings.unit.${definition.unit}`, { count: Number(value) })
      return definition.unit === 'minutes' ? withLonger(context, text, Number(value)) : text
    }
    case 'choice':
      return t(`settings.option.${definition.name}.${String(value)}`)
    case 'text':
      return value === '' ? t('settings.empty') : String(value)
    case 'list':
      return listText(context, input, definition, value)
  }
}

/** Whole hours or days beside the minutes. */
function withLonger({ t }: StaffContext, text: string, minutes: number): string {
  if (minutes === 0 || minutes % 60 !== 0) return text
  const longer =
    minutes % 1440 === 0
      ? t('settings.unit.days', { count: minutes / 1440 })
      : t('settings.unit.hours', { count: minutes / 60 })
  return `${text} (${longer})`
}

function listText({ t }: StaffContext, input: PageInput, { name }: SettingDefinition, value: SettingValue): string {
  if (typeof value !== 'object') return t('settings.all')
  const offered = input.choices[name] ?? []
  const texts = offered.filter((choice) => value.includes(choice.value)).map(({ text }) => text)
  return texts.length === 0 ? t('settings.none') : texts.join(', ')
}

/** The control as it was typed, or with what counts now. */
function controlOf(context: StaffContext, input: PageInput, definition: SettingDefinition, inForce: string): Control {
  const { t } = context
  const typed = typedIn(input.typed, definition.name)
  switch (definition.type) {
    case 'number':
      return { kind: 'text', value: typed?.[0] ?? inForce, numeric: true, maxlength: undefined }
    case 'text':
      return { kind: 'text', value: typed?.[0] ?? inForce, numeric: false, maxlength: definition.maximumLength }
    case 'choice':
      return {
        kind: 'radios',
        options: definition.options.map((value) => ({
          value,
          text: t(`settings.option.${definition.name}.${value}`),
          on: value === (typed?.[0] ?? inForce),
        })),
      }
    case 'list': {
      const on = typed ?? (inForce === 'all' ? ['all'] : listOf(definition, inForce))
      const offered = [{ value: 'all', text: t('settings.all') }, ...(input.choices[definition.name] ?? [])]
      return { kind: 'checkboxes', options: offered.map((choice) => ({ ...choice, on: on.includes(choice.value) })) }
    }
  }
}
