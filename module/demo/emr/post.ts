/** What the demo would have sent, to be read here. A practice has a mail server instead. */
import { DateTime } from 'luxon'
import { utc } from '../../platform/clock.js'
import { writeInstant } from '../../web/instant.js'
import { can, routes, type RouteOf, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import type { KeptLetter, LetterBox } from '../post.js'

export function postRoutes(box: LetterBox | undefined): RouteOf<'emr'>[] {
  return routes('emr', (r) => {
    r.get('/emr/post', can('emr:use'), (context) => post(context, box))
  })
}

const SHOWN = 100

async function post(context: StaffContext, box: LetterBox | undefined): Promise<Answer> {
  const letters = (await box?.newest(SHOWN)) ?? []
  const content = { letters: letters.map((letter) => letterView(context, letter)) }
  return context.show.page('/emr/post', content, { title: context.t('emr.post') })
}

function letterView(context: StaffContext, { at, channel, subject, text, to }: KeptLetter) {
  const { t } = context
  return {
    to: t(channel === 'mail' ? 'emr.post.mailTo' : 'emr.post.smsTo', { to }),
    when: writeInstant(context, utc(DateTime.fromISO(at))),
    subject: subject === '' ? t('emr.post.sms') : subject,
    lines: text
      .split('\n')
      .filter((line) => line !== '')
      .map(withLink),
  }
}

/** The letter's own address can be followed; what stands before it in the line stays text. */
function withLink(line: string): { text: string; href: string } {
  const href = /https?:\/\/\S+$/.exec(line)?.[0] ?? ''
  return { text: line.slice(0, line.length - href.length), href }
}
