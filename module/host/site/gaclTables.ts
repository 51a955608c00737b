/** phpGACL's tables (facts §4.1, Appendix A9). Of the AXO half only the shape is there: the host leaves it empty. */
import { each, needed, number, text, type Table } from './table.js'

const whole = number('int(11)')

const sequence: Table = { columns: { id: needed('int(11)') } }

const map: Table = {
  columns: { acl_id: whole, section_value: text(150, '0'), value: needed('varchar(150)') },
  primary: 'acl_id section_value value',
}

const pair = (names: string, keys: Record<string, string> = {}): Table => ({
  columns: each(names, whole),
  primary: names,
  keys,
})

const sections = (of: string): Table => ({
  columns: {
    id: whole,
    value: needed('varchar(150)'),
    order_value: whole,
    name: needed('varchar(230)'),
    hidden: whole,
  },
  primary: 'id',
  unique: { [`gacl_value_${of}_sections`]: 'value' },
  keys: { [`gacl_hidden_${of}_sections`]: 'hidden' },
})

const objects = (kind: string): Table => ({
  columns: {
    id: whole,
    section_value: text(150, '0'),
    value: needed('varchar(150)'),
    order_value: whole,
    name: needed('varchar(255)'),
    hidden: whole,
  },
  primary: 'id',
  unique: { [`gacl_section_value_value_${kind}`]: 'section_value value' },
  keys: { [`gacl_hidden_${kind}`]: 'hidden' },
})

const groups = (kind: string): Table => ({
  columns: { ...each('id parent_id lft rgt', whole), name: needed('varchar(255)'), value: needed('varchar(150)') },
  primary: 'id value',
  unique: { [`gacl_value_${kind}_groups`]: 'value' },
  keys: { [`gacl_lft_rgt_${kind}_groups`]: 'lft rgt', [`gacl_parent_id_${kind}_groups`]: 'parent_id' },
})

export const gaclTables: Readonly<Record<string, Table>> = {
  gacl_acl: {
    columns: {
      id: whole,
      section_value: text(150, 'system'),
      ...each('allow enabled', whole),
      ...each('return_value note', 'text DEFAULT NULL'),
      updated_date: whole,
    },
    primary: 'id',
    keys: {
      gacl_enabled_acl: 'enabled',
      gacl_section_value_acl: 'section_value',
      gacl_updated_date_acl: 'updated_date',
    },
  },
  gacl_acl_sections: sections('acl'),
  gacl_acl_seq: sequence,
  gacl_aco: objects('aco'),
  gacl_aco_map: map,
  gacl_aco_sections: sections('aco'),
  gacl_aco_sections_seq: sequence,
  gacl_aco_seq: sequence,
  gacl_aro: objects('aro'),
  gacl_aro_groups: groups('aro'),
  gacl_aro_groups_id_seq: sequence,
  gacl_aro_groups_map: pair('acl_id group_id'),
  gacl_aro_map: map,
  gacl_aro_sections: sections('aro'),
  gacl_aro_sections_seq: sequence,
  gacl_aro_seq: sequence,
  gacl_axo: objects('axo'),
  gacl_axo_groups: groups('axo'),
  gacl_axo_groups_map: pair('acl_id group_id'),
  gacl_axo_map: map,
  gacl_axo_sections: sections('axo'),
  gacl_groups_aro_map: pair('group_id aro_id', { gacl_aro_id: 'aro_id' }),
  gacl_groups_axo_map: pair('group_id axo_id', { gacl_axo_id: 'axo_id' }),
  gacl_phpgacl: { columns: { name: needed('varchar(230)'), value: needed('varchar(150)') }, primary: 'name' },
}
