/** Why a questionnaire cannot be asked, and what of it is left out. */

export type ReadProblemKey =
  | 'not-a-questionnaire'
  | 'no-items'
  | 'too-many-items'
  | 'too-deep'
  | 'no-link-id'
  | 'link-id-too-long'
  | 'link-id-twice'
  | 'kind-unknown'
  | 'kind-not-supported'
  | 'no-text'
  | 'no-options'
  | 'options-elsewhere'
  | 'option-kind'
  | 'option-twice'
  | 'items-below-display'
  | 'items-below-repeated'
  | 'condition-wrong'
  | 'condition-kind'
  | 'condition-question-unknown'
  | 'condition-not-a-question'
  | 'condition-in-other-group'
  | 'condition-ring'
  | 'initial-wrong'
  | 'initial-many'
  | 'bounds-wrong'
  | 'never-answerable'
  | 'sum-unknown-item'
  | 'extension-binding'
  | 'modifier'

/** Left out, and nothing of what is asked changes by it. */
export type NoteKey = 'calculation-left-out' | 'extension-left-out' | 'name-missing'

export interface Told<Key extends string> {
  /** Undefined: the questionnaire itself. */
  linkId: string | undefined
  problem: Key
  /** What of it: a name, a type, an address. */
  detail?: string | undefined
}
export type ReadProblem = Told<ReadProblemKey>
export type ReadNote = Told<NoteKey>
