import { wordsIn } from '../platform/i18n.js'

/** Whose record is open, and what every form may have to say. */
export const recordWords = wordsIn(
  {
    'record.own': '{{name}}, not linked to a chart yet',
    'relationship.self': 'you',
    'relationship.mother': 'you are the mother',
    'relationship.father': 'you are the father',
    'relationship.guardian': 'you are the guardian',
    'relationship.proxy': 'you act for them',
    'relationship.spouse': 'you are the spouse',
    'relationship.child': 'you are their child',
    'relationship.other': 'you may open this record',
    'form.expired': 'This form was open for too long, or came from another place. Nothing has been changed.',
    'form.expired.next': 'Go back, load the page again and send it once more.',
    'form.tooLong': 'This is too long. Please shorten it.',
    'form.twice': 'This form was sent before with other answers. Load the page again to send a new one.',
    'form.choose': 'Choose one of the list.',
  },
  {
    'record.own': '{{name}}, todavía sin expediente vinculado',
    'relationship.self': 'usted',
    'relationship.mother': 'usted es la madre',
    'relationship.father': 'usted es el padre',
    'relationship.guardian': 'usted es quien ejerce la tutela',
    'relationship.proxy': 'usted actúa en su nombre',
    'relationship.spouse': 'usted es su cónyuge',
    'relationship.child': 'usted es su hijo o hija',
    'relationship.other': 'usted puede abrir este expediente',
    'form.expired': 'Este formulario estuvo abierto demasiado tiempo o llegó desde otro lugar. No se cambió nada.',
    'form.expired.next': 'Vuelva atrás, cargue la página de nuevo y envíelo otra vez.',
    'form.tooLong': 'El texto es demasiado largo. Acórtelo, por favor.',
    'form.twice': 'Este formulario ya se envió con otras respuestas. Cargue la página de nuevo para enviar uno nuevo.',
    'form.choose': 'Elija una opción de la lista.',
  },
)
