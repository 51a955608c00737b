import { expect } from 'chai'
import { emrShell, type ModuleHost } from '../../../module/demo/emr/index.js'
import { writeStaffNote } from '../../../module/host/notes.js'
import { disable } from '../../../module/lifecycle/disable.js'
import { aDocument, makeSiteFolder } from '../../support/chart.js'
import { MONDAY, openPractice, type TestPractice } from '../../support/practice.js'

describe("the demo's EMR", function () {
  this.timeout(60_000)
  let practice: TestPractice

  beforeEach(async () => {
    const host: ModuleHost = { databaseUrl: '', refresh: async () => practice.refresh(), afterUninstall: () => '' }
    practice = await openPractice({ shell: (wings) => emrShell(wings, host) })
  })

  afterEach(() => practice.leave())

  it('shows a request with its sign and a cancelled visit with its own, by name as the host writes it', async () => {
    const { event, patients, staff } = practice
    await event({ providerId: staff.lee, pid: patients.maria, start: '10:00', by: 'patient' })
    await event({ providerId: staff.lee, pid: patients.leo, start: '10:30', status: 'x' })
    const nurse = await practice.staffVisitor('nurse')
    const { body } = await nurse.get(`/emr/calendar?day=${MONDAY}`)
    expect(said(body)).to.include('^ 10:00 Santos,Maria Office Visit, Pending')
    expect(said(body)).to.include('x 10:30 Santos,Leo Office Visit, Canceled')
    expect(
      said((await nurse.get(`/emr/calendar?view=week&provider=${String(staff.lee)}&day=${MONDAY}`)).body),
    ).to.include('Santos,Maria')
  })

  it('changes a status as the host does: the row, who, and the flow board', async () => {
    const { db, event, patients, staff } = practice
    const eid = await event({ providerId: staff.lee, pid: patients.maria, start: '10:00' })
    const nurse = await practice.staffVisitor('nurse')
    const path = `/emr/calendar/${String(eid)}`
    expect((await nurse.post(path, { status: '@' }, { from: path })).status).to.equal(303)
    expect(
      await db.first(
        `SELECT e.pc_apptstatus AS status, e.pc_informant AS informant, t.lastseq, x.status AS tracked, x.user
           FROM openemr_postcalendar_events e JOIN patient_tracker t ON t.eid = e.pc_eid
           JOIN patient_tracker_element x ON x.pt_tracker_id = t.id AND x.seq = t.lastseq WHERE e.pc_eid = :eid`,
        { eid },
      ),
    ).to.deep.equal({ status: '@', informant: String(staff.nurse), lastseq: '2', tracked: '@', user: 'nurse' })
    expect((await nurse.post(path, { status: 'nonsense' })).status).to.equal(422)
    expect((await nurse.post('/emr/calendar/999999', { status: '@' })).status).to.equal(404)
  })

  it('lists a chart’s documents by category, and hands them out as they lie in its folder', async () => {
    const folder = await makeSiteFolder()
    Object.assign(practice.portal.config, { hostSiteDir: folder.dir })
    try {
      const { luis, maria } = practice.patients
      const id = await aDocument(practice, {
        pid: maria,
        name: 'Sent by Maria.txt',
        content: Buffer.from('As she sent it'),
      })
      const other = await aDocument(practice, { pid: luis, name: 'of luis.txt' })
      const admin = await practice.staffVisitor('admin')
      const path = `/emr/patients/${String(maria)}`
      const { body } = await admin.get(path)
      expect(said(body)).to.include('Documents Medical Record Sent by Maria.txt').and.not.include('of luis.txt')
      const read = await admin.get(`${path}/documents/${String(id)}`)
      expect([read.status, read.body]).to.deep.equal([200, 'As she sent it'])
      expect((await admin.get(`${path}/documents/${String(other)}`)).status).to.equal(404)
    } finally {
      Object.assign(practice.portal.config, { hostSiteDir: undefined })
      await folder.remove()
    }
  })

  it('shows the portal in the chart only to portal staff, and only while the module is on', async () => {
    const path = `/emr/patients/${String(practice.patients.maria)}`
    const admin = await practice.staffVisitor('admin')
    const nurse = await practice.staffVisitor('nurse')
    expect((await admin.get(path)).body)
      .to.include('id="chart-panel"')
      .and.include('/staff/portal"')
    expect((await nurse.get(path)).body)
      .to.not.include('id="chart-panel"')
      .and.not.include('/staff/portal"')

    expect(await disable(practice.lifecycle)).to.include({ ok: true })
    await practice.refresh()
    const off = await admin.get(path)
    expect(off.status).to.equal(200)
    expect(off.body).to.not.include('id="chart-panel"').and.not.include('/staff/portal"')
  })

  it('lists what is for the reader or for nobody, and lets nobody close what is another’s', async () => {
    const note = (to: string | undefined, text: string): Promise<number> =>
      practice.db.transaction((tx) => {
        const pid = practice.patients.maria
        return writeStaffNote(tx, { at: `${MONDAY} 07:30:00`, pid, title: 'Pharmacy', text, to, from: 'admin' })
      })
    await note('nurse', 'for the nurse')
    await note(undefined, 'for whoever comes first')
    const others = await note('front', 'for the desk')
    const nurse = await practice.staffVisitor('nurse')
    const page = await nurse.get('/emr/messages')
    expect(page.body).to.include('for the nurse').and.include('for whoever').and.not.include('for the desk')
    expect((await nurse.post(`/emr/messages/${String(others)}/done`)).status).to.equal(404)

    const [action = ''] = /\/emr\/messages\/\d+\/done/.exec(page.body) ?? []
    expect((await nurse.post(action)).status).to.equal(303)
    expect((await nurse.get('/emr/messages')).body).to.not.include(action)
  })

  it('opens the Modules page to those who manage modules, and says beforehand what a verb does', async () => {
    const admin = await practice.staffVisitor('admin')
    expect((await admin.get('/emr/modules')).body).to.include('Installed and switched on')
    expect((await admin.get('/emr/modules/disable')).body).to.include('sign every patient out')
    await practice.refresh()
    expect(practice.portal.enabled(), 'after the plan was shown').to.equal(true)
    const front = await practice.staffVisitor('front')
    expect((await front.get('/emr/modules')).status).to.equal(403)
    expect((await front.post('/emr/modules/disable', {}, { from: '/emr/messages' })).status).to.equal(403)
  })
})

/** The page's text, spaces as one reads them. */
function said(body: string): string {
  return body
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')
}
