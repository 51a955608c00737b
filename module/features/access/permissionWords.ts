import { wordsIn } from '../../platform/i18n.js'

/** Every permission of module.json in plain words: `permission.<name>`, and what it lets somebody do. */
export const permissionWords = wordsIn(
  {
    'permission.home:view': 'See the record’s first page',
    'permission.home:view.text': 'What is next and what waits.',
    'permission.appointments:view': 'See appointments',
    'permission.appointments:view.text':
      'Next, past and requested appointments of the record, and their calendar files.',
    'permission.appointments:request': 'Request appointments',
    'permission.appointments:request.text': 'See free times and ask for one of them.',
    'permission.appointments:cancel': 'Cancel appointments',
    'permission.appointments:cancel.text':
      'Take an appointment off the calendar, within the practice’s minimum notice.',
    'permission.account:view': 'See one’s own account',
    'permission.account:view.text': 'The account’s page and the records that it opens.',
    'permission.portal:use': 'Work in the patient portal',
    'permission.portal:use.text':
      'Be portal staff. Without it nothing else in the portal counts: no queue, no count, no panel, no search.',
    'permission.dashboard:view': 'See the Portal Dashboard',
    'permission.dashboard:view.text': 'The queues with their counts and ages.',
    'permission.patients:search': 'Search patients',
    'permission.patients:search.text': 'Find a patient by name, birth date or chart number.',
    'permission.patients:view': 'See a patient’s portal panel',
    'permission.patients:view.text': 'Whether and how a patient uses the portal, and the patient’s appointments.',
    'permission.appointments:process': 'Process appointment requests',
    'permission.appointments:process.text': 'Confirm, decline, and set the status of an appointment.',
    'permission.appointments:overbook': 'Lay one appointment over another',
    'permission.appointments:overbook.text':
      'Confirm or propose a time at which the provider has another appointment, with a reason.',
    'permission.access:manage': 'Decide who may do what',
    'permission.access:manage.text': 'Use this page.',
    'permission.settings:manage': 'Change settings',
    'permission.settings:manage.text': 'Change what the practice can set.',
    'permission.operations:manage': 'Look after background work',
    'permission.operations:manage.text':
      'See how what runs by itself went, and decide what becomes of what could not be delivered.',
    'permission.audit-trail:view': 'See the audit trail',
    'permission.audit-trail:view.text':
      'Who did what and who saw whose data: search, sort, export, and check that nothing was altered.',
    'permission.modules:manage': 'Switch the portal on and off',
    'permission.modules:manage.text': 'Install, upgrade, enable, disable and remove the module in the EMR.',
  },
  {
    'permission.home:view': 'Ver la primera página del expediente',
    'permission.home:view.text': 'Lo que sigue y lo que está pendiente.',
    'permission.appointments:view': 'Ver las citas',
    'permission.appointments:view.text':
      'Las citas próximas, pasadas y solicitadas del expediente, y sus archivos de calendario.',
    'permission.appointments:request': 'Solicitar citas',
    'permission.appointments:request.text': 'Ver los horarios libres y solicitar uno.',
    'permission.appointments:cancel': 'Cancelar citas',
    'permission.appointments:cancel.text':
      'Quitar una cita del calendario, con la antelación mínima que pide el consultorio.',
    'permission.account:view': 'Ver la propia cuenta',
    'permission.account:view.text': 'La página de la cuenta y los expedientes que abre.',
    'permission.portal:use': 'Trabajar en el portal de pacientes',
    'permission.portal:use.text':
      'Ser personal del portal. Sin esto no vale nada más en el portal: ni listas, ni recuentos, ni ficha, ni búsqueda.',
    'permission.dashboard:view': 'Ver el panel del portal',
    'permission.dashboard:view.text': 'Las listas de espera, con sus recuentos y antigüedades.',
    'permission.patients:search': 'Buscar pacientes',
    'permission.patients:search.text':
      'Encontrar a un paciente por nombre, fecha de nacimiento o número de expediente.',
    'permission.patients:view': 'Ver la ficha de portal de un paciente',
    'permission.patients:view.text': 'Si usa el portal y cómo, y sus citas.',
    'permission.appointments:process': 'Tramitar solicitudes de cita',
    'permission.appointments:process.text': 'Confirmar, rechazar y poner el estado de una cita.',
    'permission.appointments:overbook': 'Poner una cita encima de otra',
    'permission.appointments:overbook.text':
      'Confirmar o proponer una hora en la que el profesional ya tiene otra cita, con un motivo.',
    'permission.access:manage': 'Decidir quién puede hacer qué',
    'permission.access:manage.text': 'Usar esta página.',
    'permission.settings:manage': 'Cambiar la configuración',
    'permission.settings:manage.text': 'Cambiar lo que el consultorio puede configurar.',
    'permission.operations:manage': 'Cuidar de las tareas en segundo plano',
    'permission.operations:manage.text':
      'Ver cómo fue lo que se ejecuta por sí mismo y decidir qué pasa con lo que no se pudo entregar.',
    'permission.audit-trail:view': 'Ver el registro de auditoría',
    'permission.audit-trail:view.text':
      'Quién hizo qué y quién vio los datos de quién: buscar, ordenar, exportar y comprobar que nada se alteró.',
    'permission.modules:manage': 'Activar y desactivar el portal',
    'permission.modules:manage.text': 'Instalar, actualizar, activar, desactivar y quitar el módulo en el EMR.',
  },
)
