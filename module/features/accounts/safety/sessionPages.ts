/** Where somebody is signed in, and signing out there. */
import { z } from 'zod'
import { endSession, endSessions, sessionsOf, type OpenSession } from '../../../access/sessions.js'
import { recordAudit } from '../../../platform/audit.js'
import { optionalText } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { AccountSection } from './accountSection.js'
import { placeText } from './place.js'

/** View: /accounts/safety/sessions-card. */
export interface SessionsCard {
  action: string
  sessions: SessionLine[]
  others: boolean
}

interface SessionLine {
  hash: string
  device: string
  /** "from 192.0.2.7"; '' where it is not known. */
  place: string
  isThis: boolean
  /** "since 10:15, last seen 11:02" */
  when: string
}

export const sessionsSection: AccountSection = {
  key: 'sessions',
  title: 'account.sessions',
  show: async (context) => {
    const { account, portal, session, url } = context
    const { patientIdle: idle, sessionLimit: limit } = portal.settings()
    const of = { audience: 'patient', owner: account.id, life: { idle, limit } } as const
    const lines = (await sessionsOf(portal.db, portal.clock, of)).map((each) => lineOf(context, each))
    const content: SessionsCard = {
      action: url('/portal/account/sessions/ending'),
      sessions: [...lines.filter(({ isThis }) => isThis), ...lines.filter(({ isThis }) => !isThis)],
      others: lines.some(({ hash }) => hash !== session),
    }
    return { view: '/accounts/safety/sessions-card', content }
  },
}

function lineOf(context: AccountContext, { hash, address, device, since, seen }: OpenSession): SessionLine {
  const { session, t } = context
  const when = t('account.session.when', { since: writeInstant(context, since), seen: writeInstant(context, seen) })
  return {
    ...{ hash, isThis: hash === session, when },
    device: device === '' ? t('account.session.unknown') : device,
    place: placeText(context, address),
  }
}

/** One, by its hash, or all `others`. */
const Ending = z.object({ session: optionalText(64) })

export async function postEnding(context: AccountContext): Promise<Answer> {
  const { account, actor, portal, session, show } = context
  const form = context.form(Ending)
  const which = form.ok ? form.value.session : ''
  if (which === '') return show.problem(422)
  const ended = await portal.db.transaction(async (tx) => {
    const number =
      which === 'others'
        ? await endSessions(tx, 'patient', account.id, session)
        : Number(await endSession(tx, 'patient', account.id, which))
    const details = { ended: number }
    const subject = `account:${String(account.id)}`
    if (number > 0) await recordAudit(tx, portal.clock, actor, { event: 'account.sessions-ended', subject, details })
    return number
  })
  return show.seeOther('/portal/account', {
    kind: ended > 0 ? 'success' : 'info',
    key: ended > 0 ? 'account.session.ended' : 'account.session.gone',
  })
}
