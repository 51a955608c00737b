import type { Portal } from '../../../access/portal.js'
import { languages, type Language } from '../../../platform/i18n.js'
import type { FieldOption } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'

/** The family's, as the chart says it, where it is one that Foyer speaks; else the practice's. */
export function languageOfChart({ settings }: Pick<Portal, 'settings'>, said: string): Language {
  const spoken = said.trim().toLowerCase()
  if (/^(spanish|español|es\b)/.test(spoken)) return 'es'
  return /^(english|en\b)/.test(spoken) ? 'en' : settings().defaultLanguage
}

export function languageOptions({ t }: StaffContext, chosen: Language): FieldOption[] {
  return languages.map((code) => ({ value: code, text: t(`codes.language.${code}`), selected: code === chosen }))
}
