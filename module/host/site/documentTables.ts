/** The chart's documents, their categories and the keys of their files (facts §6.5, §6.6, Appendix A3). */
import { each, id, maybe, number, text, needed, type Row, type Table } from './table.js'

const small = number('tinyint(4)')

export const documentTables: Readonly<Record<string, Table>> = {
  documents: {
    columns: {
      id: number('int(11)'),
      uuid: maybe('binary(16)'),
      type: maybe(`enum('file_url','blob','web_url')`),
      size: maybe('int(11)'),
      ...each('date date_expires', maybe('datetime')),
      ...each('url thumb_url mimetype', maybe('varchar(255)')),
      ...each('pages owner', maybe('int(11)')),
      revision: needed('timestamp'),
      foreign_id: maybe('bigint(20)'),
      docdate: maybe('date'),
      hash: maybe('varchar(255)'),
      list_id: number('bigint(20)'),
      name: maybe('varchar(255)'),
      drive_uuid: maybe('binary(16)'),
      ...each('couch_docid couch_revid', maybe('varchar(100)')),
      storagemethod: small,
      path_depth: maybe('tinyint(4)', '1'),
      imported: maybe('tinyint(4)', '0'),
      encounter_id: number('bigint(20)'),
      encounter_check: number('tinyint(1)'),
      audit_master_approval_status: number('tinyint(4)', 1),
      audit_master_id: maybe('int(11)'),
      documentationOf: maybe('varchar(255)'),
      encrypted: small,
      document_data: maybe('mediumtext'),
      deleted: number('tinyint(1)'),
      foreign_reference_id: maybe('bigint(20)'),
      foreign_reference_table: maybe('varchar(40)'),
    },
    primary: 'id',
    unique: { drive_uuid: 'drive_uuid', uuid: 'uuid' },
    keys: { foreign_id: 'foreign_id', owner: 'owner', revision: 'revision' },
  },
  categories: {
    columns: {
      id: number('int(11)'),
      ...each('name value', maybe('varchar(255)')),
      ...each('parent lft rght', number('int(11)')),
      aco_spec: text(63, 'patients|docs'),
      codes: text(255),
    },
    primary: 'id',
    keys: { parent: 'parent', lft: 'lft rght' },
  },
  categories_seq: { columns: { id: number('int(11)') }, primary: 'id' },
  categories_to_documents: {
    columns: each('category_id document_id', number('int(11)')),
    primary: 'category_id document_id',
  },
  keys: {
    columns: { id: id('bigint(20)'), name: text(20), value: maybe('text') },
    primary: 'id',
    unique: { name: 'name' },
  },
}

/** Number, name, the number above, and the right where it is another than `patients|docs`: in the tree's order. */
const tree: ReadonlyArray<readonly [id: number, name: string, parent: number, spec?: string]> = [
  [1, 'Categories', 0],
  [2, 'Lab Report', 1],
  [3, 'Medical Record', 1],
  [4, 'Patient Information', 1, 'patients|demo'],
  [5, 'Patient ID card', 4, 'patients|demo'],
  [10, 'Patient Photograph', 4, 'patients|demo'],
  [6, 'Advance Directive', 1],
  [7, 'Do Not Resuscitate Order', 6],
  [8, 'Durable Power of Attorney', 6],
  [9, 'Living Will', 6],
  [13, 'CCDA', 1],
  [27, 'Onsite Portal', 1],
  [28, 'Patient', 27],
  [29, 'Reviewed', 27],
  [30, 'FHIR Export Document', 1, 'admin|super'],
  [31, 'Invoices', 1, 'encounters|coding'],
]

const LAST_ID = 34

export function documentCategories(): Record<string, Row[]> {
  return { categories: nested(0, 1).rows, categories_seq: [{ id: LAST_ID }] }
}

/** A nested set: each row spans the rows below it. */
function nested(above: number, from: number): { rows: Row[]; next: number } {
  let next = from
  const rows = tree
    .filter(([, , parent]) => parent === above)
    .flatMap(([number, name, parent, aco_spec = 'patients|docs']) => {
      const below = nested(number, next + 1)
      const row: Row = { id: number, name, value: '', parent, lft: next, rght: below.next, aco_spec, codes: '' }
      next = below.next + 1
      return [row, ...below.rows]
    })
  return { rows, next }
}
