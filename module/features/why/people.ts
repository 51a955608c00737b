/** Whom a question can be about, as they are found and as an address names them. */
import type { WhyContext, WhyPerson } from '../../feature.js'
import { findPatient, searchPatients, type Patient } from '../../host/patients.js'
import { recordsToPick, whyRecord } from '../../host/reads/whyRecord.js'
import { findStaffByName, searchStaff } from '../../host/staff.js'

/** Somebody found: who, and whose data the line shows. */
export interface Choice {
  /** `user:<username>`, `record:<opaque id>`, `patient:<pid>`. */
  who: string
  kind: WhyPerson['kind']
  text: string
  pid: number | undefined
}

const FOUND_MOST = 10

/** By name, chart number or e-mail: staff, patients, and who opens their records. Three statements. */
export async function choicesFor({ portal: { db }, t }: WhyContext, typed: string): Promise<Choice[]> {
  const users = await searchStaff(db, typed, FOUND_MOST)
  const patients = await searchPatients(db, typed, FOUND_MOST)
  const email = typed.includes('@') ? typed : ''
  const records = await recordsToPick(
    db,
    patients.map(({ pid }) => pid),
    email,
  )
  const nameOf = (pid: number) => patientName(patients.find((each) => each.pid === pid))
  return [
    ...patients.map((patient) => ({
      who: `patient:${String(patient.pid)}`,
      kind: 'patient' as const,
      text: t('why.person.patient', { name: patientName(patient) }),
      pid: patient.pid,
    })),
    ...records.map(({ account, pid, record }) => ({
      who: `record:${record}`,
      kind: 'account' as const,
      text: recordText(t, account, pid === 0 ? '' : nameOf(pid) || t('why.person.chart', { pid })),
      pid: pid === 0 ? undefined : pid,
    })),
    ...users.map(({ name, username }) => ({
      who: `user:${username}`,
      kind: 'staff' as const,
      text: t('why.person.staff', { name, username }),
      pid: undefined,
    })),
  ]
}

function patientName(patient: Patient | undefined): string {
  return patient ? `${patient.firstName} ${patient.lastName}` : ''
}

function recordText(t: WhyContext['t'], account: string, patient: string): string {
  return patient === '' ? t('why.person.own', { account }) : t('why.person.record', { account, patient })
}

export interface Found {
  person: WhyPerson
  name: string
  pid: number | undefined
}

/** Undefined: nobody is called so. */
export async function personIn({ portal: { db }, t }: WhyContext, who: string): Promise<Found | undefined> {
  const [, kind, id = ''] = /^(user|record|patient):(.{1,255})$/.exec(who) ?? []
  if (kind === 'user') {
    const user = await findStaffByName(db, id)
    return user && { person: { kind: 'staff', user }, name: user.name, pid: undefined }
  }
  if (kind === 'record') {
    const record = await whyRecord(db, id)
    if (!record) return undefined
    const name = recordText(t, record.accountName, record.patientName)
    return { person: { kind: 'account', record: id }, name, pid: record.pid === 0 ? undefined : record.pid }
  }
  const pid = /^[1-9]\d{0,15}$/.test(id) ? Number(id) : 0
  const patient = kind === 'patient' && Number.isSafeInteger(pid) ? await findPatient(db, pid) : undefined
  return patient && { person: { kind: 'patient', pid }, name: patientName(patient), pid }
}
