/** What the page is given on which a patient says why. */
import { nameOf } from '../../../access/scope.js'
import type { RecordContext } from '../../../web/routes.js'
import { mayBeAskedFor, type Appointment, type CancelRefusal } from '../appointment.js'
import { callPractice, viewOf } from './visitView.js'

export interface CancellationTyped {
  reason: string
  errors: Readonly<Record<string, string>>
  refusal: CancelRefusal | undefined
}

/** The page of a cancellation, or of asking for one where it is too late or one day of a series. */
export function cancellationPage(context: RecordContext, appointment: Appointment, typed: CancellationTyped) {
  const { here, may, t, url } = context
  const missing = Object.values(typed.errors)[0]
  const asking = mayBeAskedFor(typed.refusal)
  return {
    title: t(asking ? 'appointments.askCancel.title' : 'appointments.cancel.title'),
    backHref: url(here(may('appointments:view') ? `/appointments/${appointment.id}` : '')),
    action: url(here(`/appointments/${appointment.id}/cancellation`)),
    appointment: viewOf(context, appointment),
    patient: nameOf(context.scope),
    reason: typed.reason,
    reasonError: typed.errors['reason'] === undefined ? undefined : t(typed.errors['reason']),
    errors: missing === undefined ? [] : [{ name: 'reason', text: t(missing) }],
    asking: asking ? askNote(context, typed.refusal) : undefined,
    send: t(asking ? 'appointments.askCancel.send' : 'appointments.cancel.send'),
    refused:
      typed.refusal === undefined || asking
        ? undefined
        : [
            t(`appointments.notCancelled.${typed.refusal}`),
            typed.refusal === 'already-cancelled' ? '' : callPractice(context),
          ]
            .join(' ')
            .trim(),
  }
}

/** Why the practice has to be asked, and that it can be. */
export function askNote({ portal, t }: RecordContext, refusal: CancelRefusal | undefined): string {
  const count = Math.ceil(portal.settings().minimumNotice / 60)
  return `${t(`appointments.notCancelled.${refusal ?? 'too-late'}`, { count })} ${t('appointments.askCancel.note')}`
}
