/** The staff's messages: the host's notes that wait for the reader or for nobody in particular. */
import { closeMessage, openMessages } from '../../host/messages.js'
import { day as dayOf, wallClock } from '../../platform/clock.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { writeShortDay, writeTime } from '../../web/times.js'
import { hostName } from './calendar.js'

export const messageRoutes = routes('emr', (r) => {
  r.get('/emr/messages', can('emr:use'), messages)
  r.post('/emr/messages/:id/done', can('emr:use'), close)
})

const SHOWN = 100

async function messages(context: StaffContext): Promise<Answer> {
  const { language, portal, show, staff, t, url } = context
  const today = dayOf(portal.clock.now())
  const open = await openMessages(portal.db, staff.username, SHOWN)
  const content = {
    messages: open.map(({ id, at, title, text, from, to, patient }) => ({
      when: at === '' ? '' : `${writeShortDay(at.slice(0, 10), language, today)}, ${writeTime(at.slice(11))}`,
      ...{ title, text, from },
      to: to === '' ? t('emr.messages.nobody') : to,
      patient: patient && hostName(patient),
      patientHref: patient && url(`/emr/patients/${String(patient.pid)}`),
      doneAction: url(`/emr/messages/${String(id)}/done`),
    })),
  }
  return show.page('/emr/messages', content, { title: t('emr.messages'), wide: true })
}

async function close({ params, portal, show, staff }: StaffContext): Promise<Answer> {
  const id = Number(params['id'])
  const by = { userId: staff.id, username: staff.username }
  const at = wallClock(portal.clock.now())
  const closed = Number.isSafeInteger(id) && (await portal.db.transaction((tx) => closeMessage(tx, id, by, at)))
  if (!closed) return show.notFound()
  return show.seeOther('/emr/messages', { kind: 'success', key: 'emr.messages.closed' })
}
