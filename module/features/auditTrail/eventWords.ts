import { wordsIn } from '../../platform/i18n.js'

/**
 * What happened, as a sentence, for every event that anything in module/ writes down; a test finds those that are
 * missing. `actor` did it; `patient` is the one whose chart it is, or words for nobody; `place` the page that was seen.
 */
export const eventWords = wordsIn(
  {
    'auditTrail.event.patient.viewed': '{{actor}} saw {{patient}} on: {{place}}',
    'auditTrail.event.patient.downloaded': '{{actor}} took away a file about {{patient}}: {{place}}',
    'auditTrail.event.patient.signed-in': '{{actor}} signed in to the portal',
    'auditTrail.event.patient.sign-in-refused': 'A sign-in to the portal was refused: {{actor}}',
    'auditTrail.event.staff.signed-in': '{{actor}} signed in as staff',
    'auditTrail.event.staff.sign-in-refused': 'A staff sign-in was refused: {{actor}}',

    'auditTrail.event.grant.made': '{{actor}} opened the record of {{patient}} to an account',
    'auditTrail.event.access.changed': '{{actor}} changed who may do what',
    'auditTrail.event.settings.changed': '{{actor}} changed a setting',
    'auditTrail.event.module.installed': '{{actor}} installed Foyer',
    'auditTrail.event.module.upgraded': '{{actor}} upgraded Foyer',
    'auditTrail.event.module.enabled': '{{actor}} switched the portal on',
    'auditTrail.event.module.disabled': '{{actor}} switched the portal off',
    'auditTrail.event.delivery.tried-again': '{{actor}} had a delivery tried again',
    'auditTrail.event.delivery.set-aside': '{{actor}} set aside what could not be delivered',

    'auditTrail.event.appointment.requested': '{{actor}} requested an appointment for {{patient}}',
    'auditTrail.event.appointment.booked-again': '{{actor}} requested an appointment again for {{patient}}',
    'auditTrail.event.appointment.confirmed': '{{actor}} confirmed an appointment of {{patient}}',
    'auditTrail.event.appointment.declined': '{{actor}} declined an appointment request of {{patient}}',
    'auditTrail.event.appointment.cancelled': '{{actor}} cancelled an appointment of {{patient}}',
    'auditTrail.event.appointment.status-set': '{{actor}} set the status of an appointment of {{patient}}',
    'auditTrail.event.appointment.reopened': '{{actor}} reopened an appointment of {{patient}}',
    'auditTrail.event.appointment.proposed': '{{actor}} proposed another time to {{patient}}',
    'auditTrail.event.appointment.overbooked': '{{actor}} booked {{patient}} over another visit',
    'auditTrail.event.appointment.overlapped': 'A visit of {{patient}} was found to overlap another: {{actor}}',
    'auditTrail.event.appointment.proposal-accepted': '{{actor}} accepted a proposed time for {{patient}}',
    'auditTrail.event.appointment.proposal-answered': '{{actor}} answered a proposed time for {{patient}}',
    'auditTrail.event.appointment.proposal-withdrawn': '{{actor}} withdrew a proposal to {{patient}}',
    'auditTrail.event.appointment.alternative-taken': '{{actor}} took an offered time for {{patient}}',
    'auditTrail.event.appointment.moved': '{{actor}} moved an appointment of {{patient}}',
    'auditTrail.event.appointment.move-requested': '{{actor}} asked to move an appointment of {{patient}}',
    'auditTrail.event.appointment.cancellation-requested': '{{actor}} asked to cancel an appointment of {{patient}}',
    'auditTrail.event.appointment.cancellation-withdrawn':
      '{{actor}} withdrew the wish to cancel an appointment of {{patient}}',
    'auditTrail.event.appointment.cancellation-granted':
      '{{actor}} agreed to cancel an appointment of {{patient}}, who had asked for it',
    'auditTrail.event.appointment.cancellation-refused':
      '{{actor}} did not agree to cancel an appointment of {{patient}}',
    'auditTrail.event.appointment.adopted': '{{actor}} took a request of {{patient}} over from the EMR’s own portal',
    'auditTrail.event.appointment.claimed': '{{actor}} took on a request of {{patient}}',
    'auditTrail.event.appointment.taken-over': '{{actor}} took a request of {{patient}} over from a colleague',
    'auditTrail.event.appointment.released': '{{actor}} gave back a request of {{patient}}',
    'auditTrail.event.appointment.handed-over': '{{actor}} handed a request of {{patient}} to a colleague',
    'auditTrail.event.appointment.removed': 'An appointment of {{patient}} was removed in the EMR: {{actor}}',
    'auditTrail.event.appointment.undone': '{{actor}} undid a decision on an appointment of {{patient}}',

    'auditTrail.event.audit-trail.viewed': '{{actor}} looked at the audit trail',
    'auditTrail.event.audit-trail.exported': '{{actor}} exported the audit trail',
    'auditTrail.event.audit-trail.verified': '{{actor}} had the audit trail verified',
    'auditTrail.unknownEvent': '{{actor}}: {{event}}, {{patient}}',
  },
  {
    'auditTrail.event.patient.viewed': '{{actor}} vio a {{patient}} en: {{place}}',
    'auditTrail.event.patient.downloaded': '{{actor}} se llevó un archivo sobre {{patient}}: {{place}}',
    'auditTrail.event.patient.signed-in': '{{actor}} inició sesión en el portal',
    'auditTrail.event.patient.sign-in-refused': 'Se rechazó un inicio de sesión en el portal: {{actor}}',
    'auditTrail.event.staff.signed-in': '{{actor}} inició sesión como personal',
    'auditTrail.event.staff.sign-in-refused': 'Se rechazó un inicio de sesión del personal: {{actor}}',

    'auditTrail.event.grant.made': '{{actor}} abrió el expediente de {{patient}} a una cuenta',
    'auditTrail.event.access.changed': '{{actor}} cambió quién puede hacer qué',
    'auditTrail.event.settings.changed': '{{actor}} cambió un ajuste',
    'auditTrail.event.module.installed': '{{actor}} instaló Foyer',
    'auditTrail.event.module.upgraded': '{{actor}} actualizó Foyer',
    'auditTrail.event.module.enabled': '{{actor}} activó el portal',
    'auditTrail.event.module.disabled': '{{actor}} desactivó el portal',
    'auditTrail.event.delivery.tried-again': '{{actor}} mandó repetir una entrega',
    'auditTrail.event.delivery.set-aside': '{{actor}} dejó de lado algo que no se pudo entregar',

    'auditTrail.event.appointment.requested': '{{actor}} solicitó una cita para {{patient}}',
    'auditTrail.event.appointment.booked-again': '{{actor}} volvió a solicitar una cita para {{patient}}',
    'auditTrail.event.appointment.confirmed': '{{actor}} confirmó una cita de {{patient}}',
    'auditTrail.event.appointment.declined': '{{actor}} rechazó una solicitud de cita de {{patient}}',
    'auditTrail.event.appointment.cancelled': '{{actor}} canceló una cita de {{patient}}',
    'auditTrail.event.appointment.status-set': '{{actor}} cambió el estado de una cita de {{patient}}',
    'auditTrail.event.appointment.reopened': '{{actor}} reabrió una cita de {{patient}}',
    'auditTrail.event.appointment.proposed': '{{actor}} propuso otro horario a {{patient}}',
    'auditTrail.event.appointment.overbooked': '{{actor}} dio una cita a {{patient}} sobre otra ya existente',
    'auditTrail.event.appointment.overlapped': 'Se detectó que una cita de {{patient}} coincide con otra: {{actor}}',
    'auditTrail.event.appointment.proposal-accepted': '{{actor}} aceptó un horario propuesto para {{patient}}',
    'auditTrail.event.appointment.proposal-answered': '{{actor}} respondió a un horario propuesto para {{patient}}',
    'auditTrail.event.appointment.proposal-withdrawn': '{{actor}} retiró una propuesta hecha a {{patient}}',
    'auditTrail.event.appointment.alternative-taken': '{{actor}} tomó un horario ofrecido para {{patient}}',
    'auditTrail.event.appointment.moved': '{{actor}} cambió de horario una cita de {{patient}}',
    'auditTrail.event.appointment.move-requested': '{{actor}} pidió cambiar de horario una cita de {{patient}}',
    'auditTrail.event.appointment.cancellation-requested': '{{actor}} pidió cancelar una cita de {{patient}}',
    'auditTrail.event.appointment.cancellation-withdrawn': '{{actor}} ya no pide cancelar una cita de {{patient}}',
    'auditTrail.event.appointment.cancellation-granted':
      '{{actor}} aceptó cancelar una cita de {{patient}}, como se había pedido',
    'auditTrail.event.appointment.cancellation-refused': '{{actor}} no aceptó cancelar una cita de {{patient}}',
    'auditTrail.event.appointment.adopted':
      '{{actor}} recogió una solicitud de {{patient}} hecha en el portal propio del expediente electrónico',
    'auditTrail.event.appointment.claimed': '{{actor}} se hizo cargo de una solicitud de {{patient}}',
    'auditTrail.event.appointment.taken-over': '{{actor}} tomó de otra persona una solicitud de {{patient}}',
    'auditTrail.event.appointment.released': '{{actor}} devolvió una solicitud de {{patient}}',
    'auditTrail.event.appointment.handed-over': '{{actor}} pasó a otra persona una solicitud de {{patient}}',
    'auditTrail.event.appointment.removed': 'Se retiró en el expediente electrónico una cita de {{patient}}: {{actor}}',
    'auditTrail.event.appointment.undone': '{{actor}} deshizo una decisión sobre una cita de {{patient}}',

    'auditTrail.event.audit-trail.viewed': '{{actor}} consultó el registro de auditoría',
    'auditTrail.event.audit-trail.exported': '{{actor}} exportó el registro de auditoría',
    'auditTrail.event.audit-trail.verified': '{{actor}} mandó verificar el registro de auditoría',
    'auditTrail.unknownEvent': '{{actor}}: {{event}}, {{patient}}',
  },
)

const PREFIX = 'auditTrail.event.'

/** Every event that has words. */
export const knownEvents: readonly string[] = Object.keys(eventWords.en)
  .filter((key) => key.startsWith(PREFIX))
  .map((key) => key.slice(PREFIX.length))

/** What was seen, not changed. */
export const viewEvents: readonly string[] = ['patient.viewed', 'patient.downloaded', 'audit-trail.viewed']
