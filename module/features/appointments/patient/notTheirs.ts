import { z } from 'zod'

/** What is not a patient's to choose, refused where it is sent rather than passed over. */
export const notTheirs = {
  status: z.undefined('appointments.notYours').optional(),
  state: z.undefined('appointments.notYours').optional(),
}
