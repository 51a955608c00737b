/** Of choosing a time and checking it, for a new visit and for one that is moved. */
import { wordsIn } from '../../../platform/i18n.js'

export const choosingWords = wordsIn(
  {
    'appointments.morning': 'Morning',
    'appointments.afternoon': 'Afternoon',
    'appointments.categoryMinutes': '{{name}}, {{minutes}} minutes',

    'appointments.choose.title': 'Choose a time',
    'appointments.choose.lead': 'Choose the kind of visit and whom you would like to see. Nothing is sent yet.',
    'appointments.choose.category': 'Kind of visit',
    'appointments.choose.provider': 'Doctor or clinician',
    'appointments.choose.who': 'Find a doctor or clinician by name',
    'appointments.choose.who.hint':
      '{{total}} people can be requested here; {{shown}} of them are in the list. Type part of a name to find another.',
    'appointments.choose.nobodyCalled':
      'Nobody who can be requested here is called {{name}}. Look at the spelling, or choose from the list.',
    'appointments.choose.show': 'Show free times',
    'appointments.choose.range': 'Free times from {{from}} to {{until}}',
    'appointments.choose.none': 'Nothing is free with {{name}} in these days',
    'appointments.choose.laterText': 'The next free time is on {{day}} at {{time}}.',
    'appointments.choose.earlierText':
      'Nothing is free after that; the nearest free time before is on {{day}} at {{time}}.',
    'appointments.choose.toNearest': 'Show the times of that day',
    'appointments.choose.booked': '{{name}} is fully booked until {{day}}',
    'appointments.choose.bookedText':
      'We looked at every day until then, the last that can be requested now. Choose somebody else, look again in a few days, or call the practice.',
    'appointments.choose.not-offered': '{{name}} can’t be requested here for this kind of visit',
    'appointments.choose.not-offeredText':
      'Until {{day}} the calendar has no hours for it: this is not because others were faster. Choose another kind of visit or somebody else, or call the practice.',
    'appointments.choose.nobody': 'Times can’t be requested here at the moment',
    'appointments.choose.nobodyText':
      'The practice has no open schedule for online requests. Please call to make an appointment.',
    'appointments.choose.later': 'Later days',
    'appointments.choose.earlier': 'Earlier days',
    'appointments.choose.continue': 'Continue',
    'appointments.chooseTime': 'Choose one of the times',
    'appointments.startAgain': 'Please choose a time again.',

    'appointments.check.title': 'Check and send',
    'appointments.check.reasonHint': 'A few words are enough. Please don’t write about emergencies here.',
    'appointments.check.send': 'Send the request',
    'appointments.check.other': 'Choose another time',
    'appointments.check.alternatives': 'The nearest free times',
    'appointments.check.promise': 'The time is held for you as soon as you send this. The practice then confirms it.',
    'appointments.requested': 'Requested. The practice will confirm; until then the time is held for you.',

    'appointments.refused.no-such-provider':
      'Times of this doctor can’t be requested here. Choose somebody else, or call the practice.',
    'appointments.refused.no-such-category':
      'This kind of visit can’t be requested here. Choose another one, or call the practice.',
    'appointments.refused.off-grid': 'Appointments don’t begin at that minute. Choose one of the offered times.',
    'appointments.refused.outside-schedule':
      'The practice isn’t open for this visit at that time. Choose one of the offered times.',
    'appointments.refused.past': 'That time is over, or too soon to be arranged. Choose a later one.',
    'appointments.refused.too-far': 'The practice doesn’t plan that far ahead yet. Choose an earlier day.',
    'appointments.refused.too-many_one':
      'One request is already waiting for an answer; that is as many as can wait at a time.',
    'appointments.refused.too-many_other':
      '{{count}} requests are already waiting for an answer; that is as many as can wait at a time.',
    'appointments.refused.slot-taken':
      'Somebody has just taken that time. Choose one of the nearest free ones; what you wrote is still here.',
    'appointments.refused.no-room':
      'Somebody has just taken that time, and nothing is free around it. Look at other days; what you wrote is still here.',
    'appointments.refused.used-otherwise':
      'This form was sent before with other answers. Load the page again to send a new request.',
    'appointments.notYours':
      'This form held something that only the practice may decide. Nothing has been sent; load the page again.',
    'appointments.choose.otherCategory':
      'The kind of visit that you looked for can’t be requested here. Choose another one, or call the practice.',
    'appointments.closedOn': 'The practice is closed on {{day}}.',
    'appointments.closedFor': 'The practice is closed on {{day}}: {{title}}.',
    'appointments.choose.notNow':
      '{{name}} has no times to request online at the moment. Choose somebody else, or call the practice.',
    'appointments.choose.otherProvider':
      'Nobody can be requested here under the name that you looked for. Choose somebody else, or call the practice.',
    'appointments.moving.open': 'Choose another time',
    'appointments.moving.title': 'Choose another time',
    'appointments.moving.lead': 'Nothing changes until you have sent it on the next page.',
    'appointments.moving.current': 'Your time now',
    'appointments.moving.from': 'Time now',
    'appointments.moving.to': 'New time',
    'appointments.moving.check': 'Check the new time and send',
    'appointments.moving.send': 'Ask for the new time',
    'appointments.moving.promise':
      'Your request moves to the new time, which is held for you at once. The old time is free for others then. The practice still has to confirm.',
    'appointments.moving.promiseConfirmed':
      'The new time is held for you as soon as you send this. Your old time stays yours until the practice confirms the new one.',
    'appointments.moving.moved': 'Moved. The practice will confirm the new time; until then it is held for you.',
    'appointments.moving.asked': 'Requested. Your old time stays yours until the practice confirms the new one.',
    'appointments.moving.waits':
      'You asked to move this visit. It stays as it is until the practice confirms the new time.',
    'appointments.moving.instead':
      'This is to take the place of your visit on {{when}}, which stays as it is until the practice confirms.',
    'appointments.moving.insteadDone': 'It took the place of your visit on {{when}}.',
    'appointments.moving.insteadGone': 'The visit that this was to take the place of isn’t on the calendar any more.',
    'appointments.moving.movedTo': 'This visit was moved.',
    'appointments.moving.see': 'See the other one',
    'appointments.refused.same-time': 'It stands at that time already. Choose another one.',
    'appointments.notMoved.already-over': 'This appointment has begun, or is over.',
    'appointments.notMoved.already-cancelled': 'This appointment is off the calendar already.',
    'appointments.notMoved.of-series': 'This visit is one of a series, which can’t be moved here.',
    'appointments.notMoved.too-late_one': 'It can be moved here until one hour before it begins.',
    'appointments.notMoved.too-late_other': 'It can be moved here until {{count}} hours before it begins.',
    'appointments.notMoved.several-providers':
      'Several people see you together at this visit, so it can’t be moved here.',
    'appointments.notMoved.already-asked':
      'You have asked to move this visit already. The practice will answer that first.',
    'appointments.notMoved.kind': 'This kind of visit can’t be moved here.',
  },
  {
    'appointments.morning': 'Mañana',
    'appointments.afternoon': 'Tarde',
    'appointments.categoryMinutes': '{{name}}, {{minutes}} minutos',

    'appointments.choose.title': 'Elija una hora',
    'appointments.choose.lead': 'Elija el tipo de visita y con quién le gustaría atenderse. Todavía no se envía nada.',
    'appointments.choose.category': 'Tipo de visita',
    'appointments.choose.provider': 'Médico o profesional',
    'appointments.choose.who': 'Buscar a un médico o profesional por su nombre',
    'appointments.choose.who.hint':
      'Aquí se puede solicitar cita con {{total}} personas; {{shown}} están en la lista. Escriba parte de un nombre para encontrar a otra.',
    'appointments.choose.nobodyCalled':
      'Nadie con quien se pueda solicitar cita aquí se llama {{name}}. Revise cómo se escribe o elija de la lista.',
    'appointments.choose.show': 'Ver horas libres',
    'appointments.choose.range': 'Horas libres del {{from}} al {{until}}',
    'appointments.choose.none': 'No queda nada libre con {{name}} en estos días',
    'appointments.choose.laterText': 'La próxima hora libre es el {{day}} a las {{time}}.',
    'appointments.choose.earlierText':
      'Después ya no hay nada libre; la hora libre más cercana antes es el {{day}} a las {{time}}.',
    'appointments.choose.toNearest': 'Ver las horas de ese día',
    'appointments.choose.booked': '{{name}} no tiene horas libres hasta el {{day}}',
    'appointments.choose.bookedText':
      'Miramos todos los días hasta esa fecha, la última que se puede solicitar por ahora. Elija a otra persona, vuelva a mirar en unos días o llame al consultorio.',
    'appointments.choose.not-offered': 'Con {{name}} no se puede solicitar aquí este tipo de visita',
    'appointments.choose.not-offeredText':
      'Hasta el {{day}} el calendario no tiene horario para este tipo de visita: no es que otros se hayan adelantado. Elija otro tipo de visita u otra persona, o llame al consultorio.',
    'appointments.choose.nobody': 'Por ahora no se pueden solicitar citas aquí',
    'appointments.choose.nobodyText':
      'El consultorio no tiene un horario abierto para solicitudes en línea. Llame para hacer una cita.',
    'appointments.choose.later': 'Días posteriores',
    'appointments.choose.earlier': 'Días anteriores',
    'appointments.choose.continue': 'Continuar',
    'appointments.chooseTime': 'Elija una de las horas',
    'appointments.startAgain': 'Elija una hora de nuevo, por favor.',

    'appointments.check.title': 'Revise y envíe',
    'appointments.check.reasonHint': 'Unas pocas palabras bastan. No escriba aquí sobre emergencias.',
    'appointments.check.send': 'Enviar la solicitud',
    'appointments.check.other': 'Elegir otra hora',
    'appointments.check.alternatives': 'Las horas libres más cercanas',
    'appointments.check.promise':
      'La hora queda reservada para usted en cuanto envíe la solicitud. Después, el consultorio la confirma.',
    'appointments.requested':
      'Solicitada. El consultorio la confirmará; mientras tanto, la hora queda reservada para usted.',

    'appointments.refused.no-such-provider':
      'Aquí no se pueden solicitar horas con este profesional. Elija a otra persona o llame al consultorio.',
    'appointments.refused.no-such-category':
      'Este tipo de visita no se puede solicitar aquí. Elija otro o llame al consultorio.',
    'appointments.refused.off-grid': 'Las citas no comienzan en ese minuto. Elija una de las horas ofrecidas.',
    'appointments.refused.outside-schedule':
      'A esa hora el consultorio no atiende este tipo de visita. Elija una de las horas ofrecidas.',
    'appointments.refused.past': 'Esa hora ya pasó o está demasiado cerca. Elija una más tarde.',
    'appointments.refused.too-far':
      'El consultorio todavía no planifica con tanta anticipación. Elija un día más cercano.',
    'appointments.refused.too-many_one': 'Ya hay una solicitud en espera de respuesta; es el máximo a la vez.',
    'appointments.refused.too-many_other':
      'Ya hay {{count}} solicitudes en espera de respuesta; es el máximo a la vez.',
    'appointments.refused.slot-taken':
      'Alguien acaba de tomar esa hora. Elija una de las libres más cercanas; lo que escribió sigue aquí.',
    'appointments.refused.no-room':
      'Alguien acaba de tomar esa hora y no queda nada libre alrededor. Vea otros días; lo que escribió sigue aquí.',
    'appointments.refused.used-otherwise':
      'Este formulario ya se envió con otras respuestas. Cargue la página de nuevo para enviar otra solicitud.',
    'appointments.notYours':
      'Este formulario contenía algo que solo puede decidir el consultorio. No se envió nada; cargue la página de nuevo.',
    'appointments.choose.otherCategory':
      'El tipo de cita que buscaba no se puede solicitar aquí. Elija otro o llame al consultorio.',
    'appointments.closedOn': 'El consultorio está cerrado el {{day}}.',
    'appointments.closedFor': 'El consultorio está cerrado el {{day}}: {{title}}.',
    'appointments.choose.notNow':
      '{{name}} no tiene por ahora horas que se puedan solicitar en línea. Elija a otra persona o llame al consultorio.',
    'appointments.choose.otherProvider':
      'Aquí no se puede solicitar a la persona que buscaba. Elija a otra o llame al consultorio.',
    'appointments.moving.open': 'Elegir otra hora',
    'appointments.moving.title': 'Elija otra hora',
    'appointments.moving.lead': 'Nada cambia hasta que lo envíe en la página siguiente.',
    'appointments.moving.current': 'Su hora actual',
    'appointments.moving.from': 'Hora actual',
    'appointments.moving.to': 'Hora nueva',
    'appointments.moving.check': 'Revise la nueva hora y envíe',
    'appointments.moving.send': 'Pedir la nueva hora',
    'appointments.moving.promise':
      'Su solicitud pasa a la nueva hora, que queda reservada de inmediato. La anterior queda libre para otras personas. El consultorio aún debe confirmarla.',
    'appointments.moving.promiseConfirmed':
      'La nueva hora queda reservada en cuanto la envíe. La anterior sigue siendo suya hasta que el consultorio confirme la nueva.',
    'appointments.moving.moved':
      'Cambiada. El consultorio confirmará la nueva hora; hasta entonces queda reservada para usted.',
    'appointments.moving.asked':
      'Solicitada. Su hora anterior sigue siendo suya hasta que el consultorio confirme la nueva.',
    'appointments.moving.waits':
      'Pidió cambiar esta cita. Sigue igual hasta que el consultorio confirme la nueva hora.',
    'appointments.moving.instead':
      'Debe sustituir a su cita del {{when}}, que sigue igual hasta que el consultorio confirme.',
    'appointments.moving.insteadDone': 'Sustituyó a su cita del {{when}}.',
    'appointments.moving.insteadGone': 'La cita que debía sustituir ya no está en el calendario.',
    'appointments.moving.movedTo': 'Esta cita se cambió de hora.',
    'appointments.moving.see': 'Ver la otra',
    'appointments.refused.same-time': 'Ya está a esa hora. Elija otra.',
    'appointments.notMoved.already-over': 'Esta cita ya comenzó o ya pasó.',
    'appointments.notMoved.already-cancelled': 'Esta cita ya no está en el calendario.',
    'appointments.notMoved.of-series': 'Esta cita forma parte de una serie, que no se puede cambiar de hora aquí.',
    'appointments.notMoved.too-late_one': 'Aquí se puede cambiar hasta una hora antes de que comience.',
    'appointments.notMoved.too-late_other': 'Aquí se puede cambiar hasta {{count}} horas antes de que comience.',
    'appointments.notMoved.several-providers':
      'En esta cita le atienden varias personas a la vez, por eso no se puede cambiar aquí.',
    'appointments.notMoved.already-asked': 'Ya pidió cambiar esta cita. El consultorio responderá primero a eso.',
    'appointments.notMoved.kind': 'Este tipo de cita no se puede cambiar aquí.',
  },
)
