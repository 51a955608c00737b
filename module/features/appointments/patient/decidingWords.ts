/** Of answering what the practice offers, and of cancelling. */
import { wordsIn } from '../../../platform/i18n.js'

export const decidingWords = wordsIn(
  {
    'appointments.cancel.title': 'Cancel this appointment',
    'appointments.cancel.open': 'Cancel this appointment',
    'appointments.cancel.reason': 'Why do you want to cancel?',
    'appointments.cancel.reasonHint': 'The practice reads this. A few words are enough.',
    'appointments.cancel.missingReason': 'Write a few words, so that the practice knows why',
    'appointments.cancel.send': 'Cancel the appointment',
    'appointments.cancel.keep': 'Keep it',
    'appointments.cancelled': 'Cancelled. The practice sees it in its calendar, and the time is free for others.',
    'appointments.notCancelled.not-found': 'This appointment isn’t there any more.',
    'appointments.notCancelled.already-over': 'This appointment is over.',
    'appointments.notCancelled.already-cancelled': 'This appointment is off the calendar already.',
    'appointments.notCancelled.of-series': 'This visit is one of a series.',
    'appointments.notCancelled.too-late_one': 'It can be cancelled here until one hour before it begins.',
    'appointments.notCancelled.too-late_other': 'It can be cancelled here until {{count}} hours before it begins.',
    'appointments.proposed.title': 'The practice proposes another time',
    'appointments.proposed.text': '{{when}} with {{name}}',
    'appointments.proposed.before': 'Instead of {{when}}',
    'appointments.proposed.note': 'What the practice says',
    'appointments.proposed.accept': 'Accept this time',
    'appointments.proposed.answer': 'Or tell the practice what suits you better',
    'appointments.proposed.answerHint':
      'The practice reads this and answers. Until then the proposed time stays held for you.',
    'appointments.proposed.send': 'Send the answer',
    'appointments.proposed.missingAnswer': 'Write a few words, so that the practice knows what suits you',
    'appointments.proposed.accepted': 'Accepted. The appointment is confirmed.',
    'appointments.proposed.answered':
      'Sent. The practice reads your answer and will get back to you; until then the time is held.',
    'appointments.notAnswered.changed':
      'The practice has changed this meanwhile, or it was answered already. Below is how it stands now.',
    'appointments.notAnswered.over': 'The proposed time is over. Please request another one.',
    'appointments.notAnswered.taken':
      'The practice has put something else at that time meanwhile, so it couldn’t be confirmed. Tell the practice below what suits you, or call.',
    'appointments.offered.title': 'The practice offers these times instead',
    'appointments.offered.lead': 'One press books it. They aren’t held: who comes first has them.',
    'appointments.offered.take': 'Take {{when}}',
    'appointments.offered.taken': 'Booked. The practice offered this time, so it is confirmed at once.',
    'appointments.offered.see': 'You took one of the times that were offered. See the appointment.',
    'appointments.offered.gone': 'Somebody has taken that time. These are still free.',
    'appointments.offered.goneAll':
      'Somebody has taken that time, and none of the others is free any more. Please request another time.',
    'appointments.offered.withdrawn':
      'This time isn’t offered any more: the practice has changed the appointment meanwhile. Below is how it stands now; your other appointments are in the list.',
    'appointments.offered.one-taken': 'You have taken one of these times already.',
    'appointments.askCancel.title': 'Ask the practice to cancel',
    'appointments.askCancel.open': 'Ask the practice to cancel',
    'appointments.askCancel.note':
      'You can ask the practice to cancel it. The practice decides, and you see the answer here.',
    'appointments.askCancel.send': 'Ask to cancel',
    'appointments.askCancel.asked':
      'Asked. The practice decides; until then the appointment stands. You see the answer here.',
    'appointments.askCancel.waits': 'You asked to cancel; the practice decides.',
    'appointments.askCancel.requested':
      'You asked to cancel on {{at}}; the practice decides. Until then the appointment stands.',
    'appointments.askCancel.refused':
      'You asked to cancel on {{at}}. The practice did not cancel it; the appointment stands.',
    'appointments.askCancel.done': 'You asked to cancel on {{at}}, and the practice did.',
    'appointments.askCancel.lapsed':
      'You asked to cancel this on {{at}}. The day came before the practice had decided.',
    'appointments.askCancel.yours': 'What you wrote',
    'appointments.askCancel.heading': 'Your wish to cancel',
    'appointments.askCancel.withdraw': 'Keep the appointment after all',
    'appointments.askCancel.withdrawn': 'Kept. The practice doesn’t have to decide any more.',
    'appointments.askCancel.notOpen': 'The practice has decided meanwhile. Below is how it stands now.',
  },
  {
    'appointments.cancel.title': 'Cancelar esta cita',
    'appointments.cancel.open': 'Cancelar esta cita',
    'appointments.cancel.reason': '¿Por qué desea cancelar?',
    'appointments.cancel.reasonHint': 'El consultorio lo lee. Unas pocas palabras bastan.',
    'appointments.cancel.missingReason': 'Escriba unas palabras para que el consultorio sepa por qué',
    'appointments.cancel.send': 'Cancelar la cita',
    'appointments.cancel.keep': 'Conservarla',
    'appointments.cancelled':
      'Cancelada. El consultorio lo ve en su calendario y la hora queda libre para otras personas.',
    'appointments.notCancelled.not-found': 'Esta cita ya no existe.',
    'appointments.notCancelled.already-over': 'Esta cita ya pasó.',
    'appointments.notCancelled.already-cancelled': 'Esta cita ya no está en el calendario.',
    'appointments.notCancelled.of-series': 'Esta cita forma parte de una serie.',
    'appointments.notCancelled.too-late_one': 'Aquí se puede cancelar hasta una hora antes de que comience.',
    'appointments.notCancelled.too-late_other': 'Aquí se puede cancelar hasta {{count}} horas antes de que comience.',
    'appointments.proposed.title': 'El consultorio propone otra hora',
    'appointments.proposed.text': '{{when}} con {{name}}',
    'appointments.proposed.before': 'En lugar de {{when}}',
    'appointments.proposed.note': 'Lo que dice el consultorio',
    'appointments.proposed.accept': 'Aceptar esta hora',
    'appointments.proposed.answer': 'O diga al consultorio qué le conviene más',
    'appointments.proposed.answerHint':
      'El consultorio lo lee y le responde. Hasta entonces, la hora propuesta sigue reservada para usted.',
    'appointments.proposed.send': 'Enviar la respuesta',
    'appointments.proposed.missingAnswer': 'Escriba unas palabras para que el consultorio sepa qué le conviene',
    'appointments.proposed.accepted': 'Aceptada. La cita está confirmada.',
    'appointments.proposed.answered':
      'Enviada. El consultorio lee su respuesta y le contestará; hasta entonces la hora queda reservada.',
    'appointments.notAnswered.changed':
      'El consultorio lo cambió entretanto, o ya se había respondido. Abajo ve cómo está ahora.',
    'appointments.notAnswered.over': 'La hora propuesta ya pasó. Solicite otra, por favor.',
    'appointments.notAnswered.taken':
      'El consultorio puso entretanto otra cosa a esa hora y no se pudo confirmar. Diga abajo qué le conviene, o llame.',
    'appointments.offered.title': 'El consultorio ofrece en su lugar estas horas',
    'appointments.offered.lead': 'Con un toque queda reservada. No están apartadas: son de quien llegue primero.',
    'appointments.offered.take': 'Tomar {{when}}',
    'appointments.offered.taken': 'Reservada. El consultorio ofreció esta hora, así que queda confirmada de inmediato.',
    'appointments.offered.see': 'Tomó una de las horas ofrecidas. Ver la cita.',
    'appointments.offered.gone': 'Alguien tomó esa hora. Estas siguen libres.',
    'appointments.offered.goneAll':
      'Alguien tomó esa hora y ya no queda libre ninguna de las otras. Solicite otra hora, por favor.',
    'appointments.offered.withdrawn':
      'Esta hora ya no se ofrece: el consultorio cambió la cita mientras tanto. Abajo ve cómo está ahora; sus otras citas están en la lista.',
    'appointments.offered.one-taken': 'Ya tomó una de estas horas.',
    'appointments.askCancel.title': 'Pedir al consultorio que la cancele',
    'appointments.askCancel.open': 'Pedir al consultorio que la cancele',
    'appointments.askCancel.note':
      'Puede pedir al consultorio que la cancele. El consultorio decide y usted ve la respuesta aquí.',
    'appointments.askCancel.send': 'Pedir la cancelación',
    'appointments.askCancel.asked':
      'Pedido. El consultorio decide; hasta entonces la cita sigue en pie. Verá la respuesta aquí.',
    'appointments.askCancel.waits': 'Pidió cancelarla; el consultorio decide.',
    'appointments.askCancel.requested':
      'Pidió cancelarla el {{at}}; el consultorio decide. Hasta entonces la cita sigue en pie.',
    'appointments.askCancel.refused': 'Pidió cancelarla el {{at}}. El consultorio no la canceló; la cita sigue en pie.',
    'appointments.askCancel.done': 'Pidió cancelarla el {{at}} y el consultorio la canceló.',
    'appointments.askCancel.lapsed': 'Pidió cancelarla el {{at}}. El día llegó antes de que el consultorio decidiera.',
    'appointments.askCancel.yours': 'Lo que usted escribió',
    'appointments.askCancel.heading': 'Su petición de cancelar',
    'appointments.askCancel.withdraw': 'Conservar la cita',
    'appointments.askCancel.withdrawn': 'Conservada. El consultorio ya no tiene que decidir.',
    'appointments.askCancel.notOpen': 'El consultorio ya decidió entretanto. Abajo ve cómo está ahora.',
  },
)
