import type { StatusTag } from '../../web/layout.js'
import type { RequestContext } from '../../web/routes.js'
import type { Registration, RegistrationState } from './registrations.js'

const tones: Record<RegistrationState, StatusTag['tone']> = {
  ...{
    waiting: 'info',
    asked: 'warning',
    linked: 'success',
    refused: 'danger',
    closed: 'neutral',
    withdrawn: 'neutral',
    merged: 'neutral',
  },
}

/** How it stands, in a word and an icon: the same for its sender and for staff. */
export function stateTag({ t }: RequestContext, { state }: Pick<Registration, 'state'>): StatusTag {
  return {
    tone: tones[state],
    ...(state === 'waiting' || state === 'asked' ? { icon: 'hourglass-split' } : {}),
    text: t(`registration.state.${state}`),
  }
}
