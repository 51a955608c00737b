import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { told } from '../../../module/features/dashboard/activity.js'
import { recentActivity } from '../../../module/host/reads/activity.js'
import { recordAudit, type Actor } from '../../../module/platform/audit.js'
import { practiceDuring } from '../appointments/visits.js'

const PATIENTS = '/staff/portal/patients'

describe('what has happened in the portal', () => {
  const practice = practiceDuring()
  const maria: Actor = { kind: 'account', id: '1', name: 'maria.santos', requestId: undefined }

  async function happens(event: string, pid: number | undefined, subject = 'appointment:4711'): Promise<void> {
    await practice.db.transaction((tx) => recordAudit(tx, practice.clock, maria, { event, subject, pid }))
  }

  it('is told in words, the newest first, with the way to it', async () => {
    await happens('appointment.requested', practice.patients.maria)
    const admin = await practice.staffVisitor('admin')
    const { body } = await admin.get('/staff/portal/cards/activity')
    expect(body).to.include('asked for an appointment').and.include('/staff/portal/appointments/4711')
    expect(body.indexOf('signed in (staff)')).to.be.within(0, body.indexOf('asked for an appointment'))
  })

  it('names the holder of an account that has no chart, and a chart that is gone by its number', async () => {
    const { clock, db } = practice
    const record = 'own-record-of-petra-no'
    await db.transaction(async (tx) => {
      await tx.insert(
        `INSERT INTO foyer_accounts (own_record, display_name, created_at) VALUES (:record, 'Petra Novak', '2026-11-20')`,
        { record },
      )
      const lee = { kind: 'staff', id: 'dr.lee', name: 'Susan Lee', requestId: undefined } as const
      await recordAudit(tx, clock, lee, { event: 'registration.asked', subject: 'registration:1', record })
      await recordAudit(tx, clock, lee, { event: 'appointment.declined', subject: 'appointment:2', pid: 987_654 })
      const petra = { ...maria, name: 'Petra Novak', actingAs: { record, relationship: undefined } }
      await recordAudit(tx, clock, petra, { event: 'registration.withdrawn', subject: 'registration:1' })
    })
    const admin = await practice.staffVisitor('admin')
    const lines = async (language: string) => {
      const { body } = await admin.get(`/staff/portal/cards/activity?lang=${language}`)
      return [...body.matchAll(/<li>(.*?)<span class="figures/g)].map(([, line = '']) => line.replace(/<[^>]+>/g, ''))
    }
    expect(await lines('es')).to.include('Susan Lee hizo una pregunta sobre un registro: Petra Novak (sin expediente)')
    expect(await lines('en')).to.include.members([
      'Susan Lee asked a question about a registration: Petra Novak (no chart)',
      'Susan Lee declined an appointment: chart 987654, which is no longer in the EMR',
      // Who did it is named already.
      'Petra Novak took a registration back',
    ])
  })

  it('leaves out who merely looked', async () => {
    await happens('patient.viewed', practice.patients.maria, 'patient:1')
    const rows = await recentActivity(practice.db, { events: told, before: undefined, limit: 5 })
    expect(rows.map(({ event }) => event)).not.to.include('patient.viewed')
  })

  it('goes on to the older, each once, until there is no more', async () => {
    const pid = practice.patients.luis
    for (let at = 0; at < 30; at += 1) await happens('appointment.requested', pid, `appointment:${String(at)}`)
    const admin = await practice.staffVisitor('admin')
    const seen: string[] = []
    let path: string | undefined = `${PATIENTS}/${String(pid)}/activity`
    while (path !== undefined && seen.length < 100) {
      const { body } = await admin.get(path)
      seen.push(...[...body.matchAll(/appointments\/(\d+)"/g)].map((found) => found[1] ?? ''))
      path = /href="([^"]*\?before=\d+)"/.exec(body)?.[1]
    }
    expect(seen).to.have.length(30)
    expect(new Set(seen).size).to.equal(30)
  })

  it('on a patient’s panel is about this patient alone', async () => {
    const admin = await practice.staffVisitor('admin')
    const { body } = await admin.get(`${PATIENTS}/${String(practice.patients.ana)}/activity`)
    expect(body).not.to.include('asked for an appointment')
  })

  it('has words for every deed that the source writes into the audit trail', () => {
    const files = readdirSync('module', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
    const written = files.flatMap((path) => {
      const calls = readFileSync(`module/${path}`, 'utf8').match(/recordAudit\([^']*?\bevent: '[\w-]+\.[\w.-]+'/g) ?? []
      return calls.map((call) => /event: '([\w.-]+)'$/.exec(call)?.[1] ?? '')
    })
    expect(written).to.include('grant.made')
    expect(written.filter((event) => !told.includes(event))).to.deep.equal([])
  })
})
