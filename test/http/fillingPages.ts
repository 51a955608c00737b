/** Patients who fill what their practice asks for, and what the tests of it look at. */
import { beginAs, pathOf, sendTemplate } from '../support/filling.js'
import { textOfPages } from '../support/pdfPages.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

export interface Filling {
  practice: TestPractice
  maria: Visitor
  john: Visitor
  /** Maria's own. */
  record: string
  /** A template that was sent to Maria, begun by her. */
  begun: (content?: string | Buffer, mime?: string) => Promise<number>
}

export async function openFilling(): Promise<Filling> {
  const practice = await openPractice({ site: '8.2' })
  const maria = await practice.patientVisitor('maria')
  const record = practice.records.maria
  return {
    ...{ practice, maria, record },
    john: await practice.patientVisitor('john'),
    begun: async (content, mime) => {
      const more = { ...(content === undefined ? {} : { content }), ...(mime === undefined ? {} : { mime }) }
      return beginAs(maria, record, await sendTemplate(practice, { pid: practice.patients.maria, ...more }))
    },
  }
}

/** What a document's rows are in. */
export const written = [
  ...['onsite_documents', 'onsite_portal_activity', 'onsite_signatures', 'foyer_filled', 'foyer_kept_texts'],
  ...['foyer_submissions'],
]

/** As the host words it. */
export async function stateOf({ db }: TestPractice, id: number): Promise<string | undefined> {
  const row = await db.first<{ state: string }>(`SELECT denial_reason AS state FROM onsite_documents WHERE id = :id`, {
    id,
  })
  return row?.state
}

/** What stands in the host's row as the answer to one field. */
export async function valueOf({ db }: TestPractice, id: number, name: string): Promise<string | undefined> {
  const row = await db.first<{ data: string }>(`SELECT template_data AS data FROM onsite_documents WHERE id = :id`, {
    id,
  })
  const values = JSON.parse(row?.data ?? '[]') as { name: string; value: string }[]
  return values.find((each) => each.name === name)?.value
}

/** All that the PDF says, as whoever sent it downloads it. */
export async function pdfAt({ cookies, origin }: Visitor, record: string, id: number): Promise<string> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${origin}${pathOf(record, id, '/document.pdf')}`, { headers: { Cookie: cookie } })
  return (await textOfPages(Buffer.from(await answer.arrayBuffer()))).join('\n').replace(/\s+/g, ' ')
}
