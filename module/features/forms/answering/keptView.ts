/** What was kept aside, as its person reads it: question by question, and what can become of it. */
import { inLanguage, type Form } from '../../../access/questionnaires/model.js'
import { writeInstant } from '../../../web/instant.js'
import type { RecordContext } from '../../../web/routes.js'
import type { KeptAnswers } from './keptAnswers.js'
import { valuesText } from './valueText.js'

/** View: /forms/answering/kept. */
export interface KeptView {
  title: string
  lines: { question: string; answer: string }[]
  /** Undefined: it can be read and not changed. */
  action: string | undefined
  /** It can go into the form. */
  usable: boolean
}

export function keptViews(
  context: RecordContext,
  { assignmentId, form, usable }: { assignmentId: number; form: Form; usable: boolean },
  kept: readonly KeptAnswers[],
): KeptView[] {
  const { here, language, may, portal, t, url } = context
  const reader = { t, language, zone: portal.clock.zone }
  return kept.map(({ id, savedAt, values }) => ({
    title: t('forms.kept.title', { when: writeInstant(context, savedAt) }),
    lines: [...values].flatMap(([path, said]) => {
      const item = form.all.get(linkIdOf(path))?.item
      return item ? [{ question: inLanguage(item.text, language), answer: valuesText(reader, item, said) }] : []
    }),
    action: may('forms:fill') ? url(here(`/forms/${String(assignmentId)}/kept/${String(id)}`)) : undefined,
    usable,
  }))
}

/** The last part of a path; before it stand the instances that it is in. */
function linkIdOf(path: string): string {
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
}
