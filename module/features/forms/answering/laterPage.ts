/** Of a form that opens on a later day: which day that is, and nothing to answer. */
import { inLanguage } from '../../../access/questionnaires/model.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeShortDay } from '../../../web/times.js'
import type { NotOpen } from './filling.js'

/** To look at it is no mistake: 200. To begin, to save or to send it is refused: 409. */
export function opensLater(
  { here, language, portal, show, t, url }: RecordContext,
  { opensOn, title: said }: NotOpen,
  asked: 'look' | 'deed',
): Answer {
  const title = inLanguage(said, language)
  const day = writeShortDay(opensOn, language, dayOf(portal.clock.now()))
  const page = { title, text: t('forms.opensOn', { day }), backHref: url(here('/forms')) }
  if (asked === 'look') return show.page('/forms/answering/later', page, { title })
  return show.refused('/forms/answering/later', page, { title, status: 409 })
}
