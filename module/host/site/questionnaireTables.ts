/** Questionnaires and their answers (facts, Appendix A3). */
import { each, given, id, maybe, number, yes, type Table } from './table.js'

const now = 'current_timestamp()'

export const questionnaireTables: Readonly<Record<string, Table>> = {
  questionnaire_repository: {
    columns: {
      id: id('bigint(21) unsigned'),
      uuid: maybe('binary(16)'),
      questionnaire_id: maybe('varchar(255)'),
      provider: maybe('int(11) unsigned'),
      version: number('int(11)', 1),
      ...each('created_date modified_date', maybe('datetime', now)),
      name: maybe('varchar(255)'),
      type: given('varchar(63)', `'Questionnaire'`),
      profile: maybe('varchar(255)'),
      active: yes,
      status: maybe('varchar(31)'),
      source_url: maybe('text'),
      code: maybe('varchar(255)'),
      code_display: maybe('text'),
      ...each('questionnaire lform', maybe('longtext')),
      category: maybe('varchar(64)'),
    },
    primary: 'id',
    unique: { uuid: 'uuid' },
    keys: { search: 'name questionnaire_id' },
  },
  questionnaire_response: {
    columns: {
      id: id('bigint(21)'),
      uuid: maybe('binary(16)'),
      response_id: maybe('varchar(255)'),
      questionnaire_foreign_id: maybe('bigint(21)'),
      ...each('questionnaire_id questionnaire_name', maybe('varchar(255)')),
      ...each('patient_id encounter audit_user_id creator_user_id', maybe('int(11)')),
      create_time: maybe('datetime', now),
      last_updated: maybe('datetime'),
      version: number('int(11)', 1),
      status: maybe('varchar(63)'),
      ...each('questionnaire questionnaire_response form_response', maybe('longtext')),
      form_score: maybe('int(11)'),
      ...each('tscore error', maybe('double')),
    },
    primary: 'id',
    unique: { uuid: 'uuid' },
    keys: { response_index: 'response_id patient_id questionnaire_id questionnaire_name' },
  },
}
