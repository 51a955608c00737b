import type { RecordContext } from '../../../web/routes.js'
import { endingsOf, kindsIn } from '../../../platform/mediaTypes.js'
import type { SubmissionState } from '../submissions.js'
import type { UploadRefusal, UploadStanding } from './upload.js'

type Words = Pick<RecordContext, 't' | 'portal'>

const tones: Readonly<Record<string, string>> = {
  checking: 'info',
  waiting: 'info',
  returned: 'warning',
  denied: 'danger',
  charted: 'success',
  refused: 'danger',
  replaced: 'neutral',
}

/** How it stands, in a word or two. */
export function standingTag({ t }: Words, row: UploadStanding): { tone: string; text: string } {
  const state = stateOf(row)
  return { tone: tones[state] ?? 'neutral', text: t(`uploads.state.${state}`) }
}

/** And what that means: a sentence, with the reason where there is one. */
export function standingText(words: Words, row: UploadStanding): string {
  if (row.state === 'refused') return refusalWords(words, row.reason ?? 'type')
  const state = stateOf(row)
  if (state === 'waiting' && row.scan === 'clean') return words.t('uploads.text.waiting.clean')
  const said = row.staff_reason ?? ''
  const reasoned = (state === 'denied' || state === 'returned') && said !== ''
  return reasoned ? words.t(`uploads.text.${state}.reason`, { reason: said }) : words.t(`uploads.text.${state}`)
}

/** Why it was not taken, and what to do: a sentence or two. */
export function refusalWords({ portal, t }: Words, reason: UploadRefusal): string {
  const { uploadKinds, uploadMegabytes: megabytes, uploadsAtOnce: files } = portal.settings()
  return t(`uploads.refused.${reason}`, { megabytes, files, endings: endingsOf(kindsIn(uploadKinds)).join(', ') })
}

/** How staff left it, in a word or two. */
export function stateText({ t }: Pick<Words, 't'>, state: SubmissionState): string {
  return t(`uploads.state.${state}`)
}

function stateOf({ state, submission_state: staff }: UploadStanding): string {
  return state === 'sent' ? (staff ?? 'waiting') : state
}
