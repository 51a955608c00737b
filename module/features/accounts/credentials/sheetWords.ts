import { wordsIn } from '../../../platform/i18n.js'

export const sheetWords = wordsIn(
  {
    'credential.madeTitle': 'The sign-in is saved',
    'credential.madeText': 'This is shown once. Print it or save it now; nobody can look the password up later.',
    'credential.told.title': 'The message to the patient',
    'credential.told.goes':
      'A message without the password goes to {{to}}. This line says whether the mail server takes it.',
    'credential.told.again':
      'The mail server has not taken the message for {{to}} yet (code {{code}}). It is tried again by itself.',
    'credential.told.sent': 'The mail server took the message for {{to}}. It does not hold the password.',
    'credential.told.failed': 'The message for {{to}} did not arrive: {{why}}',
    'credential.told.closed': 'Somebody has dealt with the message to the patient.',
    'credential.told.next.address':
      'Tell the patient yourself and hand over the sheet. Correct the address in the chart: the next message goes there. The panel keeps this one until somebody deals with it.',
    'credential.told.next.later':
      'Tell the patient yourself and hand over the sheet. From the panel the message can be sent again.',
    'credential.told.next.sheet': 'Hand over the sheet.',
    'credential.told.look': 'See whether it went',
    'credential.told.lookBeside': 'See whether it went (in a new tab: this page is shown once)',
    'credential.told.back': 'Back to the patient',
    'credential.told.not': 'The patient was not written to: {{why}}',
    'credential.told.noServer':
      'The patient will not be written to: this practice has no mail server. The panel keeps the message until somebody deals with it.',
    'credential.printIt': 'Print',
    'credential.saveAsPdf': 'Save as PDF',
    'credential.noPdf': 'The PDF cannot show every letter of this sign-in. Print the page instead.',
    'credential.noScriptPrint': 'To print, use your browser’s own Print.',

    'credential.sheet.title': 'Your patient portal at {{practice}}',
    'credential.sheet.address': 'Address',
    'credential.sheet.loginName': 'User name',
    'credential.sheet.password': 'Temporary password',
    'credential.sheet.email': 'E-mail, which is asked for too',
    'credential.sheet.until': 'Use it by',
    'credential.sheet.chart': 'Chart {{number}}',
    'credential.sheet.qr': 'QR code of the address',
    'credential.sheet.step.open': 'Open the address, or scan the code, and type the user name and the password.',
    'credential.sheet.step.change': 'Make a password of your own: this one opens nothing else.',
    'credential.sheet.step.destroy': 'Then destroy this sheet.',
    'credential.sheet.step.ask': 'If it does not work, ask the practice for a new one.',
    'credential.sheet.step.call': 'If it does not work, call the practice: {{phone}}.',
    'credential.sheet.over':
      'This password no longer opens the portal: it was used, replaced, or has expired. There is no sheet for it.',
    'credential.sheet.overNext': 'If the patient needs one, reset the password again.',
    'credential.sheet.again': 'Reset the password',
    'credential.sheet.noPdf': 'The PDF cannot show every letter of this sign-in.',
    'credential.sheet.print': 'Go back and print the page instead.',
  },
  {
    'credential.madeTitle': 'El acceso quedó guardado',
    'credential.madeText':
      'Esto se muestra una sola vez. Imprímalo o guárdelo ahora; después nadie puede consultar la contraseña.',
    'credential.told.title': 'El mensaje al paciente',
    'credential.told.goes':
      'Se envía un mensaje sin la contraseña a {{to}}. Esta línea dice si el servidor de correo lo acepta.',
    'credential.told.again':
      'El servidor de correo aún no aceptó el mensaje para {{to}} (código {{code}}). Se vuelve a intentar solo.',
    'credential.told.sent': 'El servidor de correo aceptó el mensaje para {{to}}. No contiene la contraseña.',
    'credential.told.failed': 'El mensaje para {{to}} no llegó: {{why}}',
    'credential.told.closed': 'Alguien ya se ocupó del mensaje al paciente.',
    'credential.told.next.address':
      'Avise usted al paciente y entréguele la hoja. Corrija la dirección en el expediente: el próximo mensaje irá allí. El panel guarda este hasta que alguien se ocupe.',
    'credential.told.next.later':
      'Avise usted al paciente y entréguele la hoja. Desde el panel se puede enviar el mensaje de nuevo.',
    'credential.told.next.sheet': 'Entregue la hoja.',
    'credential.told.look': 'Ver si salió',
    'credential.told.lookBeside': 'Ver si salió (en otra pestaña: esta página se muestra una sola vez)',
    'credential.told.back': 'Volver al paciente',
    'credential.told.not': 'No se escribió al paciente: {{why}}',
    'credential.told.noServer':
      'No se escribirá al paciente: este consultorio no tiene servidor de correo. El panel guarda el mensaje hasta que alguien se ocupe.',
    'credential.printIt': 'Imprimir',
    'credential.saveAsPdf': 'Guardar como PDF',
    'credential.noPdf': 'El PDF no puede mostrar todas las letras de este acceso. Imprima la página.',
    'credential.noScriptPrint': 'Para imprimir, use la función Imprimir de su navegador.',

    'credential.sheet.title': 'Su portal del paciente en {{practice}}',
    'credential.sheet.address': 'Dirección',
    'credential.sheet.loginName': 'Nombre de usuario',
    'credential.sheet.password': 'Contraseña temporal',
    'credential.sheet.email': 'Correo electrónico, que también se pide',
    'credential.sheet.until': 'Úsela a más tardar el',
    'credential.sheet.chart': 'Expediente {{number}}',
    'credential.sheet.qr': 'Código QR de la dirección',
    'credential.sheet.step.open':
      'Abra la dirección, o escanee el código, y escriba el nombre de usuario y la contraseña.',
    'credential.sheet.step.change': 'Cree su propia contraseña: esta no abre nada más.',
    'credential.sheet.step.destroy': 'Después destruya esta hoja.',
    'credential.sheet.step.ask': 'Si no funciona, pida otra en el consultorio.',
    'credential.sheet.step.call': 'Si no funciona, llame al consultorio: {{phone}}.',
    'credential.sheet.over':
      'Esta contraseña ya no abre el portal: se usó, se reemplazó o venció. No hay hoja para ella.',
    'credential.sheet.overNext': 'Si el paciente la necesita, restablezca la contraseña otra vez.',
    'credential.sheet.again': 'Restablecer la contraseña',
    'credential.sheet.noPdf': 'El PDF no puede mostrar todas las letras de este acceso.',
    'credential.sheet.print': 'Vuelva e imprima la página.',
  },
)
