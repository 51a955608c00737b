import type { PanelCard } from '../../feature.js'
import { findPatient } from '../../host/patients.js'
import type { StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { panelSlots, pidIn } from './cards.js'
import { personView } from './search.js'

export interface PanelCards {
  main: readonly PanelCard[]
  side: readonly PanelCard[]
}

/** How one patient stands towards the portal: who it is, and a place for each card, which come by themselves. */
export async function panel(context: StaffContext, { main, side }: PanelCards): Promise<Answer> {
  const { portal, show, t } = context
  const pid = pidIn(context)
  const patient = pid === undefined ? undefined : await findPatient(portal.db, pid)
  if (!patient) return show.notFound()
  const page = {
    patient: personView(context, patient),
    main: panelSlots(context, main, patient.pid),
    side: panelSlots(context, side, patient.pid),
  }
  return show.page('/dashboard/panel', page, { title: t('dashboard.panelTitle'), about: [patient.pid] })
}
