/** Who booked a visit without an account (`/portal/book`) waits to be found like anybody who registers. */
import { handOnPerson } from '../../access/bookingWishes.js'
import type { Listener } from '../../feature.js'
import type { Actor } from '../../platform/audit.js'
import { accountTurn, takeTurn } from '../../platform/turns.js'
import {} from './registrations.js'
import { submit } from './submitting.js'

export const registerWhoBooked: Listener = {
  name: 'register-who-booked',
  event: 'booking.made',
  hear: (portal, { payload }) =>
    portal.db.transaction(async (tx) => {
      await takeTurn(tx, [accountTurn(Number(payload['account']))])
      const person = await handOnPerson(tx, portal, Number(payload['wish']))
      if (!person) return
      const { accountId: id, accountName: name, ownRecord, email, firstName, lastName, born, phone } = person
      const actor: Actor = { kind: 'account', id: String(id), name, requestId: undefined }
      const unsaid = { middleName: '', birthName: '', sex: '', postalCode: '', message: '' }
      const said = { forWhom: 'me', relationship: 'self', firstName, lastName, born, phone } as const
      await submit(tx, portal, actor, { id, ownRecord, email }, { ...unsaid, ...said })
    }),
}
