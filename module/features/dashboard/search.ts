import { searchPatients, type Patient } from '../../host/patients.js'
import type { StatusTag } from '../../web/layout.js'
import { bornText, personName } from '../../web/person.js'
import type { StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'

const FOUND_MOST = 20

/** Finds patients by what is typed: a page, and the same as somebody types. */
export async function search(context: StaffContext): Promise<Answer> {
  const { portal, query, show, t, url } = context
  const typed = (query['q'] ?? '').slice(0, 100)
  const found = await searchPatients(portal.db, typed, FOUND_MOST + 1)
  const shown = found.slice(0, FOUND_MOST)
  const page = {
    action: url('/staff/portal/patients'),
    typed,
    searched: typed.trim() !== '',
    more: found.length > FOUND_MOST,
    rows: shown.map((patient) => personView(context, patient)),
  }
  const view = context.fragment ? '/dashboard/found' : '/dashboard/search'
  return show.page(view, page, { title: t('dashboard.patients'), about: shown.map(({ pid }) => pid) })
}

/** A patient as staff tell them apart, with whether the chart says YES to the portal. */
export function personView(context: StaffContext, patient: Patient) {
  const { t, url } = context
  return {
    pid: patient.pid,
    href: url(`/staff/portal/patients/${String(patient.pid)}`),
    name: personName(patient.lastName, patient.firstName),
    chart: patient.pubpid === '' ? String(patient.pid) : patient.pubpid,
    born: bornText(context, patient.born) || t('dashboard.bornUnknown'),
    access: accessTag(context, patient.portalAllowed),
  }
}

export function accessTag({ t }: StaffContext, allowed: boolean): StatusTag {
  return allowed
    ? { tone: 'success', icon: 'shield-check', text: t('dashboard.allowed') }
    : { tone: 'neutral', icon: 'slash-circle', text: t('dashboard.notAllowed') }
}
