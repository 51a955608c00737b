/** GET /portal/account/booking: signed in after all; the time that they chose goes on into the record that it is for. */
import { patientMay, type PatientScope } from '../../../access/scope.js'
import { isBookingPublic } from '../../../web/bookAddress.js'
import { recordLabel } from '../../../web/frame.js'
import type { AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'

/** One record: straight to it. Several: for whom is it? */
export function chooseWhom(context: AccountContext): Answer {
  const { account, portal, show, t, url } = context
  if (!isBookingPublic(portal)) return show.notFound()
  const hasChart = account.records.some(({ relationship }) => relationship === 'self')
  const own: PatientScope = { kind: 'own', account, record: account.ownRecord }
  const scopes = [...account.records, ...(hasChart ? [] : [own])].filter((scope) =>
    patientMay(portal.policy(), scope, 'appointments:request'),
  )
  const [only, other] = scopes
  if (!only) return show.seeOther('/portal')
  if (!other) return show.seeOther(addressIn(context, only))
  const records = scopes.map((scope) => ({
    href: url(addressIn(context, scope)),
    name: scope.kind === 'own' ? scope.account.name : `${scope.patient.firstName} ${scope.patient.lastName}`,
    line: scope.kind === 'own' ? t('record.own', { name: scope.account.name }) : recordLabel(context, scope),
  }))
  return show.page('/appointments/public/whom', { records }, { title: t('booking.whom') })
}

function addressIn({ query }: AccountContext, { record }: PatientScope): string {
  const { provider, category, time } = query
  const known = Object.entries({ provider, category, time }).filter((field): field is [string, string] => !!field[1])
  const step = time === undefined ? 'new' : 'new/check'
  return `/portal/records/${record}/appointments/${step}?${new URLSearchParams(known).toString()}`
}
