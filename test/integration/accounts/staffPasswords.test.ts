/** A member of staff whose password is changed in the EMR at the very moment in which somebody uses the old one. */
import { expect } from 'chai'
import { signInStaff } from '../../../module/access/signInStaff.js'
import { hashHostPassword, hashSettings } from '../../../module/host/php/passwords.js'
import type { Portal } from '../../../module/access/portal.js'
import { afterReading } from '../../support/meanwhile.js'
import { openPractice, passwordOf, type TestPractice } from '../../support/practice.js'

describe('A password of staff', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  const signIn = (password: string, portal: Portal = practice.portal) =>
    signInStaff(portal, {
      ...{ username: 'nurse', password, email: '', address: '127.0.0.1', requestId: 'r', device: undefined },
    })
  const failures = () => practice.db.first(`SELECT login_fail_counter FROM users_secure WHERE username = 'nurse'`)

  it('that was changed in the EMR while it was being looked at opens nothing; the new one does', async () => {
    const before = passwordOf('nurse')
    expect(await signIn(before)).to.include({ ok: true })
    const counted = await failures()
    const hash = await hashHostPassword('Another-Pass1', hashSettings(practice.portal.globals()))
    const changed = afterReading(practice.db, /users_secure/, () =>
      practice.db.transaction((tx) =>
        tx.change(`UPDATE users_secure SET password = :hash WHERE username = 'nurse'`, { hash }),
      ),
    )
    const refused = await signIn(before, { ...practice.portal, db: changed.db })
    expect(refused).to.deep.equal({ ok: false, reason: 'wrong' })
    expect(changed.happened()).to.equal(true)
    // It was right when it was typed: the EMR counts no failure of theirs.
    expect(await failures()).to.deep.equal(counted)
    expect(await signIn('Another-Pass1')).to.include({ ok: true })
  })
})
