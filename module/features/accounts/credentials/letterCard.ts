/** What was sent to a patient, and what became of it. What failed stands here until somebody has dealt with it. */
import type { PanelCard } from '../../../feature.js'
import { lettersAbout, type Letter } from '../../../access/letters.js'
import { writeInstant } from '../../../web/instant.js'
import type { Tone } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'

const MOST = 10

export const letterCard: PanelCard = {
  key: 'letters',
  title: 'letters.title',
  permission: 'letters:manage',
  async show(context, pid) {
    const letters = await lettersAbout(context.portal.db, pid, MOST)
    return { view: '/accounts/credentials/letters', content: lettersView(context, pid, letters) }
  },
}

export function lettersView(context: StaffContext, pid: number, letters: readonly Letter[]) {
  const { portal, t, url } = context
  const { name: practice, phone } = portal.practice()
  const base = `/staff/portal/patients/${String(pid)}/letters`
  return {
    rows: letters.map((letter) => ({
      what: t(`letter.${letter.kind}.subject`, { practice, phone }),
      to: letter.to === '' ? t('letters.nobody') : letter.to,
      when: writeInstant(context, letter.sentAt ?? letter.writtenAt),
      by: letter.writtenBy,
      tag: { tone: tones[letter.state], text: t(`letters.state.${letter.state}`) },
      why: letter.state === 'failed' || letter.state === 'refused' ? letterText(context, letter) : '',
      retryAction: letter.state === 'failed' ? url(`${base}/${String(letter.id)}/attempt`) : undefined,
      closeAction:
        letter.state === 'failed' || letter.state === 'refused'
          ? url(`${base}/${String(letter.id)}/closing`)
          : undefined,
    })),
  }
}

const tones: Record<Letter['state'], Tone> = {
  waiting: 'info',
  sent: 'success',
  failed: 'danger',
  refused: 'warning',
  closed: 'neutral',
}

const known = ['no-consent', 'no-address', 'bad-address', 'no-mail-server', 'no-sms-gateway', 'over', 'no-such-letter']

/** Why it did not go, in words; a server's own code is quoted. */
export function letterText({ t }: Pick<StaffContext, 't'>, { errorCode = '' }: Pick<Letter, 'errorCode'>): string {
  if (known.includes(errorCode)) return t(`letters.why.${errorCode}`)
  return /^5\d\d$/.test(errorCode)
    ? t('letters.why.server', { code: errorCode })
    : t('letters.why.away', { code: errorCode })
}
