import { wordsIn } from '../../../platform/i18n.js'

/** No name of a document: what it is called may say what somebody has. */
export const letterWords = wordsIn(
  {
    'letter.document.asked.subject': 'A document waits for you',
    'letter.document.asked.text':
      '{{practice}} asks you for a document.\nSign in to the portal to read it, fill it in and send it.',
    'letter.document.asked.action': 'Go to the portal',
    'letter.document.asked.sms': '{{practice}} asks you for a document: {{address}}',
    'letter.document.due.subject': 'A document is due soon',
    'letter.document.due.text':
      '{{practice}} still waits for a document from you, and its day is near.\nSign in to the portal to fill it in and send it.',
    'letter.document.due.action': 'Go to the portal',
    'letter.document.due.sms': '{{practice}} still waits for a document from you: {{address}}',
    'letter.document.overdue.subject': 'A document is overdue',
    'letter.document.overdue.text':
      '{{practice}} still waits for a document from you, and its day is over.\nSign in to the portal to fill it in and send it.',
    'letter.document.overdue.action': 'Go to the portal',
    'letter.document.overdue.sms': '{{practice}} still waits for a document from you: {{address}}',
  },
  {
    'letter.document.asked.subject': 'Hay un documento para usted',
    'letter.document.asked.text':
      '{{practice}} le pide un documento.\nInicie sesión en el portal para leerlo, llenarlo y enviarlo.',
    'letter.document.asked.action': 'Ir al portal',
    'letter.document.asked.sms': '{{practice}} le pide un documento: {{address}}',
    'letter.document.due.subject': 'Un documento vence pronto',
    'letter.document.due.text':
      '{{practice}} todavía espera un documento suyo y la fecha está cerca.\nInicie sesión en el portal para llenarlo y enviarlo.',
    'letter.document.due.action': 'Ir al portal',
    'letter.document.due.sms': '{{practice}} todavía espera un documento suyo: {{address}}',
    'letter.document.overdue.subject': 'Un documento está vencido',
    'letter.document.overdue.text':
      '{{practice}} todavía espera un documento suyo y la fecha ya pasó.\nInicie sesión en el portal para llenarlo y enviarlo.',
    'letter.document.overdue.action': 'Ir al portal',
    'letter.document.overdue.sms': '{{practice}} todavía espera un documento suyo: {{address}}',
  },
)
