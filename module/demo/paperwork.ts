/** The demo's folder of files, and documents in the charts of its patients, filed as staff would have filed them. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { DateTime } from 'luxon'
import PDFDocument from 'pdfkit'
import { staffMember, type StaffMember } from '../access/staff.js'
import { decideSharingIn } from '../features/documents/chart/sharing.js'
import { detectHost } from '../host/detect.js'
import { fileLaid, layIntoChart, type LaidBytes } from '../host/documents/filing.js'
import type { ChartPlace } from '../host/documents/place.js'
import { readGlobals } from '../host/globals.js'
import { documentsOfChart } from '../host/reads/chartDocuments.js'
import { findStaffLogin } from '../host/staff.js'
import type { Actor } from '../platform/audit.js'
import { CannotStart } from '../platform/cannotStart.js'
import { day as dayOf, type Clock } from '../platform/clock.js'
import type { Config } from '../platform/config.js'
import type { Database, Tx } from '../platform/database.js'
import { loadManifest, settingsFrom } from '../platform/settings.js'
import { practice, type ResidentName } from './people.js'
import { pidOf } from './practice.js'
import { earlierBy } from './stories.js'

/** The EMR's site folder of the demo, where no other one is set. */
export function withSiteFolder(config: Config): Config {
  return { ...config, hostSiteDir: config.hostSiteDir ?? join(config.dataDir, 'site') }
}

interface Paper {
  of: ResidentName
  name: string
  /** As its number in the EMR (facts §6.5). */
  category: number
  daysAgo: number
  title: string
  lines: readonly string[]
}

const [LAB_REPORT, MEDICAL_RECORD, LIVING_WILL] = [2, 3, 9]

const papers: readonly Paper[] = [
  {
    ...{ of: 'maria.santos', name: 'Visit summary.pdf', category: MEDICAL_RECORD, daysAgo: 12 },
    title: 'Summary of your visit',
    lines: [
      'You came because of headaches in the afternoon. Blood pressure 128/82, no other findings.',
      'Drink enough, take breaks from the screen, and write down on which days the headache comes.',
      'If it comes more than twice a week, make an appointment. Otherwise we see you in three months.',
    ],
  },
  {
    ...{ of: 'maria.santos', name: 'Blood count.pdf', category: LAB_REPORT, daysAgo: 9 },
    title: 'Blood count',
    lines: [
      'Haemoglobin 13.4 g/dL (12.0 to 15.5)',
      'White cells 6.1 /nL (4.0 to 10.0)',
      'Platelets 244 /nL (150 to 400)',
    ],
  },
  {
    ...{ of: 'leo', name: 'Vaccinations.pdf', category: MEDICAL_RECORD, daysAgo: 40 },
    title: 'Record of vaccinations, for school',
    lines: ['MMR: two doses', 'Tetanus, diphtheria, pertussis, polio: complete for the age', 'Varicella: two doses'],
  },
  {
    ...{ of: 'john.carter', name: 'Letter of the cardiologist.pdf', category: MEDICAL_RECORD, daysAgo: 21 },
    title: 'Stress test',
    lines: ['The stress test was normal up to 125 watts.', 'Lisinopril can stay at 10 mg. Next check in one year.'],
  },
  {
    ...{ of: 'john.carter', name: 'Cholesterol.pdf', category: LAB_REPORT, daysAgo: 20 },
    title: 'Cholesterol',
    lines: ['Total 196 mg/dL', 'LDL 118 mg/dL', 'HDL 47 mg/dL'],
  },
  {
    ...{ of: 'amina.yusuf', name: 'Living will.pdf', category: LIVING_WILL, daysAgo: 200 },
    title: 'Living will',
    lines: ['Signed in the practice, with two witnesses. The original is with the patient, a copy with her family.'],
  },
  {
    ...{ of: 'amina.yusuf', name: 'Medication plan.pdf', category: MEDICAL_RECORD, daysAgo: 5 },
    title: 'Medication plan',
    lines: [
      'Metformin 500 mg: morning and evening, with food',
      'Amlodipine 5 mg: morning',
      'Ibuprofen: please no longer',
    ],
  },
  {
    ...{ of: 'luis.reyes', name: 'Plan de ejercicios.pdf', category: MEDICAL_RECORD, daysAgo: 7 },
    title: 'Plan de ejercicios',
    lines: ['Caminar 30 minutos al día.', 'Ejercicios de espalda por la mañana, diez repeticiones cada uno.'],
  },
]

/** Not for the patient's eyes: one that staff have taken back. */
const takenBack: Paper = {
  ...{ of: 'john.carter', name: 'Note of a call.pdf', category: MEDICAL_RECORD, daysAgo: 3 },
  title: 'Note of a call',
  lines: ['A relative called and asked that John is not told of the call.'],
}
const REASON = 'Told in confidence by somebody else than the patient'

/** Makes the folder, and files the documents unless the charts have some. One transaction: all of them, or none. */
export async function filePaperwork(db: Database, clock: Clock, config: Config): Promise<void> {
  await mkdir(join(config.hostSiteDir ?? '', 'documents'), { recursive: true })
  if ((await documentsOfChart(db, needed(await pidOf(db, 'maria.santos')), () => true, 1)).length > 0) return
  const [site, globals] = [await detectHost(db), await readGlobals(db)]
  const admin = needed(await staffMember(db, needed(await findStaffLogin(db, site, 'admin')).id))
  const filed: Filed[] = []
  for (const paper of [...papers, takenBack]) {
    const place: ChartPlace = { config, db, site, globals: () => globals, clock: earlier(clock, paper) }
    const pid = needed(await pidOf(db, paper.of))
    filed.push({ paper, place, pid, laid: await lay(place, pid, await pdfOf(paper, clock.now())) })
  }
  await db.transaction(async (tx) => {
    for (const each of filed) await file(tx, admin, each)
  })
}

interface Filed {
  paper: Paper
  place: ChartPlace
  pid: number
  laid: LaidBytes
}

async function lay(place: ChartPlace, pid: number, content: Buffer): Promise<LaidBytes> {
  const open = (): Promise<Readable> => Promise.resolve(Readable.from([content], { objectMode: false }))
  const laid = await layIntoChart(place, { pid, bytes: content.length, open })
  if (!laid.ok) throw new CannotStart(`The demo's documents cannot be kept in its folder: ${laid.reason}.`)
  return laid.laid
}

async function file(tx: Tx, admin: StaffMember, { paper, place, pid, laid }: Filed): Promise<void> {
  const document = await fileLaid(tx, place, laid, {
    ...{ categoryId: paper.category, name: paper.name, mediaType: 'application/pdf' },
    ...{ ownerId: admin.id, day: dayOf(place.clock.now()) },
  })
  if (paper !== takenBack) return
  const by: Actor = { kind: 'staff', id: admin.username, name: admin.name, requestId: undefined }
  const settings = () => settingsFrom(loadManifest(), new Map())
  await decideSharingIn(tx, { ...place, settings }, admin, by, { pid, document, shared: false, reason: REASON })
}

function earlier(clock: Clock, { daysAgo }: Paper): Clock {
  return earlierBy(clock, { days: daysAgo, hours: 3 })
}

/** What must be there by the way the demo goes about it. */
function needed<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The demo practice is not whole')
  return value
}

/** One page, the same for the same day. */
export function pdfOf(
  { title, lines, daysAgo }: Pick<Paper, 'title' | 'lines' | 'daysAgo'>,
  now: DateTime,
): Promise<Buffer> {
  const then = now.minus({ days: daysAgo })
  const doc = new PDFDocument({ size: 'LETTER', margin: 72, info: { Title: title, CreationDate: then.toJSDate() } })
  doc
    .font('Helvetica')
    .fontSize(11)
    .text(`${practice.name}, ${dayOf(then)}`)
    .moveDown(2)
  doc.font('Helvetica-Bold').fontSize(18).text(title).moveDown(1)
  doc.font('Helvetica').fontSize(12)
  for (const line of lines) doc.text(line).moveDown(0.5)
  doc.end()
  return buffer(doc)
}
