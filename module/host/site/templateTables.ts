/** Templates of documents, and to whom they go (facts §6.1, Appendix A3). */
import { each, id, maybe, needed, no, number, stamped, yes, type Table } from './table.js'

export const templateTables: Readonly<Record<string, Table>> = {
  document_templates: {
    columns: {
      id: id('bigint(21) unsigned'),
      pid: maybe('bigint(20)'),
      ...each('provider encounter', maybe('int(11) unsigned')),
      modified_date: stamped('datetime'),
      ...each('profile category', needed('varchar(63)')),
      ...each('location template_name', maybe('varchar(255)')),
      status: maybe('varchar(31)'),
      send_date: stamped('datetime'),
      end_date: maybe('datetime'),
      size: number('int(11)'),
      template_content: maybe('mediumblob'),
      mime: maybe('varchar(31)'),
    },
    primary: 'id',
    unique: { location: 'pid profile category template_name' },
  },
  document_template_profiles: {
    columns: {
      id: id('bigint(21) unsigned'),
      template_id: needed('bigint(21) unsigned'),
      profile: needed('varchar(64)'),
      template_name: needed('varchar(255)'),
      category: needed('varchar(64)'),
      provider: maybe('int(11) unsigned'),
      modified_date: stamped('datetime'),
      member_of: needed('varchar(64)'),
      active: no,
      recurring: yes,
      event_trigger: needed('varchar(31)'),
      period: needed('int(4)'),
      notify_trigger: needed('varchar(31)'),
      notify_period: needed('int(4)'),
    },
    primary: 'id',
    unique: { location: 'profile template_id member_of' },
  },
}
