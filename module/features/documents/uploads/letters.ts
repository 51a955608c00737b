import type { LetterKind } from '../../../feature.js'

/** That a file was refused after its sender had gone. Why stands in the portal, never in a letter. */
export const letters: readonly LetterKind[] = [
  {
    kind: 'upload.refused',
    values: (_portal, { facts }) => ({
      path: `/portal/records/${String(facts['record'])}/documents/upload/${String(facts['batch'])}`,
    }),
  },
]
