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
    'permission.account:manage': 'Look after one’s own account',
    'permission.account:manage.text': 'Change the password, set up a second factor, see and end sessions.',
    'permission.codes:redeem': 'Redeem PINs and access codes',
    'permission.codes:redeem.text': 'Open a record with a PIN or a code of the practice.',
    'permission.registration:submit': 'Ask to be linked to a chart',
    'permission.registration:submit.text': 'Say who one is, or who the child is, and answer the practice’s questions.',
    'permission.credentials:reset': 'Give and reset sign-ins',
    'permission.credentials:reset.text': 'Authorise a patient for the portal, create a sign-in and reset its password.',
    'permission.letters:manage': 'Deal with letters that did not arrive',
    'permission.letters:manage.text': 'See what was sent to a patient, send it again, or note that it was dealt with.',
    'permission.pins:issue': 'Issue PINs and access codes',
    'permission.pins:issue.text': 'Make, print, send and revoke what opens a patient’s record to a person.',
    'permission.grants:manage': 'Decide who opens a record',
    'permission.grants:manage.text': 'See, shorten, widen, revoke and give back what a guardian or proxy may open.',
    'permission.registrations:process': 'Process self-registrations',
    'permission.registrations:process.text':
      'Find the chart of somebody who registered, link it, ask for more, or refuse.',
    'permission.second-factors:reset': 'Take a lost second factor off',
    'permission.second-factors:reset.text': 'Help somebody who lost their telephone, after checking who they are.',
    'permission.why:ask': 'Ask why',
    'permission.why:ask.text': 'See which rule lets a person do something or keeps them out.',
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
    'permission.account:manage': 'Cuidar de la propia cuenta',
    'permission.account:manage.text': 'Cambiar la contraseña, configurar un segundo factor, ver y cerrar sesiones.',
    'permission.codes:redeem': 'Canjear PIN y códigos de acceso',
    'permission.codes:redeem.text': 'Abrir un expediente con un PIN o un código del consultorio.',
    'permission.registration:submit': 'Pedir que se vincule un expediente',
    'permission.registration:submit.text':
      'Decir quién es, o quién es su hijo o hija, y responder las preguntas del consultorio.',
    'permission.credentials:reset': 'Dar y restablecer accesos',
    'permission.credentials:reset.text':
      'Autorizar a un paciente para el portal, crear su acceso y restablecer su contraseña.',
    'permission.letters:manage': 'Atender los avisos que no llegaron',
    'permission.letters:manage.text': 'Ver qué se envió a un paciente, enviarlo de nuevo o anotar que se atendió.',
    'permission.pins:issue': 'Emitir PIN y códigos de acceso',
    'permission.pins:issue.text':
      'Crear, imprimir, enviar y anular lo que abre el expediente de un paciente a una persona.',
    'permission.grants:manage': 'Decidir quién abre un expediente',
    'permission.grants:manage.text':
      'Ver, acortar, ampliar, revocar y devolver lo que puede abrir un tutor o representante.',
    'permission.registrations:process': 'Atender los registros',
    'permission.registrations:process.text':
      'Encontrar el expediente de quien se registró, vincularlo, pedir más datos o rechazarlo.',
    'permission.second-factors:reset': 'Quitar un segundo factor perdido',
    'permission.second-factors:reset.text': 'Ayudar a quien perdió su teléfono, tras comprobar quién es.',
    'permission.why:ask': 'Preguntar por qué',
    'permission.why:ask.text': 'Ver qué regla permite algo a una persona o se lo impide.',
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
