/** Why a visit can be cancelled, a document filed, a form asked, a change proposed, or not: what is told is what happens, and its ways out lead there. */
import { expect } from 'chai'
import fc from 'fast-check'
import { findAccount, owesFactorFor, patientMay, scopeOf } from '../../../module/access/scope.js'
import { staffMay } from '../../../module/access/staff.js'
import { followRules, makeRule, type NewRule } from '../../../module/access/formRules.js'
import { cancelAppointment } from '../../../module/features/appointments/booking.js'
import { upcomingOf } from '../../../module/features/appointments/ofPatient.js'
import { categoriesFor, fileSubmission } from '../../../module/features/documents/audit/filing.js'
import { findSubmission } from '../../../module/features/documents/submissions.js'
import { formLines } from '../../../module/features/forms/answering/ofPatient.js'
import { proposeProfile } from '../../../module/features/profile/proposing/proposing.js'
import { profileFields } from '../../../module/host/profile/fields.js'
import { day as dayOf, utc } from '../../../module/platform/clock.js'
import { makeSiteFolder, type SiteFolderForTest } from '../../support/chart.js'
import { INTAKE, keepForm, nurse } from '../../support/forms.js'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import { aSubmission } from '../../support/submissions.js'
import { administrator } from '../registration/people.js'
import { agree, owed, told } from './agreeing.js'
import { decideForUser, userNamed } from './deciding.js'

/** The same each time, since each way in which it may be decided must be among them. */
const SEED = 20_261_123
const CANCELLATIONS = 40
const FILINGS = 40
const ASKINGS = 12
const PROPOSALS = 10

describe('Why work can be done', function () {
  this.timeout(90_000)
  let practice: TestPractice
  let folder: SiteFolderForTest
  /** Each way out, by what it leads to. */
  const led = new Map<string, string>()

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ env: { FOYER_HOST_SITE_DIR: folder.dir } })
    await practice.setting('secondFactor', 'proxies')
    await decideForUser(practice, 'dr.lee', { permission: 'portal:use', effect: 'allow' })
    await decideForUser(practice, 'dr.lee', { permission: 'access:manage', effect: 'allow' })
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  it('is told of cancelling a visit', async () => {
    const { accounts, db, patients, portal, records, staff } = practice
    const set = async ({ allowed, extent, owes, visit }: Cancelling) => {
      await db.transaction(async (tx) => {
        const values = {
          pid: patients.luis,
          allowed: allowed ? 'YES' : 'NO',
          extent,
          owes: owed(owes),
          record: records.luis,
        }
        await tx.change(`UPDATE patient_data SET allow_patient_portal = :allowed WHERE pid = :pid`, values)
        await tx.change(`UPDATE foyer_grants SET extent = :extent, relationship = :owes WHERE record = :record`, values)
        await tx.change(`DELETE FROM foyer_cancellation_requests`)
        await tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_pid = :pid`, { pid: String(patients.luis) })
      })
      if (visit !== undefined) await practice.event({ providerId: staff.lee, pid: patients.luis, ...visits[visit] })
    }
    const happens = async () => {
      const account = await findAccount(db, portal, accounts.luis)
      const scope = account && scopeOf(account, records.luis)
      if (!scope || !patientMay(portal.policy(), scope, 'appointments:cancel') || owesFactorFor(account, scope))
        return false
      const actor = { kind: 'account', id: String(accounts.luis), name: 'Luis', requestId: undefined } as const
      const [first] = await upcomingOf(portal, db, scope)
      return first !== undefined && (await cancelAppointment(portal, actor, { scope, id: first.id, reason: 'Ill' })).ok
    }
    const mend: Record<string, Partial<Cancelling>> = {
      opens: { allowed: true },
      allowed: { extent: 'full' },
      factor: { owes: false },
      ahead: { visit: 'ahead' },
    }
    const person = { kind: 'account', record: records.luis } as const
    const ask = () => told(portal, 'cancel-appointment', person)
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(cancellings, async (row) => void seen.add(await agree(row, mend, { ask, happens, set }, led))),
      { numRuns: CANCELLATIONS, seed: SEED },
    )
    expect([...seen]).to.include.members(['can', ...Object.keys(mend)])
  })

  it('is told of filing what a patient sent', async () => {
    const { db, patients, records } = practice
    const { actor, member } = await administrator(practice)
    let portal = practice.portal
    let id: number | undefined
    let may = true
    const set = async (row: Filing) => {
      await db.transaction((tx) =>
        tx.change(`UPDATE foyer_submissions SET state = 'withdrawn', open_key = NULL WHERE state = 'waiting'`),
      )
      const whose = row.inChart ? { pid: patients.maria } : { pid: undefined, record: records.ownOfMaria }
      id = row.waits ? await aSubmission(practice, { ...whose, scan: row.scan }) : undefined
      await db.transaction((tx) =>
        tx.change(`UPDATE foyer_submissions SET claimed_by = :by, claimed_at = :at WHERE state = 'waiting'`, {
          ...{ by: row.holder, at: row.holder === null ? null : utc(practice.clock.now()) },
        }),
      )
      const effect = row.allowed ? 'default' : 'deny'
      if (row.allowed !== may) await decideForUser(practice, 'admin', { permission: 'documents:audit', effect })
      may = row.allowed
      const { config } = practice.portal
      portal = row.folder ? practice.portal : { ...practice.portal, config: { ...config, hostSiteDir: undefined } }
    }
    const happens = async () => {
      const row = id === undefined ? undefined : await findSubmission(db, id)
      const [category] = await categoriesFor(db, 'admin')
      if (!row || !category || !staffMay(portal.policy(), member, 'documents:audit')) return false
      const seen = { id: row.id, pid: row.pid ?? undefined, version: row.version, sha256: await sha256Of(row.file_id) }
      return (await fileSubmission(portal, member, actor, { seen, categoryId: category.id, name: 'Card.pdf' })).ok
    }
    const sha256Of = async (file: number | null) =>
      (await db.first<{ sha256: string }>(`SELECT sha256 FROM foyer_files WHERE id = :file`, { file }))?.sha256 ?? ''
    const mend: Record<string, Partial<Filing>> = {
      rules: { allowed: true },
      folder: { folder: true },
      waits: { waits: true },
      free: { holder: null },
      inChart: { inChart: true },
      scanned: { scan: 'clean' },
    }
    const person = { kind: 'staff', user: await userNamed(practice, 'admin') } as const
    const ask = () => told(portal, 'file-document', person)
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(filings, async (row) => void seen.add(await agree(row, mend, { ask, happens, set }, led))),
      { numRuns: FILINGS, seed: SEED },
    )
    expect([...seen]).to.include.members(['can', ...Object.keys(mend)])
  })

  it('is told of being asked a form', async () => {
    const { accounts, db, patients, portal, records, staff } = practice
    const { luis } = patients
    const form = await keepForm(practice, { ...INTAKE, id: 'why-form' })
    const rules: NewRule[] = [
      { ...anyRule, form, categoryId: OFFICE_VISIT },
      { ...anyRule, form, ageFrom: 10, ageUntil: 120 },
    ]
    const ids: number[] = []
    await db.transaction(async (tx) => {
      for (const rule of rules) {
        const made = await makeRule(tx, practice, nurse, rule)
        if (made.ok) ids.push(made.id)
      }
    })
    const [byVisit = 0, byAge = 0] = ids
    const set = async ({ age, allowed, before, extent, owes, rule, visit }: Asking) => {
      await db.transaction(async (tx) => {
        const values = { pid: luis, allowed: allowed ? 'YES' : 'NO', extent, owes: owed(owes), record: records.luis }
        await tx.change(`UPDATE patient_data SET allow_patient_portal = :allowed, DOB = :born WHERE pid = :pid`, {
          ...{ ...values, born: age === 'child' ? '2020-01-01' : '1980-01-01' },
        })
        await tx.change(`UPDATE foyer_grants SET extent = :extent, relationship = :owes WHERE record = :record`, values)
        await tx.change(`DELETE FROM foyer_form_assignments`)
        await tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_pid = :pid`, { pid: String(luis) })
        await tx.change(`UPDATE foyer_form_rules SET active = 0`)
        if (rule !== undefined) {
          const id = rule === 'visit' ? byVisit : byAge
          await tx.change(`UPDATE foyer_form_rules SET active = 1 WHERE id = :id`, { id })
        }
      })
      const event = { providerId: staff.lee, pid: luis, start: '10:00', category: OFFICE_VISIT }
      if (visit !== undefined) await practice.event({ ...event, ...askingVisits[visit] })
      if (before !== 'never') {
        await followRules(portal)
        if (before === 'withdrawn') {
          await db.transaction((tx) =>
            tx.change(`UPDATE foyer_form_assignments SET state = 'withdrawn', open_key = NULL, closed_at = asked_at`),
          )
        }
      }
    }
    const happens = async () => {
      await followRules(portal)
      const account = await findAccount(db, portal, accounts.luis)
      const scope = account && scopeOf(account, records.luis)
      if (!scope || !patientMay(portal.policy(), scope, 'forms:fill') || owesFactorFor(account, scope)) return false
      const lines = await formLines(db, scope, dayOf(practice.clock.now()))
      return lines.some(({ kind }) => kind === 'waiting')
    }
    const mend: Record<string, Partial<Asking>> = {
      opened: { allowed: true },
      allowed: { extent: 'full' },
      factor: { owes: false },
      rules: { rule: 'visit' },
      meant: { age: 'grown', visit: 'ahead' },
      due: { before: 'waiting' },
    }
    const person = { kind: 'patient', pid: luis } as const
    const ask = () => told(portal, 'asked-form', person)
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(askings, async (row) => void seen.add(await agree(row, mend, { ask, happens, set }, led))),
      {
        numRuns: ASKINGS,
        examples: [{}, ...Object.keys(mend).map((key) => lacking[key])].map((each): [Asking] => [
          { ...canBeAsked, ...each },
        ]),
      },
    )
    expect([...seen]).to.include.members(['can', ...Object.keys(mend)])

    // Each rule says what of it the patient is not, and what became of it.
    const details = async (row: Partial<Asking>) => {
      await set({ ...canBeAsked, visit: undefined, ...row })
      return (await ask()).steps.flatMap(({ detail }) => detail).join(' ')
    }
    expect(await details({})).to.contain('There is no such visit within that time.')
    expect(await details({ rule: 'age', age: 'child' })).to.contain('The patient is not of that age')
    expect(await details({ rule: 'age', before: 'withdrawn' })).to.contain('taken back')
    expect(await details({ rule: 'age', before: 'waiting' })).to.contain('Waiting now: ')
  })

  it('is told of proposing a change of the profile', async () => {
    const { accounts, db, patients, portal, records } = practice
    const set = async ({ allowed, chart, extent, hidden, owes }: Proposing) => {
      person = { kind: 'account', record: chart ? records.john : records.ownOfJohn }
      await db.transaction(async (tx) => {
        const values = {
          pid: patients.john,
          allowed: allowed ? 'YES' : 'NO',
          extent,
          owes: owed(owes),
          record: records.john,
        }
        await tx.change(`UPDATE patient_data SET allow_patient_portal = :allowed WHERE pid = :pid`, values)
        await tx.change(`UPDATE foyer_grants SET extent = :extent, relationship = :owes WHERE record = :record`, values)
        await tx.change(`DELETE FROM layout_options WHERE form_id = 'DEM'`)
        if (!hidden) return
        // sql-safe: names from the module's own list
        const lines = profileFields.map(({ column }) => `('DEM', '${column}', '1', '', 10, 2, 0, '', '')`).join(', ')
        await tx.insert(
          `INSERT INTO layout_options (form_id, field_id, group_id, title, seq, data_type, uor, list_id, edit_options)
           VALUES ${lines}`,
        )
      })
      await db.transaction((tx) => tx.change(`DELETE FROM onsite_portal_activity`))
    }
    const happens = async () => {
      const account = await findAccount(db, portal, accounts.john)
      const scope = account && scopeOf(account, person.record)
      if (!account || scope?.kind !== 'chart' || !patientMay(portal.policy(), scope, 'profile:propose')) return false
      if (owesFactorFor(account, scope)) return false
      const actor = { kind: 'account', id: String(accounts.john), name: 'John', requestId: undefined } as const
      const proposal = { values: { city: `Lima ${String((cities += 1))}` }, seen: { city: '' }, note: '' }
      return (await proposeProfile(portal, actor, scope, proposal, undefined)).ok
    }
    let cities = 0
    let person = { kind: 'account' as const, record: records.john }
    const mend: Record<string, Partial<Proposing>> = {
      opens: { allowed: true },
      chart: { chart: true },
      allowed: { extent: 'full' },
      factor: { owes: false },
      fields: { hidden: false },
    }
    const seen = new Set<string>()
    const ask = () => told(portal, 'propose-profile', person)
    await fc.assert(
      fc.asyncProperty(proposings, async (row) => void seen.add(await agree(row, mend, { ask, happens, set }, led))),
      {
        numRuns: PROPOSALS,
        examples: [
          {},
          { allowed: false },
          { extent: 'appointments' },
          { chart: false },
          { hidden: true },
          { owes: true },
        ].map((lacking): [Proposing] => [{ ...canPropose, ...lacking }]),
      },
    )
    expect([...seen]).to.include.members(['can', ...Object.keys(mend)])
  })

  it('and the ways out lead somewhere, for whoever may go there', async () => {
    await decideForUser(practice, 'admin', { permission: 'documents:audit', effect: 'default' })
    const admin = await practice.staffVisitor('admin')
    expect(led.size, [...led.keys()].join('\n')).to.be.greaterThan(4)
    for (const href of led.values()) expect((await admin.get(href)).status, href).to.equal(200)
  })
})

interface Cancelling {
  owes: boolean
  allowed: boolean
  extent: string
  visit: keyof typeof visits | undefined
}

const visits = {
  ahead: { date: '2026-12-02', start: '10:00', status: '-' },
  /** Later today: the practice is asked to. */
  soon: { date: '2026-11-23', start: '11:00', status: '-' },
  pending: { date: '2026-12-02', start: '10:00', status: '^' },
  cancelled: { date: '2026-12-02', start: '10:00', status: 'x' },
  past: { date: '2026-11-20', start: '10:00', status: '-' },
} as const

const cancellings: fc.Arbitrary<Cancelling> = fc.record({
  owes: fc.constantFrom(false, false, true),
  allowed: fc.constantFrom(true, true, false),
  extent: fc.constantFrom('full', 'appointments', 'forms'),
  visit: fc.constantFrom('ahead', 'soon', 'pending', 'cancelled', 'past', undefined),
})

interface Filing {
  allowed: boolean
  folder: boolean
  waits: boolean
  /** Username. */
  holder: string | null
  inChart: boolean
  scan: string
}

const filings: fc.Arbitrary<Filing> = fc.record({
  allowed: fc.constantFrom(true, true, true, false),
  folder: fc.constantFrom(true, true, true, false),
  waits: fc.constantFrom(true, true, true, false),
  holder: fc.constantFrom(null, 'admin', 'front'),
  inChart: fc.constantFrom(true, true, false),
  scan: fc.constantFrom('clean', 'unscanned', 'infected'),
})

const anyRule = {
  ...{ categoryId: undefined, ageFrom: undefined, ageUntil: undefined, everyDays: undefined, dueDays: undefined },
  daysBefore: 14,
}

interface Asking {
  owes: boolean
  allowed: boolean
  extent: string
  rule: 'visit' | 'age' | undefined
  age: 'child' | 'grown'
  visit: keyof typeof askingVisits | undefined
  /** What became of it before. */
  before: 'never' | 'waiting' | 'withdrawn'
}

const canBeAsked: Asking = {
  ...{ allowed: true, extent: 'full', owes: false, rule: 'visit', age: 'grown', visit: 'ahead', before: 'never' },
}

/** What each step lacks. */
const lacking: Readonly<Record<string, Partial<Asking>>> = {
  opened: { allowed: false },
  allowed: { extent: 'appointments' },
  factor: { owes: true },
  rules: { rule: undefined },
  meant: { visit: undefined },
  due: { before: 'withdrawn' },
}

const askingVisits = {
  ahead: { date: '2026-12-02', status: '-' },
  far: { date: '2027-03-02', status: '-' },
  cancelled: { date: '2026-12-02', status: 'x' },
} as const

const askings: fc.Arbitrary<Asking> = fc.record({
  owes: fc.constantFrom(false, false, false, true),
  allowed: fc.constantFrom(true, true, true, false),
  extent: fc.constantFrom('full', 'full', 'appointments'),
  rule: fc.constantFrom('visit', 'age', 'age', undefined),
  age: fc.constantFrom('child', 'grown', 'grown'),
  visit: fc.constantFrom('ahead', 'far', 'cancelled', undefined),
  before: fc.constantFrom('never', 'waiting', 'withdrawn'),
})

interface Proposing {
  owes: boolean
  allowed: boolean
  extent: string
  chart: boolean
  hidden: boolean
}

const canPropose: Proposing = { allowed: true, extent: 'full', chart: true, hidden: false, owes: false }

const proposings: fc.Arbitrary<Proposing> = fc.record({
  owes: fc.constantFrom(false, false, true),
  allowed: fc.constantFrom(true, true, false),
  extent: fc.constantFrom('full', 'full', 'appointments'),
  chart: fc.constantFrom(true, true, false),
  hidden: fc.constantFrom(false, false, true),
})
