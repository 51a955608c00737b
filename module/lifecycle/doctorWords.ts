import { wordsIn } from '../platform/i18n.js'

/** What doctor looks at, what it finds, and what to do about it. */
export const doctorWords = wordsIn(
  {
    'doctor.group.emr': 'The EMR',
    'doctor.group.people': 'People',
    'doctor.group.foyer': 'Foyer',
    'doctor.group.time': 'Time',
    'doctor.group.address': 'Addresses',
    'doctor.group.files': 'Files',
    'doctor.nothing': 'Nothing is to be done.',

    'doctor.host': 'EMR',
    'doctor.host.is': '{{name}} {{version}} (database {{database}})',
    'doctor.host.isNot': '{{found}}',
    'doctor.host.fix': 'Point FOYER_DATABASE_URL at the database of {{needed}}.',

    'doctor.list': 'The EMR’s list of modules',
    'doctor.list.absent': 'Foyer is not in it',
    'doctor.list.absent.fix': 'Run foyer install, which enters it again.',
    'doctor.list.unlinked': 'Foyer is in it; its pages are not linked from the EMR’s menus',
    'doctor.list.filesGone': 'Foyer is active in it, but its files are not in the EMR',
    'doctor.list.active': 'Foyer is active in it',
    'doctor.list.inactive': 'Foyer is in it, inactive',
    'doctor.list.wronglyActive': 'It says that Foyer is active, but Foyer is switched off',
    'doctor.list.wronglyInactive': 'It says that Foyer is inactive, but Foyer is switched on',
    'doctor.list.fix': 'Run foyer disable and foyer enable.',

    'doctor.hostsPortal': 'Patient portal in the EMR',
    'doctor.hostsPortal.on': 'Enabled (portal_onsite_two_enable)',
    'doctor.hostsPortal.off': 'Not enabled: staff cannot authorise patients or make their credentials',
    'doctor.hostsPortal.fix': 'In the EMR, Administration → Globals → Portal, tick Enable Patient Portal.',

    'doctor.portalAddress': 'Portal address in the EMR’s mails',
    'doctor.portalAddress.is': '{{address}}',
    'doctor.portalAddress.none': 'Not set',
    'doctor.portalAddress.other': '{{address}}, which is not this portal',
    'doctor.portalAddress.fix': 'In the EMR, Administration → Globals → Portal, set the site address to {{ours}}.',
    'doctor.portalAddress.fixAny':
      'In the EMR, Administration → Globals → Portal, set the site address to the portal’s public address.',

    'doctor.hostsMail': 'The EMR’s mail',
    'doctor.hostsMail.is': '{{method}}, from {{sender}}',
    'doctor.hostsMail.isSmtp': 'SMTP by {{host}}:{{port}}, from {{sender}}',
    'doctor.hostsMail.noSender':
      'No valid sender (patient_reminder_sender_email): the EMR mails no credentials to patients, it only shows them',
    'doctor.hostsMail.noHost': 'SMTP without a server (SMTP_HOST): the EMR can mail nothing',
    'doctor.hostsMail.fix': 'In the EMR, Administration → Globals → Notifications, set the sender and the mail server.',

    'doctor.portalRight': 'Who may work in the portal',
    'doctor.portalRight.are': '{{holders}}',
    'doctor.portalRight.areMore': '{{holders}} and {{count}} more',
    'doctor.portalRight.none':
      'Nobody at work: the right patientportal/portal is given to nobody, or a rule of Foyer’s keeps out who holds it',
    'doctor.portalRight.fix':
      'In the EMR, Administration → ACL, give Patient Portal to a group in which somebody is who can sign in. It brings no one in whom a rule on Foyer’s page Access keeps out.',

    'doctor.providers': 'Providers’ schedules',
    'doctor.providers.all': 'All have one: {{scheduled}}',
    'doctor.providers.some': 'With: {{scheduled}}. Without: {{without}}',
    'doctor.providers.none': 'There is no provider, and nobody has office hours',
    'doctor.providers.noneOf': 'Nobody. Without: {{without}}',
    'doctor.providers.without.inactive': '{{name}} (has hours, but is not active in the EMR)',
    'doctor.providers.without.not-authorized': '{{name}} (has hours, but is not marked as a provider)',
    'doctor.providers.without.no-hours': '{{name}} (no In Office event)',
    'doctor.providers.without.ended': '{{name}} (hours ended on {{day}})',
    'doctor.providers.without.not-yet': '{{name}} (hours begin after the days that are offered)',
    'doctor.providers.without.kept': '{{name}} (hours are kept for visits that patients may not request)',
    'doctor.providers.fix':
      'In the EMR’s calendar, give each provider In Office events; until then patients are offered no time of theirs. The portal’s page “Calendar readiness” says more.',

    'doctor.credentials': 'Patients’ credentials',
    'doctor.credentials.all_one': '{{count}} patient is authorised and can sign in',
    'doctor.credentials.all_other': '{{count}} patients are authorised, each can sign in',
    'doctor.credentials.some_one': '{{count}} of {{authorised}} authorised patients has nothing to sign in with',
    'doctor.credentials.some_other': '{{count}} of {{authorised}} authorised patients have nothing to sign in with',
    'doctor.credentials.fix': 'In the EMR, open each patient and create the portal credentials.',

    'doctor.steps': 'Foyer’s tables',
    'doctor.steps.done': 'Version {{version}}, every step done',
    'doctor.steps.none': 'Foyer is not installed, or not to its end',
    'doctor.steps.none.fix': 'Run foyer install.',
    'doctor.steps.newer': 'Written by a newer Foyer than {{own}}',
    'doctor.steps.newer.fix': 'Install the Foyer that wrote them, or a newer one, and start foyer serve from it.',
    'doctor.steps.behind_one': 'Version {{version}}, {{count}} step behind {{own}}',
    'doctor.steps.behind_other': 'Version {{version}}, {{count}} steps behind {{own}}',
    'doctor.steps.behind.fix': 'Run foyer upgrade.',

    'doctor.portal': 'Portal',
    'doctor.portal.on': 'Switched on',
    'doctor.portal.off': 'Switched off',
    'doctor.portal.fix': 'Run foyer enable.',

    'doctor.settings': 'Settings',
    'doctor.settings.fine_one': '{{count}} changed from its default',
    'doctor.settings.fine_other': '{{count}} changed from their defaults',
    'doctor.settings.unusable': '{{list}}; the default is used',
    'doctor.settings.one': '{{name}} is “{{value}}” ({{needed}})',
    'doctor.settings.fix': 'On the portal’s settings page, set each of them again and save.',

    'doctor.secret': 'Secret',
    'doctor.secret.set': 'FOYER_SECRET is set',
    'doctor.secret.none': 'FOYER_SECRET is not set',
    'doctor.secret.fix': 'Set it to 32 random characters or more, the same in every process.',

    'doctor.jobs': 'Jobs',
    'doctor.jobs.off': 'The portal is switched off: none runs',
    'doctor.jobs.fine': 'Each of the {{count}} has run when it was due, the last at {{when}} UTC',
    'doctor.jobs.none': 'None has run yet',
    'doctor.jobs.late': 'Not in time or not well: {{list}}',
    'doctor.jobs.one': '{{name}} ({{when}} UTC)',
    'doctor.jobs.never': '{{name}} (never)',
    'doctor.jobs.failed': '{{name}} (failed, {{code}})',
    'doctor.jobs.fix': 'See that foyer serve is running; its log says what failed.',

    'doctor.foyersMail': 'Foyer’s own mail',
    'doctor.foyersMail.set': 'By {{host}} (FOYER_SMTP_URL), from {{sender}}',
    'doctor.foyersMail.none': 'FOYER_SMTP_URL is not set: no code, no link for a new password and no news is mailed',
    'doctor.foyersMail.none.fix': 'Set FOYER_SMTP_URL, such as smtp://user:password@mail.example.org:587.',
    'doctor.foyersMail.noSender': 'By {{host}}, from {{sender}}, since no sender is set',
    'doctor.foyersMail.badSender': 'By {{host}}; the sender “{{sender}}” is no e-mail address and is not used',
    'doctor.foyersMail.sender.fix': 'On the portal’s settings page, set the sender to an address of the practice.',
    'doctor.foyersSms': 'Foyer’s text messages',
    'doctor.foyersSms.set': 'By {{host}} (FOYER_SMS_URL)',
    'doctor.foyersSms.none': 'FOYER_SMS_URL is not set: Foyer sends no text messages',

    'doctor.zone': 'Time zone',
    'doctor.zone.ours': '{{zone}}, by FOYER_TIME_ZONE',
    'doctor.zone.hosts': '{{zone}}, by the EMR',
    'doctor.zone.two': '{{zone}} by FOYER_TIME_ZONE, but the EMR writes its times in {{hosts}}',
    'doctor.zone.two.fix':
      'Take FOYER_TIME_ZONE out, or in the EMR, Administration → Globals → Locale → Time Zone, set the same zone.',
    'doctor.zone.unsaid': '{{zone}}, this machine’s own, since neither FOYER_TIME_ZONE nor the EMR says',
    'doctor.zone.unknown': '{{zone}}, this machine’s own, since the EMR’s “{{hosts}}” is no zone that is known here',
    'doctor.zone.fix': 'Set FOYER_TIME_ZONE, or in the EMR Administration → Globals → Locale → Time Zone.',

    'doctor.clock': 'Clock',
    'doctor.clock.apart':
      'The database’s clock and this machine’s are {{seconds}} seconds apart. Whether they are right cannot be told from here',
    'doctor.clock.fix': 'On both machines, switch on time synchronisation (NTP) and look here again.',

    'doctor.baseUrl': 'Public address',
    'doctor.baseUrl.is': '{{address}}',
    'doctor.baseUrl.none': 'FOYER_BASE_URL is not set',
    'doctor.baseUrl.plain': '{{address}} is not https',
    'doctor.baseUrl.fix': 'Set FOYER_BASE_URL to the https address that patients use.',

    'doctor.beside': 'Beside the EMR’s own portal',
    'doctor.beside.unknown': 'One of the two addresses is not set, so they cannot be compared',
    'doctor.beside.here': 'The EMR’s mails lead here; its own portal must not answer below {{address}}',
    'doctor.beside.apart': 'The EMR’s own portal is elsewhere: {{theirs}}',
    'doctor.beside.sameHost':
      'Other port, same name as {{theirs}}: browsers send the cookies of one to the other; their names differ (foyer_portal, foyer_staff; PortalOpenEMR, OpenEMR)',
    'doctor.beside.sameOrigin':
      'Same origin as {{theirs}}: the cookies differ in name (foyer_portal, foyer_staff; PortalOpenEMR, OpenEMR), but a script in one portal can act in the other',
    'doctor.beside.samePath': 'Both answer below {{path}} of {{origin}}: one of them cannot be reached',
    'doctor.beside.fix': 'Give Foyer a host name of its own in FOYER_BASE_URL.',

    'doctor.framing': 'Staff’s pages inside the EMR',
    'doctor.framing.is': 'The EMR at {{origin}} may show them',
    'doctor.framing.unlinked': 'The EMR does not show them; staff open them by their address',
    'doctor.framing.none': 'The EMR links them, but FOYER_EMR_ORIGIN is not set: its tabs will show nothing',
    'doctor.framing.fix': 'Set FOYER_EMR_ORIGIN to the EMR’s origin, such as https://emr.example.org.',

    'doctor.dataDir': 'Foyer’s own files',
    'doctor.dataDir.is': '{{folder}} can be written, {{free}} GB free',
    'doctor.dataDir.little': '{{folder}} has only {{free}} GB free',
    'doctor.dataDir.toBe': '{{folder}} is made when it is needed, {{free}} GB free',
    'doctor.dataDir.no': '{{folder}} cannot be written ({{why}})',
    'doctor.dataDir.fix': 'Let the user that runs Foyer write there, or set FOYER_DATA_DIR to another folder.',
    'doctor.dataDir.little.fix': 'Make room, or set FOYER_DATA_DIR to a larger disk.',

    'doctor.siteDir': 'The EMR’s files',
    'doctor.siteDir.is': '{{folder}} can be written, {{free}} GB free',
    'doctor.siteDir.not-configured':
      'FOYER_HOST_SITE_DIR is not set: documents of charts are listed and cannot be opened, and nothing is filed into charts',
    'doctor.siteDir.missing': '{{folder}} is not there: nothing is filed into charts, and their documents do not open',
    'doctor.siteDir.not-a-folder':
      '{{folder}} is no folder: nothing is filed into charts, and their documents do not open',
    'doctor.siteDir.a-link':
      '{{folder}} is a symbolic link, which Foyer does not follow: nothing is filed into charts, and their documents do not open',
    'doctor.siteDir.unwritable': '{{folder}} cannot be written: filing documents into charts is refused',
    'doctor.siteDir.fix':
      'Set FOYER_HOST_SITE_DIR to the EMR’s site folder, such as /var/www/openemr/sites/default, and let the user that runs Foyer write in its documents.',

    'doctor.fileKeys': 'Encryption of the EMR’s files',
    'doctor.fileKeys.there': 'On; the keys of version {{version}} are there',
    'doctor.fileKeys.missing': 'On; the keys of version {{version}} are made with the first file',
    'doctor.fileKeys.not-needed': 'Off, as the EMR is set: files lie in the clear',
    'doctor.fileKeys.unusable': 'On, and the EMR’s keys are unusable: filing documents into charts is refused',
    'doctor.fileKeys.fix':
      'Restore the EMR’s table of keys from a backup. Without them nobody can open the files that were encrypted with them.',

    'doctor.scanner': 'Virus scanner',
    'doctor.scanner.is': '{{version}} answers at {{socket}}',
    'doctor.scanner.none':
      'FOYER_CLAMD is not set: what patients send is not scanned, which staff are told at each file',
    'doctor.scanner.no': 'Does not answer at {{socket}}: what patients send waits, and staff do not see it yet',
    'doctor.scanner.fix': 'Start clamd, let the user that runs Foyer use its socket, or take FOYER_CLAMD out.',
  },
  {
    'doctor.group.emr': 'El sistema',
    'doctor.group.people': 'Personas',
    'doctor.group.foyer': 'Foyer',
    'doctor.group.time': 'Hora',
    'doctor.group.address': 'Direcciones',
    'doctor.group.files': 'Archivos',
    'doctor.nothing': 'No hay nada que hacer.',

    'doctor.host': 'Sistema clínico',
    'doctor.host.is': '{{name}} {{version}} (base de datos {{database}})',
    'doctor.host.isNot': '{{found}}',
    'doctor.host.fix': 'Dirija FOYER_DATABASE_URL a la base de datos de {{needed}}.',

    'doctor.list': 'Lista de módulos del sistema',
    'doctor.list.absent': 'Foyer no figura en ella',
    'doctor.list.absent.fix': 'Ejecute foyer install, que lo vuelve a inscribir.',
    'doctor.list.unlinked': 'Foyer figura en ella; sus páginas no están enlazadas en los menús del sistema',
    'doctor.list.filesGone': 'Foyer figura activo en ella, pero sus archivos no están en el sistema',
    'doctor.list.active': 'Foyer figura activo en ella',
    'doctor.list.inactive': 'Foyer figura en ella, inactivo',
    'doctor.list.wronglyActive': 'Dice que Foyer está activo, pero está desactivado',
    'doctor.list.wronglyInactive': 'Dice que Foyer está inactivo, pero está activado',
    'doctor.list.fix': 'Ejecute foyer disable y foyer enable.',

    'doctor.hostsPortal': 'Portal del paciente en el sistema',
    'doctor.hostsPortal.on': 'Habilitado (portal_onsite_two_enable)',
    'doctor.hostsPortal.off': 'No habilitado: el personal no puede autorizar pacientes ni crear sus datos de acceso',
    'doctor.hostsPortal.fix': 'En el sistema, Administration → Globals → Portal, marque Enable Patient Portal.',

    'doctor.portalAddress': 'Dirección del portal en los correos del sistema',
    'doctor.portalAddress.is': '{{address}}',
    'doctor.portalAddress.none': 'Sin definir',
    'doctor.portalAddress.other': '{{address}}, que no es este portal',
    'doctor.portalAddress.fix':
      'En el sistema, Administration → Globals → Portal, ponga como dirección del sitio {{ours}}.',
    'doctor.portalAddress.fixAny':
      'En el sistema, Administration → Globals → Portal, ponga como dirección del sitio la dirección pública del portal.',

    'doctor.hostsMail': 'Correo del sistema',
    'doctor.hostsMail.is': '{{method}}, remitente {{sender}}',
    'doctor.hostsMail.isSmtp': 'SMTP por {{host}}:{{port}}, remitente {{sender}}',
    'doctor.hostsMail.noSender':
      'Sin remitente válido (patient_reminder_sender_email): el sistema no envía por correo los datos de acceso, solo los muestra',
    'doctor.hostsMail.noHost': 'SMTP sin servidor (SMTP_HOST): el sistema no puede enviar correo',
    'doctor.hostsMail.fix':
      'En el sistema, Administration → Globals → Notifications, defina el remitente y el servidor de correo.',

    'doctor.portalRight': 'Quién puede trabajar en el portal',
    'doctor.portalRight.are': '{{holders}}',
    'doctor.portalRight.areMore': '{{holders}} y {{count}} más',
    'doctor.portalRight.none':
      'Nadie en activo: nadie tiene el derecho patientportal/portal, o una regla de Foyer deja fuera a quien lo tiene',
    'doctor.portalRight.fix':
      'En el sistema, Administration → ACL, dé Patient Portal a un grupo en el que haya alguien que pueda iniciar sesión. Quien está fuera por una regla de la página Acceso de Foyer sigue fuera.',

    'doctor.providers': 'Horarios de los profesionales',
    'doctor.providers.all': 'Todos tienen horario: {{scheduled}}',
    'doctor.providers.some': 'Con horario: {{scheduled}}. Sin horario: {{without}}',
    'doctor.providers.none': 'No hay ningún profesional y nadie tiene horario',
    'doctor.providers.noneOf': 'Nadie. Sin horario: {{without}}',
    'doctor.providers.without.inactive': '{{name}} (tiene horario, pero no está activo en el sistema)',
    'doctor.providers.without.not-authorized': '{{name}} (tiene horario, pero no figura como proveedor)',
    'doctor.providers.without.no-hours': '{{name}} (ningún evento In Office)',
    'doctor.providers.without.ended': '{{name}} (su horario terminó el {{day}})',
    'doctor.providers.without.not-yet': '{{name}} (su horario empieza después de los días que se ofrecen)',
    'doctor.providers.without.kept': '{{name}} (su horario es para visitas que los pacientes no pueden pedir)',
    'doctor.providers.fix':
      'En el calendario del sistema, dé a cada profesional eventos In Office; hasta entonces no se ofrecen horarios suyos a los pacientes. La página «Estado de las agendas» del portal explica más.',

    'doctor.credentials': 'Datos de acceso de los pacientes',
    'doctor.credentials.all_one': '{{count}} paciente está autorizado y puede entrar',
    'doctor.credentials.all_other': '{{count}} pacientes están autorizados y todos pueden entrar',
    'doctor.credentials.some_one': '{{count}} de {{authorised}} pacientes autorizados no tiene con qué entrar',
    'doctor.credentials.some_other': '{{count}} de {{authorised}} pacientes autorizados no tienen con qué entrar',
    'doctor.credentials.fix': 'En el sistema, abra cada paciente y cree sus datos de acceso al portal.',

    'doctor.steps': 'Tablas de Foyer',
    'doctor.steps.done': 'Versión {{version}}, todos los pasos hechos',
    'doctor.steps.none': 'Foyer no está instalado, o no del todo',
    'doctor.steps.none.fix': 'Ejecute foyer install.',
    'doctor.steps.newer': 'Escritas por un Foyer más nuevo que {{own}}',
    'doctor.steps.newer.fix': 'Instale el Foyer que las escribió, u otro más nuevo, e inicie con él foyer serve.',
    'doctor.steps.behind_one': 'Versión {{version}}, le falta {{count}} paso hasta {{own}}',
    'doctor.steps.behind_other': 'Versión {{version}}, le faltan {{count}} pasos hasta {{own}}',
    'doctor.steps.behind.fix': 'Ejecute foyer upgrade.',

    'doctor.portal': 'Portal',
    'doctor.portal.on': 'Activado',
    'doctor.portal.off': 'Desactivado',
    'doctor.portal.fix': 'Ejecute foyer enable.',

    'doctor.settings': 'Ajustes',
    'doctor.settings.fine_one': '{{count}} cambiado respecto a su valor inicial',
    'doctor.settings.fine_other': '{{count}} cambiados respecto a su valor inicial',
    'doctor.settings.unusable': '{{list}}; se usa el valor inicial',
    'doctor.settings.one': '{{name}} es «{{value}}» ({{needed}})',
    'doctor.settings.fix': 'En los ajustes del portal, defina de nuevo cada uno y guarde.',

    'doctor.secret': 'Secreto',
    'doctor.secret.set': 'FOYER_SECRET está definido',
    'doctor.secret.none': 'FOYER_SECRET no está definido',
    'doctor.secret.fix': 'Defínalo con 32 caracteres al azar o más, iguales en todos los procesos.',

    'doctor.jobs': 'Tareas',
    'doctor.jobs.off': 'El portal está desactivado: no se ejecuta ninguna',
    'doctor.jobs.fine': 'Cada una de las {{count}} se ejecutó a su hora, la última a las {{when}} UTC',
    'doctor.jobs.none': 'Ninguna se ha ejecutado todavía',
    'doctor.jobs.late': 'Fuera de hora o con fallos: {{list}}',
    'doctor.jobs.one': '{{name}} ({{when}} UTC)',
    'doctor.jobs.never': '{{name}} (nunca)',
    'doctor.jobs.failed': '{{name}} (falló, {{code}})',
    'doctor.jobs.fix': 'Compruebe que foyer serve está en marcha; su registro dice qué falló.',

    'doctor.foyersMail': 'Correo propio de Foyer',
    'doctor.foyersMail.set': 'Por {{host}} (FOYER_SMTP_URL), de {{sender}}',
    'doctor.foyersMail.none': 'FOYER_SMTP_URL no está definido: no salen por correo códigos, enlaces ni avisos',
    'doctor.foyersMail.none.fix':
      'Defina FOYER_SMTP_URL, por ejemplo smtp://usuario:contraseña@correo.example.org:587.',
    'doctor.foyersMail.noSender': 'Por {{host}}, de {{sender}}, porque no hay remitente definido',
    'doctor.foyersMail.badSender': 'Por {{host}}; el remitente “{{sender}}” no es una dirección de correo y no se usa',
    'doctor.foyersMail.sender.fix': 'En los ajustes del portal, ponga como remitente una dirección del consultorio.',
    'doctor.foyersSms': 'Mensajes de texto de Foyer',
    'doctor.foyersSms.set': 'Por {{host}} (FOYER_SMS_URL)',
    'doctor.foyersSms.none': 'FOYER_SMS_URL no está definido: Foyer no envía mensajes de texto',

    'doctor.zone': 'Zona horaria',
    'doctor.zone.ours': '{{zone}}, según FOYER_TIME_ZONE',
    'doctor.zone.hosts': '{{zone}}, según el sistema',
    'doctor.zone.two': '{{zone}} según FOYER_TIME_ZONE, pero el sistema escribe sus horas en {{hosts}}',
    'doctor.zone.two.fix':
      'Quite FOYER_TIME_ZONE, o ponga la misma zona en el sistema, Administration → Globals → Locale → Time Zone.',
    'doctor.zone.unsaid': '{{zone}}, la de este equipo, porque ni FOYER_TIME_ZONE ni el sistema la indican',
    'doctor.zone.unknown':
      '{{zone}}, la de este equipo, porque «{{hosts}}», la del sistema, no es una zona conocida aquí',
    'doctor.zone.fix': 'Defina FOYER_TIME_ZONE, o en el sistema Administration → Globals → Locale → Time Zone.',

    'doctor.clock': 'Reloj',
    'doctor.clock.apart':
      'El reloj de la base de datos y el de este equipo difieren en {{seconds}} segundos. Desde aquí no se puede saber si están en hora',
    'doctor.clock.fix': 'Active la sincronización horaria (NTP) en ambos equipos y vuelva a mirar aquí.',

    'doctor.baseUrl': 'Dirección pública',
    'doctor.baseUrl.is': '{{address}}',
    'doctor.baseUrl.none': 'FOYER_BASE_URL no está definido',
    'doctor.baseUrl.plain': '{{address}} no es https',
    'doctor.baseUrl.fix': 'Ponga en FOYER_BASE_URL la dirección https que usan los pacientes.',

    'doctor.beside': 'Junto al portal propio del sistema',
    'doctor.beside.unknown': 'Una de las dos direcciones no está definida, así que no se pueden comparar',
    'doctor.beside.here':
      'Los correos del sistema llevan aquí; el portal propio del sistema no debe responder bajo {{address}}',
    'doctor.beside.apart': 'El portal propio del sistema está en otro sitio: {{theirs}}',
    'doctor.beside.sameHost':
      'Otro puerto y el mismo nombre que {{theirs}}: los navegadores envían las cookies de uno al otro; sus nombres son distintos (foyer_portal, foyer_staff; PortalOpenEMR, OpenEMR)',
    'doctor.beside.sameOrigin':
      'Mismo origen que {{theirs}}: las cookies tienen nombres distintos (foyer_portal, foyer_staff; PortalOpenEMR, OpenEMR), pero un script de un portal puede actuar en el otro',
    'doctor.beside.samePath': 'Ambos responden bajo {{path}} de {{origin}}: uno de los dos queda inaccesible',
    'doctor.beside.fix': 'Dé a Foyer un nombre de host propio en FOYER_BASE_URL.',

    'doctor.framing': 'Páginas del personal dentro del sistema',
    'doctor.framing.is': 'El sistema en {{origin}} puede mostrarlas',
    'doctor.framing.unlinked': 'El sistema no las muestra; el personal las abre por su dirección',
    'doctor.framing.none':
      'El sistema las enlaza, pero FOYER_EMR_ORIGIN no está definido: sus pestañas no mostrarán nada',
    'doctor.framing.fix': 'Ponga en FOYER_EMR_ORIGIN el origen del sistema, como https://emr.example.org.',

    'doctor.dataDir': 'Archivos propios de Foyer',
    'doctor.dataDir.is': 'Se puede escribir en {{folder}}, {{free}} GB libres',
    'doctor.dataDir.little': 'En {{folder}} solo quedan {{free}} GB libres',
    'doctor.dataDir.toBe': '{{folder}} se crea cuando hace falta, {{free}} GB libres',
    'doctor.dataDir.no': 'No se puede escribir en {{folder}} ({{why}})',
    'doctor.dataDir.fix':
      'Permita que el usuario que ejecuta Foyer escriba ahí, o ponga otra carpeta en FOYER_DATA_DIR.',
    'doctor.dataDir.little.fix': 'Libere espacio, o ponga en FOYER_DATA_DIR un disco más grande.',

    'doctor.siteDir': 'Archivos del sistema',
    'doctor.siteDir.is': 'Se puede escribir en {{folder}}, {{free}} GB libres',
    'doctor.siteDir.not-configured':
      'FOYER_HOST_SITE_DIR no está definido: los documentos de los expedientes se listan y no se abren, y no se archiva nada en ellos',
    'doctor.siteDir.missing': '{{folder}} no existe: no se archiva nada en expedientes y sus documentos no se abren',
    'doctor.siteDir.not-a-folder':
      '{{folder}} no es una carpeta: no se archiva nada en expedientes y sus documentos no se abren',
    'doctor.siteDir.a-link':
      '{{folder}} es un enlace simbólico, que Foyer no sigue: no se archiva nada en expedientes y sus documentos no se abren',
    'doctor.siteDir.unwritable': 'No se puede escribir en {{folder}}: se rechaza archivar documentos en expedientes',
    'doctor.siteDir.fix':
      'Ponga en FOYER_HOST_SITE_DIR la carpeta del sitio, como /var/www/openemr/sites/default, y permita que el usuario que ejecuta Foyer escriba en su carpeta documents.',

    'doctor.fileKeys': 'Cifrado de los archivos del sistema',
    'doctor.fileKeys.there': 'Activado; las claves de la versión {{version}} están',
    'doctor.fileKeys.missing': 'Activado; las claves de la versión {{version}} se crean con el primer archivo',
    'doctor.fileKeys.not-needed': 'Desactivado, como está configurado el sistema: los archivos quedan sin cifrar',
    'doctor.fileKeys.unusable':
      'Activado, y las claves del sistema no sirven: se rechaza archivar documentos en expedientes',
    'doctor.fileKeys.fix':
      'Restaure la tabla de claves del sistema desde una copia de seguridad. Sin ellas nadie puede abrir los archivos cifrados con ellas.',

    'doctor.scanner': 'Antivirus',
    'doctor.scanner.is': '{{version}} responde en {{socket}}',
    'doctor.scanner.none':
      'FOYER_CLAMD no está definido: lo que envían los pacientes no se analiza, y el personal lo ve en cada archivo',
    'doctor.scanner.no': 'No responde en {{socket}}: lo que envían los pacientes espera, y el personal aún no lo ve',
    'doctor.scanner.fix': 'Inicie clamd, permita que el usuario que ejecuta Foyer use su socket, o quite FOYER_CLAMD.',
  },
)
