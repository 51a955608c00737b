import { wordsIn } from '../../../platform/i18n.js'

export const dialogWords = wordsIn(
  {
    'credential.titleCreate': 'Make a sign-in',
    'credential.titleReset': 'Reset the password',
    'credential.born': 'Born',
    'credential.chart': 'Chart',
    'credential.accountName': 'Account name',
    'credential.now': 'Sign-in now',
    'credential.now.none': 'None yet',
    'credential.now.current': 'The patient’s own, in use',
    'credential.now.unused': 'Made in the EMR, not yet changed by the patient',
    'credential.now.temporary': 'Temporary until {{until}}, made by {{by}} ({{at}})',
    'credential.now.unusable': 'Expired unused: it opens nothing',

    'credential.notYetAllowed': 'The chart does not allow the portal yet',
    'credential.notYetAllowedText':
      'Allow it once the patient, or whoever may decide for the patient, has agreed. A sign-in comes next.',
    'credential.allow': 'Allow the portal',
    'credential.authorised': 'The portal is allowed for this patient. Next: make a sign-in.',
    'credential.notAllowed': 'The chart no longer allows the portal. Allow it first.',

    'credential.email': 'Trusted e-mail',
    'credential.email.none': 'None in the chart',
    'credential.email.source.email_direct': 'the chart’s trusted e-mail',
    'credential.email.source.email': 'the chart’s contact e-mail, since no trusted e-mail is set',
    'credential.email.changed': 'chart last changed {{day}}',
    'credential.email.goes': 'A message goes there when you save, with a link and never with the password.',
    'credential.email.not.no-consent':
      'No message goes out: the chart has no consent to e-mail (Allow Email). Hand over the sheet instead.',
    'credential.email.not.no-address': 'No message goes out: the chart has no address. Hand over the sheet instead.',
    'credential.email.not.bad-address': 'No message goes out: this is not an e-mail address. Correct it below.',
    'credential.email.not.no-server':
      'No message will arrive: this practice has no mail server. Hand over the sheet, or call.',
    'credential.email.last': 'The message to {{to}} ({{when}}) did not go: {{why}}',
    'credential.email.correct': 'Correct the address',
    'credential.email.field': 'Trusted e-mail of the patient',
    'credential.email.hint': 'Changes the chart. Empty: the contact e-mail counts.',
    'credential.email.save': 'Change the chart',
    'credential.email.bad': 'This is not an e-mail address. One looks like name@example.org.',
    'credential.email.corrected': 'The chart has the new address. The message will go there.',
    'credential.signInEmail': 'Signing in also asks for the contact e-mail: {{email}}',
    'credential.signInEmail.missing':
      'Signing in also asks for the chart’s contact e-mail, and there is none: the patient cannot sign in until the chart has one.',

    'credential.loginName': 'Login name',
    'credential.loginNameHint': 'What the patient types. Nobody else may have it.',
    'credential.missingLoginName': 'Type a login name',
    'credential.longLoginName': 'A login name has at most 100 characters',
    'credential.loginNameTaken': 'Somebody else has this login name. Choose another.',
    'credential.password': 'New password',
    'credential.passwordHint':
      'Temporary: at the first sign-in the patient makes an own one. Unused it expires after {{days}} days.',
    'credential.missingPassword': 'Type a password, or press Change for a new one',
    'credential.another': 'Change',
    'credential.anotherLabel': 'Change: make another password',
    'credential.changeInHost': 'The EMR’s own portal asks for a new password too',
    'credential.save': 'Save',
    'credential.close': 'Close',
    'credential.closeUnsaved': 'Close without saving',
    'credential.sessions':
      'Saving signs the patient out everywhere. A passkey of theirs opens nothing until the new password has been used.',
    'credential.usedOtherwise': 'This form was already sent with other content. Check what stands here and save again.',
    'credential.changedMeanwhile':
      '{{by}} has made a password for this patient meanwhile ({{at}}). Nothing was saved. Save only if that one must be replaced.',
    'credential.changedInHost':
      'The sign-in was changed in the EMR meanwhile. Nothing was saved. Save only if it must be replaced.',
  },
  {
    'credential.titleCreate': 'Crear un acceso',
    'credential.titleReset': 'Restablecer la contraseña',
    'credential.born': 'Nacimiento',
    'credential.chart': 'Expediente',
    'credential.accountName': 'Nombre de la cuenta',
    'credential.now': 'Acceso actual',
    'credential.now.none': 'Todavía ninguno',
    'credential.now.current': 'Propio del paciente, en uso',
    'credential.now.unused': 'Creado en el EMR; el paciente aún no lo cambió',
    'credential.now.temporary': 'Temporal hasta el {{until}}, creado por {{by}} ({{at}})',
    'credential.now.unusable': 'Venció sin usarse: no abre nada',

    'credential.notYetAllowed': 'El expediente todavía no permite el portal',
    'credential.notYetAllowedText':
      'Permítalo cuando el paciente, o quien pueda decidir por él, esté de acuerdo. Después se crea el acceso.',
    'credential.allow': 'Permitir el portal',
    'credential.authorised': 'El portal quedó permitido para este paciente. Ahora cree un acceso.',
    'credential.notAllowed': 'El expediente ya no permite el portal. Permítalo primero.',

    'credential.email': 'Correo de confianza',
    'credential.email.none': 'No hay ninguno en el expediente',
    'credential.email.source.email_direct': 'correo de confianza del expediente',
    'credential.email.source.email': 'correo de contacto del expediente, porque no hay correo de confianza',
    'credential.email.changed': 'último cambio del expediente: {{day}}',
    'credential.email.goes': 'Al guardar se envía allí un mensaje con un enlace, nunca con la contraseña.',
    'credential.email.not.no-consent':
      'No se envía ningún mensaje: el expediente no tiene consentimiento para correo electrónico (Allow Email). Entregue la hoja.',
    'credential.email.not.no-address':
      'No se envía ningún mensaje: el expediente no tiene dirección. Entregue la hoja.',
    'credential.email.not.bad-address':
      'No se envía ningún mensaje: esto no es una dirección de correo. Corríjala abajo.',
    'credential.email.not.no-server':
      'No llegará ningún mensaje: este consultorio no tiene servidor de correo. Entregue la hoja o llame.',
    'credential.email.last': 'El mensaje para {{to}} ({{when}}) no salió: {{why}}',
    'credential.email.correct': 'Corregir la dirección',
    'credential.email.field': 'Correo de confianza del paciente',
    'credential.email.hint': 'Cambia el expediente. Si queda vacío, se usa el correo de contacto.',
    'credential.email.save': 'Cambiar el expediente',
    'credential.email.bad': 'Esto no es una dirección de correo. Una dirección es como nombre@example.org.',
    'credential.email.corrected': 'El expediente tiene la nueva dirección. El mensaje se enviará allí.',
    'credential.signInEmail': 'Para entrar también se pide el correo de contacto: {{email}}',
    'credential.signInEmail.missing':
      'Para entrar también se pide el correo de contacto del expediente y no hay ninguno: el paciente no podrá entrar hasta que lo haya.',

    'credential.loginName': 'Nombre de usuario',
    'credential.loginNameHint': 'Lo que escribe el paciente. Nadie más puede tenerlo.',
    'credential.missingLoginName': 'Escriba un nombre de usuario',
    'credential.longLoginName': 'Un nombre de usuario tiene como máximo 100 caracteres',
    'credential.loginNameTaken': 'Otra persona tiene este nombre de usuario. Elija otro.',
    'credential.password': 'Contraseña nueva',
    'credential.passwordHint':
      'Temporal: al entrar por primera vez el paciente crea la suya. Si no se usa, vence a los {{days}} días.',
    'credential.missingPassword': 'Escriba una contraseña o presione Cambiar para obtener otra',
    'credential.another': 'Cambiar',
    'credential.anotherLabel': 'Cambiar: generar otra contraseña',
    'credential.changeInHost': 'El portal propio del EMR también pide una contraseña nueva',
    'credential.save': 'Guardar',
    'credential.close': 'Cerrar',
    'credential.closeUnsaved': 'Cerrar sin guardar',
    'credential.sessions':
      'Al guardar se cierran todas las sesiones del paciente. Una llave de acceso suya no abre nada hasta que se use la contraseña nueva.',
    'credential.usedOtherwise':
      'Este formulario ya se envió con otro contenido. Revise lo que aparece aquí y guarde de nuevo.',
    'credential.changedMeanwhile':
      '{{by}} creó mientras tanto una contraseña para este paciente ({{at}}). No se guardó nada. Guarde solo si hay que reemplazarla.',
    'credential.changedInHost':
      'Mientras tanto el acceso se cambió en el EMR. No se guardó nada. Guarde solo si hay que reemplazarlo.',
  },
)
