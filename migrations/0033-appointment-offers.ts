import { column, type Step } from './step.js'

const file = '0033-appointment-offers'

/**
 * `over_another`: staff proposed the time knowing that another visit lies there. `closed_at`: a time that was named when a
 * request was declined is not to be had any more, because staff booked the visit again.
 */
export const appointmentOffers: readonly Step[] = [
  column(file, 'appointment_proposals', 'over_another', 'TINYINT NOT NULL DEFAULT 0'),
  column(file, 'appointment_alternatives', 'closed_at', 'DATETIME(3) NULL'),
]
