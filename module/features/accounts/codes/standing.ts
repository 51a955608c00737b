/** How a PIN or a code stands, as staff read it: on the card, on its page, beside each child. */
import { DateTime } from 'luxon'
import type { Code, CodeStanding } from '../../../access/codes.js'
import type { Portal } from '../../../access/portal.js'
import { day as dayOf, type Day, type Utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { StatusTag, Tone } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'

const tones: Record<CodeStanding, Tone> = {
  pending: 'info',
  registered: 'success',
  revoked: 'neutral',
  expired: 'warning',
}

export function standingTag({ t }: Pick<StaffContext, 't'>, standing: CodeStanding): StatusTag {
  return { tone: tones[standing], text: t(`codes.standing.${standing}`) }
}

/** "PIN for Maria Santos, mother, until Mon 30 Nov, 08:00": what it is, for whom, and until when or since when. */
export function codeLine(context: StaffContext, code: Code) {
  const { t, url } = context
  return {
    href: url(codePath(code)),
    title: t(`codes.kind.${code.kind}`),
    recipient: code.recipient,
    relationship: t(`codes.relationship.${code.relationship}`),
    extent: t(`codes.extent.${code.extent}`),
    tag: standingTag(context, code.standing),
    when: whenText(context, code),
    failures: code.failures === 0 ? '' : t('codes.failures', { count: code.failures }),
    letter: letterTag(context, code),
  }
}

/** Below /staff/portal's base: of one code. */
export function codePath({ id, pid }: Pick<Code, 'id' | 'pid'>): string {
  return `/staff/portal/patients/${String(pid)}/codes/${String(id)}`
}

export function whenText(context: StaffContext, code: Code): string {
  const { t } = context
  switch (code.standing) {
    case 'pending':
      return t('codes.when.pending', { when: writeInstant(context, code.expiresAt) })
    case 'registered':
      return t('codes.when.registered', {
        when: writeInstant(context, code.redeemedAt ?? ''),
        who: code.redeemedBy ?? '',
      })
    case 'revoked':
      return t('codes.when.revoked', { when: writeInstant(context, code.revokedAt ?? ''), who: code.revokedBy ?? '' })
    case 'expired':
      return t('codes.when.expired', { when: writeInstant(context, code.expiresAt) })
  }
}

/** Whether it went out, and how that stands; undefined: it was printed. */
export function letterTag({ t }: StaffContext, { letter }: Code): StatusTag | undefined {
  if (!letter) return undefined
  const tone: Record<string, Tone> = { waiting: 'info', sent: 'success', failed: 'danger', refused: 'warning' }
  return {
    tone: tone[letter.state] ?? 'neutral',
    icon: letter.channel === 'sms' ? 'phone' : 'envelope',
    text: t(`codes.letter.${letter.state}`),
  }
}

/** The practice's day of an instant: what paper and letters say. */
export function dayOfInstant({ clock }: Pick<Portal, 'clock'>, at: Utc): Day {
  return dayOf(DateTime.fromSQL(at, { zone: 'utc' }).setZone(clock.zone))
}
