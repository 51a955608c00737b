/** How a visit stands, in a word: the same for patients and for staff. */
import type { StatusTag, Tone } from '../../web/layout.js'
import type { RequestContext } from '../../web/routes.js'
import type { Standing } from './appointment.js'

const tones: Record<Standing, { tone: Tone; icon: string }> = {
  requested: { tone: 'info', icon: 'hourglass-split' },
  proposed: { tone: 'warning', icon: 'calendar-event' },
  confirmed: { tone: 'success', icon: 'calendar-check' },
  cancelled: { tone: 'neutral', icon: 'calendar-x' },
  declined: { tone: 'danger', icon: 'x-circle' },
  lapsed: { tone: 'neutral', icon: 'clock-history' },
  missed: { tone: 'neutral', icon: 'slash-circle' },
  removed: { tone: 'neutral', icon: 'calendar-x' },
}

/** The word, with its colour and icon. */
export function statusTag({ t }: RequestContext, standing: Standing): StatusTag {
  return { ...tones[standing], text: t(`appointments.standing.${standing}`) }
}
