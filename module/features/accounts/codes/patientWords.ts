import { wordsIn } from '../../../platform/i18n.js'

export const patientWords = wordsIn(
  {
    'codes.typed.pin': 'PIN or access code',
    'codes.typed.pinHint':
      'Eight letters and digits, as on the sheet or in the message. Capitals and hyphens don’t matter.',
    'codes.typed.birthDate': 'Patient’s date of birth',
    'codes.typed.birthDateHint': 'Of the person whose record it is: your child’s, or your own.',
    'codes.typed.missingPin': 'Enter the PIN or the access code',
    'codes.typed.missingDate': 'Enter the patient’s date of birth',
    'codes.typed.notOpened': 'The record could not be opened',
    'codes.typed.refused':
      'This PIN and this date of birth don’t open a record. Check both: it may also have been used already, or be too old. The practice can give you a new one.',
    'codes.typed.refusedCall':
      'This PIN and this date of birth don’t open a record. Check both: it may also have been used already, or be too old. The practice can give you a new one: {{phone}}.',
    'codes.typed.tooMany':
      'There were too many tries. Wait {{minutes}} minutes and check the PIN and the date of birth meanwhile.',
    'codes.typed.emailTaken':
      'There is an account with this e-mail address already. Sign in with it, and enter the PIN then. It has not been used up.',

    'codes.join.title': 'I have a PIN from the practice',
    'codes.join.lead':
      'With the PIN you open a record: your own, or that of somebody you care for. Make an account for it; you keep it for every later PIN.',
    'codes.join.haveAccount': 'I have an account: sign in first',
    'codes.join.email': 'Your e-mail address',
    'codes.join.emailHint': 'You sign in with it. We send a link there to prove that it is yours.',
    'codes.join.badEmail': 'Enter an e-mail address such as name@example.org',
    'codes.join.password': 'Choose a password',
    'codes.join.submit': 'Make the account and open the record',
    'codes.join.inside': 'You are signed in. Enter the PIN here.',
    'codes.join.made':
      'Your account is made and the record is open. Sign in with your e-mail address and the password.',

    'codes.redeem.title': 'Open another record',
    'codes.redeem.lead':
      'With a PIN or an access code from the practice your account opens one record more. You can enter as many as you are given.',
    'codes.redeem.back': 'Back to the records',
    'codes.redeem.submit': 'Open the record',

    'codes.receipt.title': 'The record is open',
    'codes.receipt.record': 'Record',
    'codes.receipt.opens': 'You may',
    'codes.opens.full': 'see and do everything that the portal offers',
    'codes.opens.forms': 'read and fill in forms',
    'codes.opens.appointments': 'see, request and cancel visits',
    'codes.opens.appointments+forms': 'see, request and cancel visits, and read and fill in forms',
    'codes.opens.none': 'open nothing at the moment',
    'codes.receipt.next':
      'You can go on now. If your account is new, we have sent a link to your e-mail address: open it today, so that you can sign in again later. The PIN cannot be used a second time.',
    'codes.receipt.nextHost':
      'You can go on now. {{practice}} sees that the PIN was used; it cannot be used a second time.',
    'codes.receipt.closed':
      'The PIN was accepted, but at the patient’s age it opens nothing at the moment. Please ask the practice.',
    'codes.receipt.factorFirst':
      'The PIN was accepted. One thing comes first: the practice asks for a second step at sign-in from whoever opens somebody else’s record. Set it up here; then the record opens.',
    'codes.receipt.comes': 'The record opens later',
    'codes.receipt.when': 'When',
    'codes.receipt.comesNext':
      'There is nothing more to do: from that day on you find the record in your account. If your account is new, we have sent a link to your e-mail address: open it today, so that you can sign in again. The PIN cannot be used a second time.',
    'codes.receipt.comesNextHost':
      'There is nothing more to do: from that day on you find the record in your account. {{practice}} sees that the PIN was used; it cannot be used a second time.',
    'codes.receipt.open': 'Open the record',
    'codes.receipt.another': 'Enter another PIN',
  },
  {
    'codes.typed.pin': 'PIN o código de acceso',
    'codes.typed.pinHint':
      'Ocho letras y números, como en la hoja o en el mensaje. No importan las mayúsculas ni los guiones.',
    'codes.typed.birthDate': 'Fecha de nacimiento del paciente',
    'codes.typed.birthDateHint': 'De la persona dueña del expediente: la de su hijo o hija, o la suya.',
    'codes.typed.missingPin': 'Escriba el PIN o el código de acceso',
    'codes.typed.missingDate': 'Escriba la fecha de nacimiento del paciente',
    'codes.typed.notOpened': 'No se pudo abrir el expediente',
    'codes.typed.refused':
      'Este PIN y esta fecha de nacimiento no abren ningún expediente. Revise ambos: también puede que ya se haya usado o que haya vencido. El consultorio puede darle uno nuevo.',
    'codes.typed.refusedCall':
      'Este PIN y esta fecha de nacimiento no abren ningún expediente. Revise ambos: también puede que ya se haya usado o que haya vencido. El consultorio puede darle uno nuevo: {{phone}}.',
    'codes.typed.tooMany':
      'Hubo demasiados intentos. Espere {{minutes}} minutos y, mientras tanto, revise el PIN y la fecha de nacimiento.',
    'codes.typed.emailTaken':
      'Ya existe una cuenta con este correo electrónico. Inicie sesión con ella y escriba el PIN después. El PIN todavía se puede usar.',

    'codes.join.title': 'Tengo un PIN del consultorio',
    'codes.join.lead':
      'Con el PIN abre un expediente: el suyo o el de alguien a quien cuida. Cree una cuenta para ello; le servirá para todos los PIN que reciba después.',
    'codes.join.haveAccount': 'Ya tengo cuenta: iniciar sesión primero',
    'codes.join.email': 'Su correo electrónico',
    'codes.join.emailHint': 'Con él iniciará sesión. Enviaremos allí un enlace para comprobar que es suyo.',
    'codes.join.badEmail': 'Escriba un correo electrónico como nombre@example.org',
    'codes.join.password': 'Elija una contraseña',
    'codes.join.submit': 'Crear la cuenta y abrir el expediente',
    'codes.join.inside': 'Ya inició sesión. Escriba el PIN aquí.',
    'codes.join.made':
      'Su cuenta está creada y el expediente está abierto. Inicie sesión con su correo electrónico y la contraseña.',

    'codes.redeem.title': 'Abrir otro expediente',
    'codes.redeem.lead':
      'Con un PIN o un código de acceso del consultorio, su cuenta abre un expediente más. Puede usar todos los que le den.',
    'codes.redeem.back': 'Volver a los expedientes',
    'codes.redeem.submit': 'Abrir el expediente',

    'codes.receipt.title': 'El expediente está abierto',
    'codes.receipt.record': 'Expediente',
    'codes.receipt.opens': 'Usted puede',
    'codes.opens.full': 'ver y hacer todo lo que ofrece el portal',
    'codes.opens.forms': 'leer y llenar formularios',
    'codes.opens.appointments': 'ver, pedir y cancelar citas',
    'codes.opens.appointments+forms': 'ver, pedir y cancelar citas, y leer y llenar formularios',
    'codes.opens.none': 'nada por ahora',
    'codes.receipt.next':
      'Ya puede continuar. Si su cuenta es nueva, enviamos un enlace a su correo electrónico: ábralo hoy para poder iniciar sesión más adelante. El PIN no se puede usar otra vez.',
    'codes.receipt.nextHost': 'Ya puede continuar. {{practice}} verá que se usó el PIN; no se puede usar otra vez.',
    'codes.receipt.closed':
      'El PIN se aceptó, pero a la edad del paciente no abre nada por ahora. Consulte al consultorio.',
    'codes.receipt.factorFirst':
      'El PIN se aceptó. Antes falta una cosa: el consultorio pide un segundo paso al iniciar sesión a quien abre el expediente de otra persona. Configúrelo aquí; después se abre el expediente.',
    'codes.receipt.comes': 'El expediente se abre más adelante',
    'codes.receipt.when': 'Cuándo',
    'codes.receipt.comesNext':
      'No tiene que hacer nada más: desde ese día encontrará el expediente en su cuenta. Si su cuenta es nueva, enviamos un enlace a su correo electrónico: ábralo hoy para poder iniciar sesión más adelante. El PIN no se puede usar otra vez.',
    'codes.receipt.comesNextHost':
      'No tiene que hacer nada más: desde ese día encontrará el expediente en su cuenta. {{practice}} verá que se usó el PIN; no se puede usar otra vez.',
    'codes.receipt.open': 'Abrir el expediente',
    'codes.receipt.another': 'Usar otro PIN',
  },
)
