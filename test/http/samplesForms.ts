/** Forms as samples: asked of this patient, begun, or sent, anew for each asking. */
import { answer, ask, filling, INTAKE, keepForm, no, sendNow, text, type Somebody } from '../support/forms.js'
import type { TestPractice } from '../support/practice.js'
import { opaqueId } from '../../module/platform/ids.js'
import type { Make } from './sampleMakers.js'

let made = 0

async function asked(practice: TestPractice, pid: number): Promise<number> {
  const key = await keepForm(practice, { ...INTAKE, id: `sample-${String((made += 1))}` })
  return ask(practice, key, { pid })
}

/** Whoever opens this chart: whom it is asked of is all that counts. */
function somebodyOf(practice: TestPractice, pid: number): Somebody {
  const account = { id: practice.accounts.maria, name: 'maria' }
  const patient = { firstName: '', lastName: '', born: undefined, providerId: undefined }
  return {
    scope: { kind: 'chart', account, record: opaqueId(), pid, relationship: 'self', extent: 'full', patient },
    actor: { kind: 'account', id: String(account.id), name: account.name, requestId: undefined },
  }
}

export const ofAskedForm: Make = async (practice, pid) => ({ params: { id: String(await asked(practice, pid)) } })

async function begun(practice: TestPractice, pid: number): Promise<{ id: number; seen: number }> {
  const id = await asked(practice, pid)
  const who = somebodyOf(practice, pid)
  await answer(practice, who, id, { name: text('Mo'), smoke: no })
  return { id, seen: (await filling(practice, who, id))?.revision ?? 0 }
}

export const ofBegunForm: Make = async (practice, pid) => ({
  params: { id: String((await begun(practice, pid)).id) },
  query: { page: '1' },
})

/** A page of it, as a browser posts it. */
export const ofFormPage: Make = async (practice, pid) => {
  const { id, seen } = await begun(practice, pid)
  const own = { page: '1', seen: String(seen), hand: opaqueId(), count: '0', shown: 'name smoke mood', go: 'save' }
  return { params: { id: String(id) }, body: { ...own, 'a.name': 'Maria', 'a.smoke': 'no' } }
}

/** What another page typed meanwhile. */
export const ofKeptAnswers: Make = async (practice, pid) => {
  const { id } = await begun(practice, pid)
  await answer(practice, somebodyOf(practice, pid), id, { name: text('Maria') }, 0)
  const kept = await practice.db.first<{ id: number }>(
    `SELECT id FROM foyer_form_kept_answers WHERE assignment_id = :id`,
    { id },
  )
  return { params: { id: String(id), kept: String(kept?.id ?? 0) }, body: { go: 'drop' } }
}

export const ofFormToSend: Make = async (practice, pid) => {
  const { id, seen } = await begun(practice, pid)
  return { params: { id: String(id) }, body: { seen: String(seen) } }
}

export const ofSentForm: Make = async (practice, pid) => {
  const { id } = await begun(practice, pid)
  const outcome = await sendNow(practice, somebodyOf(practice, pid), id)
  if (!outcome.ok) throw new Error(outcome.reason)
  return { params: { receipt: outcome.receipt } }
}
