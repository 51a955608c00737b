/** Whether the patient hears of the access that was made: how the message stands, and what is left to do where it fails. */
import { lastLetter, type Letter } from '../../../access/letters.js'
import { letterText } from '../../../web/letters.js'
import type { StatusTag, Tone } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { pidIn } from './pid.js'
import { letters } from './telling.js'

/** GET …/credential/message: asked for again and again while it is on its way. */
export async function message(context: StaffContext): Promise<Answer> {
  const { fragment, portal, show, t, url } = context
  const pid = pidIn(context)
  const letter = pid === undefined ? undefined : await lastMessage(portal.db, pid)
  if (pid === undefined || !letter) return show.notFound()
  const told = { ...toldView(context, pid, letter), alone: !fragment }
  const options = { title: t('credential.told.title'), about: [pid] }
  if (fragment) return show.page('/accounts/credentials/told', told, options)
  const backHref = url(`/staff/portal/patients/${String(pid)}`)
  return show.page('/accounts/credentials/told-page', { told, backHref }, options)
}

/** The last that told a patient of access. One statement. */
export function lastMessage(db: StaffContext['portal']['db'], pid: number): Promise<Letter | undefined> {
  return lastLetter(
    db,
    pid,
    letters.map(({ kind }) => kind),
  )
}

export interface ToldView {
  tag: StatusTag
  tone: 'info' | 'success' | 'warning'
  text: string
  /** What to do; '': nothing. */
  next: string
  /** Where it is asked how it stands. */
  href: string
  /** It may still change by itself. */
  moves: boolean
}

/** View: /accounts/credentials/told. */
export function toldView(context: StaffContext, pid: number, letter: Letter): ToldView {
  const { t, url } = context
  const { moves, next, said, tone } = standingOf(context, letter)
  const { errorCode: code = '', to } = letter
  return {
    tag: { tone: tagTones[letter.state], text: t(`letters.state.${letter.state}`) },
    tone,
    text: t(`credential.told.${said}`, { to, code, why: letterText(context, letter) }),
    next: next === undefined ? '' : t(`credential.told.next.${next}`),
    href: url(`/staff/portal/patients/${String(pid)}/credential/message`),
    moves,
  }
}

const tagTones: Record<Letter['state'], Tone> = {
  waiting: 'info',
  sent: 'success',
  failed: 'danger',
  refused: 'warning',
  closed: 'neutral',
}

interface Standing {
  said: 'goes' | 'again' | 'noServer' | 'sent' | 'failed' | 'not' | 'closed'
  next?: 'address' | 'later' | 'sheet'
  tone: ToldView['tone']
  moves: boolean
}

function standingOf({ portal }: StaffContext, { errorCode, state }: Letter): Standing {
  switch (state) {
    case 'waiting':
      if (!portal.post.mail) return { said: 'noServer', tone: 'warning', moves: false }
      return { said: errorCode === undefined ? 'goes' : 'again', tone: 'info', moves: true }
    case 'sent':
      return { said: 'sent', tone: 'success', moves: false }
    case 'failed':
      return { said: 'failed', next: nextAfter(errorCode), tone: 'warning', moves: false }
    case 'refused':
      return { said: 'not', next: 'sheet', tone: 'warning', moves: false }
    case 'closed':
      return { said: 'closed', tone: 'info', moves: false }
  }
}

/** A server that refuses for good refuses the same address again. */
function nextAfter(code = ''): 'address' | 'later' | 'sheet' {
  if (code === 'over') return 'sheet'
  return /^5\d\d$/.test(code) ? 'address' : 'later'
}
