import { wordsIn } from '../../../platform/i18n.js'

export const patientWords = wordsIn(
  {
    'families.account.title': 'Family',
    'families.account.opened': 'What you open',
    'families.account.none': 'You open no record yet. A PIN or an access code of the practice opens one.',
    'families.account.addRecord': 'Enter a PIN or an access code',
    'families.account.opensOn': 'Opens on {{day}}',
    'families.account.narrowed': 'Less than before, since the patient is an adolescent.',
    'families.account.closed': 'No longer open',
    'families.account.closed.adult': 'The patient is of age. What you may open now is theirs to say, at the practice.',
    'families.account.closed.adolescent': 'The patient is an adolescent: at this practice parents open nothing then.',
    'families.account.closed.other': 'Your access has ended.',
    'families.account.openers': 'Who opens my record',
    'families.account.openersNone': 'Nobody but you.',
    'families.account.opens': 'may open {{extent}}',
    'families.account.ask': 'To change who opens your record, or what you open, ask the practice.',
    'families.account.askPhone': 'To change who opens your record, or what you open, ask the practice: {{phone}}',

    'families.coming.title': 'Access changes',
    'families.coming.mine.less': 'From {{day}} on you open {{extent}} of this record.',
    'families.coming.mine.over': 'From {{day}} on you no longer open this record.',
    'families.coming.theirs.less': 'From {{day}} on {{name}} opens {{extent}} of your record.',
    'families.coming.theirs.over': 'From {{day}} on {{name}} no longer opens your record.',
    'families.coming.why.adolescent': 'At that age the practice lets patients have more to themselves.',
    'families.coming.why.adult': 'The patient comes of age that day.',
    'families.coming.why.rules': 'The practice goes by other ages from then on.',
    'families.coming.why.ended': 'It was given until then. If it is still needed, ask the practice.',
    'families.coming.more': 'See who opens what',
  },
  {
    'families.account.title': 'Familia',
    'families.account.opened': 'Qué abre usted',
    'families.account.none':
      'Todavía no abre ningún expediente. Un PIN o un código de acceso del consultorio abre uno.',
    'families.account.addRecord': 'Usar un PIN o un código de acceso',
    'families.account.opensOn': 'Se abre el {{day}}',
    'families.account.narrowed': 'Menos que antes, porque el paciente es adolescente.',
    'families.account.closed': 'Ya no se abren',
    'families.account.closed.adult':
      'El paciente es mayor de edad. Lo que usted pueda abrir ahora lo decide esa persona con el consultorio.',
    'families.account.closed.adolescent':
      'El paciente es adolescente: en este consultorio los padres ya no abren nada entonces.',
    'families.account.closed.other': 'Su acceso terminó.',
    'families.account.openers': 'Quién abre mi expediente',
    'families.account.openersNone': 'Nadie más que usted.',
    'families.account.opens': 'puede abrir {{extent}}',
    'families.account.ask': 'Para cambiar quién abre su expediente, o lo que usted abre, hable con el consultorio.',
    'families.account.askPhone':
      'Para cambiar quién abre su expediente, o lo que usted abre, hable con el consultorio: {{phone}}',

    'families.coming.title': 'Cambios de acceso',
    'families.coming.mine.less': 'A partir del {{day}} usted abre {{extent}} de este expediente.',
    'families.coming.mine.over': 'A partir del {{day}} usted ya no abre este expediente.',
    'families.coming.theirs.less': 'A partir del {{day}} {{name}} abre {{extent}} de su expediente.',
    'families.coming.theirs.over': 'A partir del {{day}} {{name}} ya no abre su expediente.',
    'families.coming.why.adolescent': 'A esa edad el consultorio deja a los pacientes más privacidad.',
    'families.coming.why.adult': 'Ese día el paciente llega a la mayoría de edad.',
    'families.coming.why.rules': 'Desde entonces el consultorio se rige por otras edades.',
    'families.coming.why.ended': 'Se dio hasta entonces. Si todavía hace falta, hable con el consultorio.',
    'families.coming.more': 'Ver quién abre qué',
  },
)
