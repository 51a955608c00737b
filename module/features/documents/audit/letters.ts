import type { LetterKind } from '../../../feature.js'

/** To who sent something: that there is an answer. What it is stands in the portal, never in a letter. */
export const letters: readonly LetterKind[] = ['document.returned', 'document.denied', 'document.filed'].map(
  (kind) => ({
    kind,
    values: (_portal, { facts }) => ({ path: `/portal/records/${String(facts['record'])}/documents` }),
  }),
)
