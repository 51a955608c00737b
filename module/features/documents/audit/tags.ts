/** What a submission is and how it stands, as a word and a symbol. */
import type { StaffContext } from '../../../web/routes.js'
import type { Submission } from '../submissions.js'

export function kindTag({ t }: Pick<StaffContext, 't'>, kind: Submission['kind']) {
  return { tone: 'neutral', icon: kind === 'upload' ? 'upload' : 'file-earmark-text', text: t(`audit.kind.${kind}`) }
}

/** Undefined: no scanner is set up, and there is nothing to say. */
export function scanTag({ t }: Pick<StaffContext, 't'>, scan: string | null) {
  if (scan === null || scan === 'none') return undefined
  const known = ['clean', 'unscanned', 'waiting', 'infected'].find((each) => each === scan) ?? 'waiting'
  const tones: Record<string, string> = { clean: 'success', unscanned: 'neutral', waiting: 'info', infected: 'danger' }
  return { tone: tones[known] ?? 'info', text: t(`audit.scan.${known}`) }
}

const tones = {
  ...{ waiting: 'info', returned: 'warning', denied: 'danger', charted: 'success' },
  ...{ withdrawn: 'neutral', removed: 'neutral' },
}

export function stateTag({ t }: Pick<StaffContext, 't'>, state: Submission['state']) {
  return { tone: tones[state], text: t(`audit.state.${state}`) }
}
