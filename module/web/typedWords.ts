/** What somebody is told of what they typed: not saved yet, signed out in the middle of it, shown again. */
import { wordsIn } from '../platform/i18n.js'

export const typedWords = wordsIn(
  {
    'typed.unsaved': 'Not saved yet – trying again.',
    'typed.signedOut': 'You were signed out. What you typed is still on this page, and is not saved yet.',
    'typed.signedOut.then': 'Then come back to this page: it is saved by itself.',
    'typed.signIn': 'Sign in again in a new tab',
    'typed.token': 'You are signed in again. What you typed is being saved.',
    'typed.other':
      'Somebody else is signed in here now. What was typed is not saved, and nothing of it goes into their record.',
    'typed.other.next': 'Whoever typed it signs in again, and sends it once more.',
    'typed.kept.title': 'You were signed out',
    'typed.kept.what': 'What you typed is not saved yet, but it is kept on this page. Leave the page open.',
    'typed.kept.then': 'Then come back to this page, and go on:',
    'typed.kept.goOn': 'Go on with what I typed',
    'typed.kept.until': 'It is kept for two hours. A signature that you have drawn has to be drawn again.',
    'typed.large.what': 'What you typed is not saved yet, and is too long to be kept here.',
    'typed.large.then':
      'Then go back to your form with the Back button of your browser, where what you typed still is, and save it there.',
    'typed.over': 'What you typed before you were signed out is not kept any more. Nothing has been changed.',
    'typed.over.next':
      'Go back with the Back button of your browser to where you typed it. If it is still there, save it from there.',
    'typed.tooLate':
      'This was sent or taken back in the meantime, so what you typed before you were signed out is not in it.',
    'typed.tooLate.next': 'See how it stands now. If something is missing, tell the practice.',
    'typed.again': 'You were signed out, so this is not saved yet. Here is what you typed: save it now to keep it.',
  },
  {
    'typed.unsaved': 'Todavía no se ha guardado: se está intentando de nuevo.',
    'typed.signedOut': 'Su sesión se cerró. Lo que escribió sigue en esta página y todavía no se ha guardado.',
    'typed.signedOut.then': 'Después vuelva a esta página: se guarda solo.',
    'typed.signIn': 'Entre de nuevo en otra pestaña',
    'typed.token': 'Ha entrado de nuevo. Lo que escribió se está guardando.',
    'typed.other':
      'Ahora hay otra persona con la sesión abierta. Lo escrito no se ha guardado y nada de ello pasa a su historial.',
    'typed.other.next': 'Quien lo escribió debe entrar de nuevo y enviarlo otra vez.',
    'typed.kept.title': 'Su sesión se cerró',
    'typed.kept.what': 'Lo que escribió aún no se ha guardado, pero se conserva en esta página. Déjela abierta.',
    'typed.kept.then': 'Después vuelva a esta página y continúe:',
    'typed.kept.goOn': 'Continuar con lo que escribí',
    'typed.kept.until': 'Se conserva durante dos horas. Una firma dibujada hay que dibujarla de nuevo.',
    'typed.large.what': 'Lo que escribió aún no se ha guardado y es demasiado largo para conservarlo aquí.',
    'typed.large.then':
      'Después vuelva a su formulario con el botón Atrás del navegador, donde sigue lo que escribió, y guárdelo allí.',
    'typed.over': 'Lo que escribió antes de que se cerrara su sesión ya no se conserva. No se cambió nada.',
    'typed.over.next':
      'Vuelva con el botón Atrás del navegador a donde lo escribió. Si todavía está allí, guárdelo desde allí.',
    'typed.tooLate':
      'Mientras tanto esto se envió o se retiró, por eso no contiene lo que escribió antes de que se cerrara su sesión.',
    'typed.tooLate.next': 'Vea cómo está ahora. Si falta algo, avise al consultorio.',
    'typed.again':
      'Su sesión se cerró, por eso esto aún no se ha guardado. Aquí está lo que escribió: guárdelo ahora para conservarlo.',
  },
)
