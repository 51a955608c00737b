import { wordsIn } from '../../../platform/i18n.js'

/** Which calendars are ready, and what lies over a visit: for staff. */
export const calendarWords = wordsIn(
  {
    'appointments.overlaps': 'Overlaps with another appointment at {{time}}',
    'appointments.overlapsAllDay': 'Overlaps with another appointment of all day',
    'appointments.overlapsOwn': 'Overlaps with “{{title}}” at {{time}}',
    'appointments.overlapsOwnAllDay': 'Overlaps with “{{title}}”, all day',
    'appointments.overlapsClosed': 'The practice is closed then: {{title}}',
    'appointments.readiness.title': 'Calendar readiness',
    'appointments.readiness.lead':
      'Whom patients can ask for a time, by the hours in the EMR’s calendar, and what to do where they cannot.',
    'appointments.readiness.summary': '{{ready}} of {{all}} providers can be requested',
    'appointments.readiness.none': 'There is no provider yet',
    'appointments.readiness.noneText':
      'In the EMR, Administration → Users, tick “Provider” for whoever sees patients; then enter their office hours in the calendar.',
    'appointments.readiness.caption': 'Providers, those who cannot be requested first',
    'appointments.readiness.provider': 'Provider',
    'appointments.readiness.state': 'For patients',
    'appointments.readiness.why': 'Why, and what to do',
    'appointments.readiness.open': 'See all calendars',
    'appointments.readiness.ready': 'Can be requested',
    'appointments.readiness.notReady': 'Cannot be requested',
    'appointments.readiness.hint': 'Can be requested, look here',
    'appointments.readiness.fine': 'Nothing to do.',
    'appointments.readiness.why.inactive': 'Has office hours, but is not active in the EMR.',
    'appointments.readiness.fix.inactive':
      'In the EMR, Administration → Users, tick “Active”, or end the office hours.',
    'appointments.readiness.why.not-authorized': 'Has office hours, but is not marked as a provider.',
    'appointments.readiness.fix.not-authorized':
      'In the EMR, Administration → Users, tick “Provider”, or end the office hours.',
    'appointments.readiness.why.no-hours': 'There is no “In Office” event in the calendar.',
    'appointments.readiness.fix.no-hours':
      'In the EMR’s calendar, enter an “In Office” event where each day begins and an “Out Of Office” event where it ends, repeated weekly.',
    'appointments.readiness.why.ended': 'The office hours ended on {{day}}.',
    'appointments.readiness.fix.ended':
      'In the EMR’s calendar, give the “In Office” and “Out Of Office” events a later end, or enter new ones.',
    'appointments.readiness.why.not-yet': 'The office hours begin after the last day that patients are offered.',
    'appointments.readiness.fix.not-yet':
      'Wait until then, enter earlier office hours in the EMR’s calendar, or offer later days in the portal’s settings.',
    'appointments.readiness.why.kept': 'All office hours are kept for a kind of visit that patients may not request.',
    'appointments.readiness.fix.kept':
      'In the EMR’s calendar, remove the preferred category from some “In Office” events, or let patients request that kind of visit in the portal’s settings.',
    'appointments.readiness.why.no-categories': 'Patients may request no kind of visit.',
    'appointments.readiness.fix.no-categories': 'Choose at least one kind of visit in the portal’s settings.',
    'appointments.readiness.why.too-short':
      'The longest office hours last {{longest}} minutes, the shortest visit that patients may request {{shortest}}.',
    'appointments.readiness.fix.too-short':
      'In the EMR’s calendar, look whether “Out Of Office” stands at the right hour, or let patients request a shorter kind of visit.',
    'appointments.readiness.why.blocked': 'All office hours that are offered are taken by “{{title}}”.',
    'appointments.readiness.fix.blocked':
      'In the EMR’s calendar, shorten that absence, or leave it: patients are offered times again when it is over.',
    'appointments.readiness.why.no-out':
      'From {{day}} an “In Office” event has no “Out Of Office” behind it: patients are offered times until midnight.',
    'appointments.readiness.fix.no-out': 'In the EMR’s calendar, enter the “Out Of Office” event of that day.',
    'appointments.readiness.why.never-fits': 'Longer than any office hours: {{names}}.',
    'appointments.readiness.fix.never-fits':
      'In the EMR, shorten that calendar category, or give this provider longer hours without a break.',
    'appointments.readiness.why.booked-out': 'Nothing is free in the next {{count}} days.',
    'appointments.readiness.fix.booked-out': 'Patients are offered later days. More office hours would help.',
    'appointments.readiness.more_one': 'One more provider cannot be requested.',
    'appointments.readiness.more_other': '{{count}} more providers cannot be requested.',
    'appointments.readiness.toSettings': 'Change it in the portal’s settings',
    'appointments.readiness.allReady': 'Every provider can be requested.',
  },
  {
    'appointments.overlaps': 'Se solapa con otra cita a las {{time}}',
    'appointments.overlapsAllDay': 'Se solapa con otra cita de todo el día',
    'appointments.overlapsOwn': 'Se solapa con «{{title}}» a las {{time}}',
    'appointments.overlapsOwnAllDay': 'Se solapa con «{{title}}», todo el día',
    'appointments.overlapsClosed': 'El consultorio está cerrado a esa hora: {{title}}',
    'appointments.readiness.title': 'Estado de las agendas',
    'appointments.readiness.lead':
      'A quién pueden pedir cita los pacientes, según el horario de la agenda del EMR, y qué hacer cuando no pueden.',
    'appointments.readiness.summary': 'Se puede pedir cita con {{ready}} de {{all}} profesionales',
    'appointments.readiness.none': 'Todavía no hay ningún profesional',
    'appointments.readiness.noneText':
      'En el EMR, en Administración → Usuarios, marque «Proveedor» para quienes atienden a pacientes y después ponga su horario en la agenda.',
    'appointments.readiness.caption': 'Profesionales; primero, aquellos a los que no se puede pedir cita',
    'appointments.readiness.provider': 'Profesional',
    'appointments.readiness.state': 'Para los pacientes',
    'appointments.readiness.why': 'Motivo y solución',
    'appointments.readiness.open': 'Ver todas las agendas',
    'appointments.readiness.ready': 'Se le puede pedir cita',
    'appointments.readiness.notReady': 'No se le puede pedir cita',
    'appointments.readiness.hint': 'Se le puede pedir cita, pero revise esto',
    'appointments.readiness.fine': 'No hay nada que hacer.',
    'appointments.readiness.why.inactive': 'Tiene horario de consulta, pero no está activo en el EMR.',
    'appointments.readiness.fix.inactive':
      'En el EMR, en Administración → Usuarios, marque «Activo» o ponga fin a su horario.',
    'appointments.readiness.why.not-authorized': 'Tiene horario de consulta, pero no figura como proveedor.',
    'appointments.readiness.fix.not-authorized':
      'En el EMR, en Administración → Usuarios, marque «Proveedor» o ponga fin a su horario.',
    'appointments.readiness.why.no-hours': 'No hay ningún evento «In Office» en la agenda.',
    'appointments.readiness.fix.no-hours':
      'En la agenda del EMR, ponga un evento «In Office» donde empieza cada jornada y otro «Out Of Office» donde termina, con repetición semanal.',
    'appointments.readiness.why.ended': 'El horario de consulta terminó el {{day}}.',
    'appointments.readiness.fix.ended':
      'En la agenda del EMR, ponga una fecha final posterior a los eventos «In Office» y «Out Of Office», o cree otros nuevos.',
    'appointments.readiness.why.not-yet':
      'El horario de consulta empieza después del último día que se ofrece a los pacientes.',
    'appointments.readiness.fix.not-yet':
      'Espere hasta entonces, ponga horas anteriores en la agenda del EMR u ofrezca días posteriores en los ajustes del portal.',
    'appointments.readiness.why.kept':
      'Todo el horario está reservado para un tipo de visita que los pacientes no pueden pedir.',
    'appointments.readiness.fix.kept':
      'En la agenda del EMR, quite la categoría preferida de algún evento «In Office», o permita pedir ese tipo de visita en los ajustes del portal.',
    'appointments.readiness.why.no-categories': 'Los pacientes no pueden pedir ningún tipo de visita.',
    'appointments.readiness.fix.no-categories': 'Elija al menos un tipo de visita en los ajustes del portal.',
    'appointments.readiness.why.too-short':
      'El horario más largo dura {{longest}} minutos, y la visita más corta que se puede pedir, {{shortest}}.',
    'appointments.readiness.fix.too-short':
      'En la agenda del EMR, compruebe si «Out Of Office» está a la hora correcta, o permita pedir un tipo de visita más corto.',
    'appointments.readiness.why.blocked': 'Todas las horas que se ofrecen están ocupadas por «{{title}}».',
    'appointments.readiness.fix.blocked':
      'En la agenda del EMR, acorte esa ausencia, o déjela: se volverán a ofrecer horas cuando termine.',
    'appointments.readiness.why.no-out':
      'Desde el {{day}}, un evento «In Office» no tiene «Out Of Office» detrás: se ofrecen horas hasta la medianoche.',
    'appointments.readiness.fix.no-out': 'En la agenda del EMR, ponga el evento «Out Of Office» de ese día.',
    'appointments.readiness.why.never-fits': 'Más largo que cualquier horario: {{names}}.',
    'appointments.readiness.fix.never-fits':
      'En el EMR, acorte esa categoría de la agenda o dé a este profesional más horas sin interrupción.',
    'appointments.readiness.why.booked-out': 'No queda nada libre en los próximos {{count}} días.',
    'appointments.readiness.fix.booked-out':
      'Se ofrecen días posteriores a los pacientes. Ayudaría ampliar el horario de consulta.',
    'appointments.readiness.more_one': 'Hay otro profesional al que no se puede pedir cita.',
    'appointments.readiness.more_other': 'Hay otros {{count}} profesionales a los que no se puede pedir cita.',
    'appointments.readiness.toSettings': 'Cambiarlo en los ajustes del portal',
    'appointments.readiness.allReady': 'Se puede pedir cita con todos los profesionales.',
  },
)
