import { wordsIn } from '../../../platform/i18n.js'

export const words = wordsIn(
  {
    'uploads.title': 'Send files to the practice',
    'uploads.lead':
      'Letters, reports, pictures, insurance cards. Staff look at what you send; it reaches your record once they have accepted it.',
    'uploads.for': 'For',
    'uploads.files': 'Files',
    'uploads.files.hint': 'Up to {{files}} at once, each up to {{megabytes}} MB: {{endings}}.',
    'uploads.camera': 'Or take a picture',
    'uploads.camera.hint': 'Lay the page flat, in good light, so that all of it can be read.',
    'uploads.note': 'Note to the practice',
    'uploads.note.hint': 'What it is, and what it is for. Not for anything urgent: for that, call.',
    'uploads.send': 'Send',
    'uploads.sending': 'Sending … {{percent}} %',
    'uploads.stop': 'Stop sending',
    'uploads.stopped': 'Stopped. Nothing was sent.',
    'uploads.broken': 'The connection was lost, so nothing was sent. Your files are still chosen: send them again.',
    'uploads.tooMany': 'Up to {{files}} files can be sent at once. Choose fewer, and send the others after that.',
    'uploads.none': 'Choose at least one file.',
    'uploads.sentOtherwise': 'This form has sent other files already. Choose the files again.',
    'uploads.earlier': 'Sent before',
    'uploads.earlier.none': 'Nothing yet. What you send is listed here, with what became of it.',
    'uploads.sent.title': 'Files sent to the practice',
    'uploads.sent.lead_one': '1 file, {{when}}',
    'uploads.sent.lead_other': '{{count}} files, {{when}}',
    'uploads.sent.note': 'Your note',
    'uploads.sent.files': 'Files',
    'uploads.sent.again': 'Look again',
    'uploads.sent.more': 'Send more files',
    'uploads.sent.documents': 'To your documents',
    'uploads.sent.open': 'Save what you sent',
    'uploads.number': 'Number {{receipt}}',
    'uploads.next': 'What happens next',
    'uploads.next.checking':
      'We are checking the files. That takes a moment, and you need not wait for it: this page keeps telling how they stand.',
    'uploads.next.sent':
      'Staff of the practice look at the files. Once they have accepted them, they are part of your record; if something is missing, you read it here.',
    'uploads.next.refused': 'Nothing is with the practice. Read below why, then send the files again.',

    'uploads.next.returned':
      'The practice asks for a file once more. Below stands what is wrong with it; send another in its place.',
    'uploads.next.replaced': 'You sent another file in its place, which the practice looks at now.',
    'uploads.next.decided': 'Nothing is left to wait for. Below stands what came of each file.',
    'uploads.next.withdrawn':
      'You took it back, and the practice does not look at it. You can send something else at any time.',
    'uploads.takeBack': 'Take it back',
    'uploads.takeBack.done': 'Taken back. The file is removed, and the practice does not look at it any more.',
    'uploads.takeBack.over': '“{{name}}” can’t be taken back any more: {{state}}. Nothing was changed.',

    'letter.upload.refused.subject': 'About the file you sent',
    'letter.upload.refused.text':
      'A file that you sent to {{practice}} through the patient portal was not taken.\nWhy, and what you can do, stands in the portal.',
    'letter.upload.refused.action': 'See why',
    'letter.upload.refused.sms': '{{practice}} could not take a file that you sent: {{address}}',

    'uploads.state.checking': 'Being checked',
    'uploads.state.waiting': 'Waiting for the practice',
    'uploads.state.returned': 'Returned',
    'uploads.state.denied': 'Not accepted',
    'uploads.state.charted': 'Accepted',
    'uploads.state.withdrawn': 'Taken back',
    'uploads.state.removed': 'Removed by the practice',
    'uploads.state.refused': 'Refused',
    'uploads.state.replaced': 'Replaced',
    'uploads.text.checking': 'It has arrived and is being checked.',
    'uploads.text.waiting': 'It has arrived. Staff will look at it.',
    'uploads.text.waiting.clean': 'It has arrived, and no virus was found in it. Staff will look at it.',
    'uploads.text.returned': 'The practice asks you to send it once more.',
    'uploads.text.returned.reason': 'The practice asks you to send it once more: {{reason}}',
    'uploads.text.denied': 'The practice has not accepted it.',
    'uploads.text.denied.reason': 'The practice has not accepted it: {{reason}}',
    'uploads.text.charted': 'It is part of your record now.',
    'uploads.text.withdrawn': 'You have taken it back.',
    'uploads.text.removed': 'The practice has removed it.',
    'uploads.text.replaced': 'You have sent another file in its place, under the same number.',

    'uploads.need_one': 'The practice returned a file that you sent: {{name}}. It waits for another in its place.',
    'uploads.need_other': 'The practice returned {{count}} files that you sent. It waits for others in their place.',
    'uploads.need.action': 'See why, and send again',

    'uploads.replace': 'Send another in its place',
    'uploads.replace.title': 'Send a file again',
    'uploads.replace.lead':
      'The practice has returned “{{name}}”. What you choose here takes its place and keeps its number.',
    'uploads.replace.says': 'What the practice says',
    'uploads.replace.hint': 'One file of up to {{megabytes}} MB: {{endings}}.',
    'uploads.replace.one': 'One file takes its place. Choose one.',
    'uploads.replace.under-way': 'Another file has arrived in the place of “{{name}}” and is being checked.',
    'uploads.replace.over': '“{{name}}” is not awaited any more: {{state}}. Nothing was sent.',

    'uploads.refused.named': '“{{name}}” was not sent. {{why}}',
    'uploads.refused.type': 'It is not a kind of file that the practice takes. You can send: {{endings}}.',
    'uploads.refused.page':
      'It is a web page or a drawing that can act by itself, and such files are not taken. Send it as a PDF or as a picture.',
    'uploads.refused.macros': 'It holds a small program (macros). Save it without, or as a PDF, and send that.',
    'uploads.refused.heic':
      'Not everybody can open this kind of picture (HEIC). Send it as JPG: on an iPhone choose Settings, Camera, Formats, Most Compatible.',
    'uploads.refused.infected':
      'Our scanner found a virus in it. We have removed the file, and nobody at the practice has opened it. Check your device with a virus scanner before you send it again.',
    'uploads.refused.unscannable':
      'It is too large to be checked for viruses, so we have removed it. Send a smaller version of it.',
    'uploads.refused.unreadable':
      'It cannot be shown as a picture: it may be damaged, or far too large. Take the picture again, and send that.',
    'uploads.refused.not-prepared':
      'Our server could not prepare this picture for the practice, so we have removed it. Send it as a PDF, or call the practice.',
    'uploads.refused.too-large': 'It is larger than {{megabytes}} MB. Send a smaller version of it.',
    'uploads.refused.too-many': 'Up to {{files}} files can be sent at once. Send it next.',
    'uploads.refused.empty': 'It is empty. Choose the file again.',
    'uploads.refused.no-space': 'The practice’s storage is full just now. Try again later, or call the practice.',
  },
  {
    'uploads.title': 'Enviar archivos al consultorio',
    'uploads.lead':
      'Cartas, informes, imágenes, tarjetas del seguro. El personal mira lo que usted envía; llega a su expediente cuando lo acepta.',
    'uploads.for': 'Para',
    'uploads.files': 'Archivos',
    'uploads.files.hint': 'Hasta {{files}} a la vez, de hasta {{megabytes}} MB cada uno: {{endings}}.',
    'uploads.camera': 'O tome una foto',
    'uploads.camera.hint': 'Ponga la hoja plana y con buena luz, para que se pueda leer completa.',
    'uploads.note': 'Nota para el consultorio',
    'uploads.note.hint': 'Qué es y para qué es. No la use para nada urgente: para eso, llame.',
    'uploads.send': 'Enviar',
    'uploads.sending': 'Enviando … {{percent}} %',
    'uploads.stop': 'Dejar de enviar',
    'uploads.stopped': 'Se detuvo el envío. No se envió nada.',
    'uploads.broken':
      'Se perdió la conexión, así que no se envió nada. Sus archivos siguen elegidos: envíelos de nuevo.',
    'uploads.tooMany': 'Se pueden enviar hasta {{files}} archivos a la vez. Elija menos y envíe los demás después.',
    'uploads.none': 'Elija al menos un archivo.',
    'uploads.sentOtherwise': 'Este formulario ya envió otros archivos. Elija los archivos de nuevo.',
    'uploads.earlier': 'Enviado antes',
    'uploads.earlier.none': 'Todavía nada. Aquí aparece lo que envíe y qué pasó con ello.',
    'uploads.sent.title': 'Archivos enviados al consultorio',
    'uploads.sent.lead_one': '1 archivo, {{when}}',
    'uploads.sent.lead_other': '{{count}} archivos, {{when}}',
    'uploads.sent.note': 'Su nota',
    'uploads.sent.files': 'Archivos',
    'uploads.sent.again': 'Mirar de nuevo',
    'uploads.sent.more': 'Enviar más archivos',
    'uploads.sent.documents': 'A sus documentos',
    'uploads.sent.open': 'Guardar lo que envió',
    'uploads.number': 'Número {{receipt}}',
    'uploads.next': 'Qué sigue',
    'uploads.next.checking':
      'Estamos revisando los archivos. Tarda un momento y no hace falta que espere: esta página le sigue diciendo cómo están.',
    'uploads.next.sent':
      'El personal del consultorio mira los archivos. Cuando los acepte, serán parte de su expediente; si falta algo, lo leerá aquí.',
    'uploads.next.refused': 'El consultorio no recibió nada. Lea abajo por qué y envíe los archivos de nuevo.',

    'uploads.next.returned':
      'El consultorio le pide un archivo otra vez. Abajo dice qué tiene mal; envíe otro en su lugar.',
    'uploads.next.replaced': 'Usted envió otro archivo en su lugar, y el consultorio lo mira ahora.',
    'uploads.next.decided': 'Ya no hay que esperar nada. Abajo está qué pasó con cada archivo.',
    'uploads.next.withdrawn':
      'Usted lo retiró y el consultorio no lo mira. Puede enviar otra cosa en cualquier momento.',
    'uploads.takeBack': 'Retirarlo',
    'uploads.takeBack.done': 'Retirado. El archivo se eliminó y el consultorio ya no lo mira.',
    'uploads.takeBack.over': '«{{name}}» ya no se puede retirar: {{state}}. No se cambió nada.',

    'letter.upload.refused.subject': 'Sobre el archivo que usted envió',
    'letter.upload.refused.text':
      'No se aceptó un archivo que usted envió a {{practice}} por el portal del paciente.\nEn el portal dice por qué y qué puede hacer.',
    'letter.upload.refused.action': 'Ver por qué',
    'letter.upload.refused.sms': '{{practice}} no pudo aceptar un archivo que usted envió: {{address}}',

    'uploads.state.checking': 'En revisión',
    'uploads.state.waiting': 'Espera al consultorio',
    'uploads.state.returned': 'Devuelto',
    'uploads.state.denied': 'No aceptado',
    'uploads.state.charted': 'Aceptado',
    'uploads.state.withdrawn': 'Retirado',
    'uploads.state.removed': 'Eliminado por el consultorio',
    'uploads.state.refused': 'Rechazado',
    'uploads.state.replaced': 'Reemplazado',
    'uploads.text.checking': 'Llegó y se está revisando.',
    'uploads.text.waiting': 'Llegó. El personal lo mirará.',
    'uploads.text.waiting.clean': 'Llegó y no se encontró ningún virus. El personal lo mirará.',
    'uploads.text.returned': 'El consultorio le pide que lo envíe otra vez.',
    'uploads.text.returned.reason': 'El consultorio le pide que lo envíe otra vez: {{reason}}',
    'uploads.text.denied': 'El consultorio no lo aceptó.',
    'uploads.text.denied.reason': 'El consultorio no lo aceptó: {{reason}}',
    'uploads.text.charted': 'Ahora es parte de su expediente.',
    'uploads.text.withdrawn': 'Usted lo retiró.',
    'uploads.text.removed': 'El consultorio lo eliminó.',
    'uploads.text.replaced': 'Usted envió otro archivo en su lugar, con el mismo número.',

    'uploads.need_one': 'El consultorio devolvió un archivo que usted envió: {{name}}. Espera otro en su lugar.',
    'uploads.need_other': 'El consultorio devolvió {{count}} archivos que usted envió. Espera otros en su lugar.',
    'uploads.need.action': 'Ver por qué y enviar otra vez',

    'uploads.replace': 'Enviar otro en su lugar',
    'uploads.replace.title': 'Enviar un archivo otra vez',
    'uploads.replace.lead':
      'El consultorio le devolvió «{{name}}». Lo que elija aquí ocupa su lugar y conserva su número.',
    'uploads.replace.says': 'Lo que dice el consultorio',
    'uploads.replace.hint': 'Un archivo de hasta {{megabytes}} MB: {{endings}}.',
    'uploads.replace.one': 'Un solo archivo ocupa su lugar. Elija uno.',
    'uploads.replace.under-way': 'Ya llegó otro archivo en lugar de «{{name}}» y se está revisando.',
    'uploads.replace.over': '«{{name}}» ya no se espera: {{state}}. No se envió nada.',

    'uploads.refused.named': '«{{name}}» no se envió. {{why}}',
    'uploads.refused.type': 'No es un tipo de archivo que el consultorio reciba. Puede enviar: {{endings}}.',
    'uploads.refused.page':
      'Es una página web o un dibujo que puede actuar por sí mismo, y esos archivos no se reciben. Envíelo como PDF o como imagen.',
    'uploads.refused.macros':
      'Contiene un pequeño programa (macros). Guárdelo sin él, o como PDF, y envíe esa versión.',
    'uploads.refused.heic':
      'No todas las personas pueden abrir este tipo de imagen (HEIC). Envíela como JPG: en un iPhone elija Ajustes, Cámara, Formatos, El más compatible.',
    'uploads.refused.infected':
      'Nuestro antivirus encontró un virus en él. Eliminamos el archivo y nadie del consultorio lo abrió. Revise su dispositivo con un antivirus antes de enviarlo de nuevo.',
    'uploads.refused.unscannable':
      'Es demasiado grande para buscar virus en él, así que lo eliminamos. Envíe una versión más pequeña.',
    'uploads.refused.unreadable':
      'No se puede mostrar como imagen: puede estar dañada o ser demasiado grande. Tome la foto otra vez y envíela.',
    'uploads.refused.not-prepared':
      'Nuestro servidor no pudo preparar esta imagen para el consultorio y por eso la eliminamos. Envíela como PDF o llame al consultorio.',
    'uploads.refused.too-large': 'Pesa más de {{megabytes}} MB. Envíe una versión más pequeña.',
    'uploads.refused.too-many': 'Se pueden enviar hasta {{files}} archivos a la vez. Envíelo después.',
    'uploads.refused.empty': 'Está vacío. Elija el archivo de nuevo.',
    'uploads.refused.no-space':
      'El almacenamiento del consultorio está lleno en este momento. Inténtelo más tarde o llame al consultorio.',
  },
)
