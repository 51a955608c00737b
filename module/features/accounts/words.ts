import { wordsIn } from '../../platform/i18n.js'

export const words = wordsIn(
  {
    'records.born': 'born {{day}}',
    'records.opens': 'You open {{extent}}',
    'records.ownOpens': 'Not linked to a chart yet: what you entered yourself',
    'records.ownLeft': 'What you entered yourself and the practice has not put into your chart',
    'records.waiting_one': '1 proposed time to answer',
    'records.waiting_other': '{{count}} proposed times to answer',
  },
  {
    'records.born': 'nacimiento: {{day}}',
    'records.opens': 'Usted abre {{extent}}',
    'records.ownOpens': 'Todavía sin expediente vinculado: lo que usted mismo ingresó',
    'records.ownLeft': 'Lo que usted mismo ingresó y el consultorio no ha puesto en su expediente',
    'records.waiting_one': '1 horario propuesto por responder',
    'records.waiting_other': '{{count}} horarios propuestos por responder',
  },
)
