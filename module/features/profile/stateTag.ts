import type { StatusTag } from '../../web/layout.js'
import type { RequestContext } from '../../web/routes.js'
import type { Change } from './changes.js'
import type { Outcome } from './merging.js'

/** How a proposal stands, in a word and an icon: the same for its sender and for staff. */
export function stateTag(
  { t }: Pick<RequestContext, 't'>,
  { outcomes, state }: Pick<Change, 'outcomes' | 'state'>,
): StatusTag {
  if (state === 'waiting') return { tone: 'info', icon: 'hourglass-split', text: t('profile.state.waiting') }
  if (state !== 'decided') return { tone: 'neutral', text: t(`profile.state.${state}`) }
  const kind = summaryOf(outcomes)
  const tones = { accepted: 'success', partly: 'warning', refused: 'danger' } as const
  return { tone: tones[kind], text: t(`profile.state.${kind}`) }
}

function summaryOf(outcomes: readonly Outcome[]): 'accepted' | 'partly' | 'refused' {
  if (outcomes.every(({ outcome }) => outcome === 'accepted')) return 'accepted'
  return outcomes.every(({ outcome }) => outcome === 'refused') ? 'refused' : 'partly'
}

/** What became of one field. */
export function outcomeTag({ t }: Pick<RequestContext, 't'>, { outcome }: Outcome): StatusTag {
  const tones = { accepted: 'success', edited: 'warning', refused: 'danger' } as const
  return { tone: tones[outcome], text: t(`profile.outcome.${outcome}`) }
}
