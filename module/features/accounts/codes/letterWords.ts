import { wordsIn } from '../../../platform/i18n.js'

export const letterWords = wordsIn(
  {
    'letter.code.welcome.subject': 'Your way into the patient portal of {{practice}}',
    'letter.code.welcome.text':
      '{{practice}} invites you to its patient portal.\nYour PIN: {{pin}}\nOpen the link below. It asks for the PIN and for the patient’s date of birth, and for an e-mail address and a password of your own if you have no account yet.\nThe PIN is for you alone, opens one record once, and can be used until {{until}}.{{opens}}\nIf you did not ask for this, please call the practice.',
    'letter.code.welcome.action': 'Enter the PIN',
    'letter.code.welcome.sms':
      '{{practice}}: your PIN for the patient portal is {{pin}}, until {{until}}. Enter it here together with the patient’s date of birth: {{address}}',
  },
  {
    'letter.code.welcome.subject': 'Su entrada al portal del paciente de {{practice}}',
    'letter.code.welcome.text':
      '{{practice}} le invita a su portal del paciente.\nSu PIN: {{pin}}\nAbra el enlace de abajo. Le pedirá el PIN y la fecha de nacimiento del paciente y, si aún no tiene cuenta, un correo electrónico y una contraseña propia.\nEl PIN es solo para usted, abre un expediente una sola vez y se puede usar hasta el {{until}}.{{opens}}\nSi usted no lo pidió, llame al consultorio.',
    'letter.code.welcome.action': 'Escribir el PIN',
    'letter.code.welcome.sms':
      '{{practice}}: su PIN para el portal del paciente es {{pin}}, hasta el {{until}}. Escríbalo aquí con la fecha de nacimiento del paciente: {{address}}',
  },
)
