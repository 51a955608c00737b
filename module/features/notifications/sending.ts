/**
 * A letter on its way: worded now, since a secret in it (a link, a PIN) is keyed out of an id and stands nowhere, and
 * given to the next server. What can't go is told on the patient's panel.
 */
import { findLetter, markSent, markUnsent, type Letter } from '../../access/letters.js'
import type { Portal } from '../../access/portal.js'
import type { HeardEvent, LetterKind } from '../../feature.js'
import { isLanguage, type Translate } from '../../platform/i18n.js'
import { Unsent } from '../../platform/post.js'
import { letterAddress } from '../../web/letterAddress.js'
import { render } from '../../web/render.js'
import { isMailbox } from '../../platform/emailAddress.js'

/** Hears `letter.written`. Throws to be tried again, until the last try gives the letter up. */
export async function sendLetter(portal: Portal, kinds: readonly LetterKind[], event: HeardEvent): Promise<void> {
  const letter = await findLetter(portal.db, Number(event.payload['letter']))
  if (letter?.state !== 'waiting') return
  try {
    const messageId = await send(portal, kinds, letter)
    await portal.db.transaction((tx) => markSent(tx, portal, letter.id, messageId))
  } catch (error) {
    if (!(error instanceof Unsent)) throw error
    const final = error.final || event.lastTry
    await portal.db.transaction((tx) => markUnsent(tx, letter.id, error.code, final))
    if (!final) throw error
  }
}

/** The same each time, so that a letter which is sent twice after a crash is known as one. */
function idOf(letter: Letter): string {
  return `foyer-letter-${String(letter.id)}`
}

async function send(portal: Portal, kinds: readonly LetterKind[], letter: Letter): Promise<string> {
  const kind = kinds.find((each) => each.kind === letter.kind)
  if (!kind) throw new Unsent('no-such-letter', true)
  const { post } = portal
  const worded = await wordLetter(portal, kind, letter)
  if (!worded) throw new Unsent('over', true)
  if (letter.channel === 'sms') {
    if (!post.sms) throw new Unsent('no-sms-gateway', true)
    return post.sms({ id: idOf(letter), to: letter.to, text: worded.sms })
  }
  if (!post.mail) throw new Unsent('no-mail-server', true)
  const { subject, text, html } = worded
  return post.mail({ id: idOf(letter), from: senderOf(portal), to: letter.to, subject, text, html })
}

function senderOf(portal: Portal): { name: string; address: string } {
  const ours = portal.settings().mailSender
  const hosts = portal.globals().get('patient_reminder_sender_email') ?? ''
  const address = [ours, hosts].find((each) => isMailbox(each))
  return {
    name: portal.practice().name,
    address: address ?? `no-reply@${new URL(letterAddress(portal, '/')).hostname}`,
  }
}

interface Worded {
  subject: string
  text: string
  html: string
  sms: string
}

/** Undefined: what it tells of is over. */
async function wordLetter(portal: Portal, kind: LetterKind, letter: Letter): Promise<Worded | undefined> {
  const language = isLanguage(letter.language) ? letter.language : 'en'
  const t = portal.speech.in(language)
  const more = await kind.values(portal, letter, t)
  if (!more) return undefined
  const href = letterAddress(portal, more.path)
  const values = { practice: portal.practice().name, phone: portal.practice().phone, ...more.values, address: href }
  const key = `letter.${kind.kind}`
  const subject = t(`${key}.subject`, values)
  const paragraphs = t(`${key}.text`, values).split('\n')
  const action = t(`${key}.action`, values)
  const closing = closingOf(t, values.practice, values.phone)
  return {
    subject,
    text: [...paragraphs, '', `${action}:`, href, '', ...closing].join('\n'),
    html: html(t, { language, subject, paragraphs: paragraphs.filter((each) => each !== ''), action, href, closing }),
    sms: t(`${key}.sms`, values),
  }
}

function closingOf(t: Translate, practice: string, phone: string): string[] {
  return [phone === '' ? practice : `${practice} · ${phone}`, t('letter.noReply')]
}

interface LetterPage {
  language: string
  subject: string
  paragraphs: string[]
  action: string
  href: string
  closing: string[]
}

function html(t: Translate, page: LetterPage): string {
  return render('/notifications/letter', { page, t, url: (path) => path, csrf: '', nonce: '' })
}
