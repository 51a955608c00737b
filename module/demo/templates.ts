/** Templates that the demo practice asks its patients for, written by the project. */
import { addIn } from '../features/documents/library/keeping.js'
import { askIn, type Asking } from '../features/documents/library/asking.js'
import { detectHost } from '../host/detect.js'
import { TEXT } from '../host/templates.js'
import type { Actor } from '../platform/audit.js'
import { day, daysLater, utc, type Clock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import type { ResidentName } from './people.js'

/** Fills the library, and asks three patients and a group. `staffId`: users.id of who asks. */
export async function addTemplates(
  tx: Tx,
  clock: Clock,
  { by, patients, staffId }: { by: Actor; patients: Pick<Record<ResidentName, number>, Asked>; staffId: number },
): Promise<void> {
  const site = await detectHost(tx)
  const ids = new Map<TemplateName, number>()
  for (const [name, content] of Object.entries(templates) as [TemplateName, string][]) {
    const draft = { name, category: 'repository', note: '', mime: TEXT, content: Buffer.from(content) }
    const outcome = await addIn(tx, { clock }, { id: staffId }, by, draft, 'written')
    if (outcome.ok) ids.set(name, outcome.id)
  }
  const today = day(clock.now())
  const ask = async (name: TemplateName, who: Asked, more: Partial<Asking> = {}): Promise<void> => {
    const sourceId = ids.get(name)
    if (sourceId === undefined) return
    const target = { kind: 'patient', pid: patients[who] } as const
    const once = { everyDays: undefined, dueOn: undefined, remindDays: undefined }
    await askIn(tx, { clock, site }, { id: staffId }, by, { sourceId, target, ...once, ...more })
  }
  await ask('Privacy notice', 'amina.yusuf', { dueOn: daysLater(today, 7), remindDays: 3 })
  await ask('Medical history', 'amina.yusuf', { everyDays: 365, dueOn: daysLater(today, 14), remindDays: 3 })
  await ask('Privacy notice', 'maria.santos')
  await ask('Privacy notice', 'luis.reyes')
  await ask('Consent to treatment', 'leo', { dueOn: daysLater(today, 5), remindDays: 2 })
  await ask('Release of information', 'john.carter')
  // They were told long ago: nobody is written to when the demo begins.
  await tx.change(`UPDATE foyer_document_notices SET done_at = :now WHERE done_at IS NULL AND kind = 'asked'`, {
    now: utc(clock.now()),
  })
}

type Asked = 'amina.yusuf' | 'maria.santos' | 'leo' | 'john.carter' | 'luis.reyes'
type TemplateName = keyof typeof templates

const templates = {
  'Privacy notice': `{ParseAsHTML}<h1>How we handle your health information</h1>
<p>For {PatientName}, born {PatientDOB}</p>
<p>We keep a record of your visits, test results and letters. We use it to treat you, to be paid for it and to run this practice well. Others see it only with your permission, or where the law asks for it.</p>
<h2>Your rights</h2>
<ul>
<li>You may read your record and have a copy of it.</li>
<li>You may ask us to correct what is wrong.</li>
<li>You may ask who has seen it.</li>
<li>You may tell us how to reach you, and how not to.</li>
</ul>
<p>How may we reach you? * {RadioGroup:By telephone_By letter_In this portal only}</p>
<p>Somebody whom we may talk to about your care: {sizedTextInput:40}</p>
<p>{CheckMark}* I have read this notice.</p>
<p>{SignaturesRequired}Signature: {PatientSignature}</p>
<p>Date: {CurrentDate:global}</p>`,
  'Consent to treatment': `{ParseAsHTML}<h1>Consent to treatment</h1>
<p>Patient: {PatientName}, born {PatientDOB}</p>
<p>I agree that the clinicians of this practice examine and treat the patient named above. They have told me what they advise, what else could be done, and what may happen if nothing is done. I may ask questions, and I may take back this consent at any time.</p>
<table>
<tr><td>Blood tests</td><td>{ynRadioGroup}</td></tr>
<tr><td>Vaccines that are due</td><td>{ynRadioGroup}</td></tr>
<tr><td>A student may be in the room</td><td>{ynRadioGroup}</td></tr>
</table>
<p>Anything that we should know first:</p>
<p>{TextBox:04x070}</p>
<p>Who signs, and what you are to the patient *: {sizedTextInput:50}</p>
<p>{SignaturesRequired}Signature: {PatientSignature}</p>
<p>Witness, if there is one: {WitnessSignature}</p>
<p>For the practice: {AdminSignature}</p>`,
  'Medical history': `{ParseAsHTML}<h1>Medical history</h1>
<p>{PatientName}, born {PatientDOB}</p>
<p>What we have in your chart: {GRP}{Allergies}{Medications}{ProblemList}{/GRP}</p>
<p>Is this right? * {ynRadioGroup}</p>
<p>What is missing or wrong?</p>
<p>{TextBox:03x070}</p>
<h2>Have you ever had</h2>
<p>{CheckMark} Asthma {CheckMark} Diabetes {CheckMark} High blood pressure {CheckMark} A heart attack {CheckMark} A stroke</p>
<h2>Operations and stays in hospital</h2>
<p>What, and when:</p>
<p>{TextBox:04x070}</p>
<h2>Every day</h2>
<p>Do you smoke? {RadioGroupInline:Never_I stopped_Sometimes_Daily}</p>
<p>Alcohol: {RadioGroupInline:Never_Sometimes_Weekly_Daily}</p>
<p>Your last visit to a dentist: {DatePicker}</p>
<p>Signature: {PatientSignature}</p>`,
  'Release of information': `{ParseAsHTML}<h1>Release of information</h1>
<p>I, {PatientName}, born {PatientDOB}, {Address}, {City}, allow this practice to send parts of my record to:</p>
<p>Name *: {sizedTextInput:40}</p>
<p>Address: {sizedTextInput:60}</p>
<h2>What</h2>
<p>{CheckMark} Visit notes {CheckMark} Test results {CheckMark} Letters {CheckMark} Images</p>
<p>From {DatePicker} to {DatePicker}</p>
<p>What it is for *: {RadioGroup:Another doctor treats me_Insurance_For myself_Something else}</p>
<p>This permission ends on *: {DatePicker}</p>
<p>I may take it back in writing at any time; what was sent by then cannot be called back.</p>
<p>{SignaturesRequired}Signature: {PatientSignature}</p>`,
} as const
