/**
 * What was sent to a patient, or to an account's holder, and what became of it. What failed stands here until somebody
 * has dealt with it.
 */
import { addressNow, isToChart, type AddressNow } from '../access/chartAddress.js'
import { lettersAbout, type Letter, type LettersOf } from '../access/letters.js'
import { writeInstant } from './instant.js'
import type { Tone } from './layout.js'
import type { StaffContext } from './routes.js'

/** Besides those that wait for staff. */
const NEWEST = 10

/** View: /partials/letters. For who may `letters:manage`. One statement. */
export async function lettersView(context: StaffContext, of: LettersOf) {
  const { portal, t, url } = context
  const { name: practice, phone } = portal.practice()
  const letters = await lettersAbout(portal.db, of, NEWEST)
  const base = `${lettersHome(of)}/letters`
  const now =
    'pid' in of && letters.some((each) => waits(each) && isToChart(each))
      ? await addressNow(portal.db, of.pid)
      : undefined
  return {
    none: t('pid' in of ? 'letters.none' : 'letters.noneOfAccount'),
    rows: letters.map((letter) => ({
      what: t(`letter.${letter.kind}.subject`, { practice, phone }),
      to: letter.to === '' ? t('letters.nobody') : letter.to,
      when: writeInstant(context, letter.sentAt ?? letter.writtenAt),
      by: letter.writtenBy,
      tag: { tone: tones[letter.state], text: t(`letters.state.${letter.state}`) },
      why: waits(letter) ? letterText(context, letter) : '',
      ...againView(context, letter, now, url(`${base}/${String(letter.id)}/attempt`)),
      closeAction: waits(letter) ? url(`${base}/${String(letter.id)}/closing`) : undefined,
    })),
  }
}

/** To the chart's address as it is now, where the letter is for that: said before it is pressed. */
function againView({ t }: StaffContext, letter: Letter, now: AddressNow | undefined, action: string) {
  if (!isToChart(letter) || !waits(letter) || now === undefined) {
    return { retryAction: letter.state === 'failed' ? action : undefined, goesTo: '' }
  }
  if (!now.ok) return { retryAction: undefined, goesTo: t(`letters.why.${now.reason}`) }
  const goesTo = now.address === letter.to ? '' : t('letters.goesTo', { to: now.address })
  return { retryAction: action, goesTo }
}

/** The page on which they stand. */
export function lettersHome(of: LettersOf): string {
  return 'pid' in of ? `/staff/portal/patients/${String(of.pid)}` : `/staff/portal/accounts/${String(of.accountId)}`
}

function waits({ state }: Letter): boolean {
  return state === 'failed' || state === 'refused'
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
