/** Where signing in leads: inside the door’s own pages, and nowhere else. */
import { expect } from 'chai'
import { safeNext } from '../../module/features/accounts/doors.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { beginAnew, PATIENT } from './doors.js'

describe('Signing in', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(() => beginAnew(practice))

  describe('leads on', () => {
    const inside = ['/portal/records', '/portal/records?lang=es', '/portal/records/abc/appointments?from=2026-11-24#x']
    const elsewhere = [
      ...['https://evil.example/portal', '//evil.example/portal', '///evil.example/portal', '/\\evil.example/portal'],
      ...['\\\\evil.example', '/\t/evil.example', 'javascript:alert(1)', 'data:text/html,x', 'portal', '', '/', '/staff/portal'],
      ...['/portal/../staff/portal', '/portal/%2e%2e/%2e%2e//evil.example', '/portal/..//evil.example', '/portalx'],
      ...['/portal@evil.example', 'http:/portal', ' /portal', '/%0d%0aLocation:https://evil.example', '/portal/sign-in'],
      ...['/portal/sign-out', '//foyer.invalid@evil.example/portal', '/.evil.example', '/portal:80@evil.example/'],
    ] // prettier-ignore

    it('inside the door’s own pages', () => {
      for (const next of inside) expect(safeNext(next, ['/portal']), next).to.equal(next.split('#')[0])
    })

    it('and nowhere else: what names another place is dropped whole', () => {
      for (const next of elsewhere) expect(safeNext(next, ['/portal']), next).to.equal(undefined)
    })

    it('so over HTTP, from the form and from the address', async () => {
      const origin = (await practice.visitor()).origin
      for (const next of [...elsewhere, ...inside]) {
        const someone = await practice.visitor()
        const form = await someone.get(`${PATIENT}?next=${encodeURIComponent(next)}`)
        const kept = /name="next" value="([^"]*)"/.exec(form.body)?.[1]
        const page = await someone.post(PATIENT, {
          username: loginOf('maria'),
          password: passwordOf('maria.santos'),
          next,
        })
        for (const way of [page.location, kept]) {
          if (way === undefined) continue
          const address = new URL(way, origin)
          expect(address.origin, next).to.equal(origin)
          expect(address.pathname, next).to.match(/^\/portal(\/|$)/)
        }
        if (inside.includes(next)) expect(page.location).to.equal(next.split('#')[0])
      }
    })

    it('from a page that was asked for signed out, back to it', async () => {
      const someone = await practice.visitor()
      const wanted = `/portal/records/${practice.records.maria}/appointments/new?provider=1&from=2026-11-30`
      const door = await someone.follow(await someone.get(wanted))
      expect(door.status).to.equal(200)
      const next = /name="next" value="([^"]*)"/.exec(door.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
      const page = await someone.post(PATIENT, {
        username: loginOf('maria'),
        password: passwordOf('maria.santos'),
        next,
      })
      expect(page.location).to.equal(wanted)
    })
  })
})
