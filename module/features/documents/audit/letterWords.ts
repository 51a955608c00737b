import { wordsIn } from '../../../platform/i18n.js'

/** Letters that tell only that there is an answer. */
export const letterWords = wordsIn(
  {
    'letter.document.returned.subject': 'Please look at what you sent again',
    'letter.document.returned.text':
      '{{practice}} has looked at what you sent through the patient portal and asks you to correct something.\nWhat it is stands in the portal.',
    'letter.document.returned.action': 'See what to correct',
    'letter.document.returned.sms': '{{practice}} asks you to correct something you sent: {{address}}',
    'letter.document.denied.subject': 'About what you sent',
    'letter.document.denied.text':
      '{{practice}} has looked at what you sent through the patient portal and did not take it.\nWhy, and what you can do, stands in the portal.',
    'letter.document.denied.action': 'See why',
    'letter.document.denied.sms': '{{practice}} has answered what you sent: {{address}}',
    'letter.document.filed.subject': 'What you sent has arrived',
    'letter.document.filed.text':
      '{{practice}} has looked at what you sent through the patient portal and keeps it in your record.\nYou need not do anything.',
    'letter.document.filed.action': 'See it in the portal',
    'letter.document.filed.sms': '{{practice}} has taken what you sent: {{address}}',
  },
  {
    'letter.document.returned.subject': 'Por favor, revise de nuevo lo que envió',
    'letter.document.returned.text':
      '{{practice}} revisó lo que usted envió por el portal del paciente y le pide que corrija algo.\nEn el portal dice qué.',
    'letter.document.returned.action': 'Ver qué corregir',
    'letter.document.returned.sms': '{{practice}} le pide que corrija algo que envió: {{address}}',
    'letter.document.denied.subject': 'Sobre lo que usted envió',
    'letter.document.denied.text':
      '{{practice}} revisó lo que usted envió por el portal del paciente y no lo aceptó.\nEn el portal dice por qué y qué puede hacer.',
    'letter.document.denied.action': 'Ver por qué',
    'letter.document.denied.sms': '{{practice}} respondió a lo que usted envió: {{address}}',
    'letter.document.filed.subject': 'Llegó lo que usted envió',
    'letter.document.filed.text':
      '{{practice}} revisó lo que usted envió por el portal del paciente y lo guarda en su expediente.\nNo necesita hacer nada.',
    'letter.document.filed.action': 'Verlo en el portal',
    'letter.document.filed.sms': '{{practice}} recibió lo que usted envió: {{address}}',
  },
)
