import { wordsIn } from '../../../platform/i18n.js'

/** Read by either side, at an address that others may read, too: no names, nothing of a record. */
export const letterWords = wordsIn(
  {
    'letter.family.age-change.subject': 'Access to a record at {{practice}} changes on {{day}}',
    'letter.family.age-change.text':
      'On {{day}} a patient of {{practice}} reaches an age at which parents and guardians may open less of the record in the patient portal, or none of it.\nYou get this message because you open that record, or because it is yours. Sign in to see what changes.\nIf it should stay as it is, please ask the practice before that day: {{phone}}',
    'letter.family.age-change.action': 'See what changes',
    'letter.family.age-change.sms': '{{practice}}: access to a record changes on {{day}}. See {{address}}',
    'letter.family.rules-change.subject': 'Access to a record at {{practice}} changes on {{day}}',
    'letter.family.rules-change.text':
      'From {{day}} on, {{practice}} goes by other ages for what parents and guardians may open of a patient’s record in the patient portal.\nYou get this message because you open a record for which that changes something, or because it is yours. Sign in to see what changes.\nIf it should stay as it is, please ask the practice before that day: {{phone}}',
    'letter.family.rules-change.action': 'See what changes',
    'letter.family.rules-change.sms': '{{practice}}: access to a record changes on {{day}}. See {{address}}',
    'letter.family.rules-now.subject': 'Access to a record at {{practice}} has changed',
    'letter.family.rules-now.text':
      'Since {{day}}, {{practice}} has gone by other ages for what parents and guardians may open of a patient’s record in the patient portal.\nYou get this message because you open a record for which that changed something, or because it is yours. Sign in to see who opens what now.\nIf you have a question about it, please call the practice: {{phone}}',
    'letter.family.rules-now.action': 'See who opens what',
    'letter.family.rules-now.sms': '{{practice}}: access to a record has changed. See {{address}}',
    'letter.family.access-ends.subject': 'Access to a record at {{practice}} ends',
    'letter.family.access-ends.text':
      'From {{day}} on, somebody’s access to a record in the patient portal of {{practice}} is over.\nYou get this message because you open that record, or because it is yours. Sign in to see which access it is.\nIf it is still needed, please ask the practice before that day: {{phone}}',
    'letter.family.access-ends.action': 'See which access ends',
    'letter.family.access-ends.sms': '{{practice}}: access to a record ends on {{day}}. See {{address}}',
    'letter.family.access-opens.subject': 'Access to a record at {{practice}} opens on {{day}}',
    'letter.family.access-opens.text':
      'On {{day}} somebody’s access to a record in the patient portal of {{practice}} opens. Until then it opens nothing.\nYou get this message because it is you who will open that record, or because it is yours. Sign in to see which access it is.\nIf that is not as you agreed with the practice, please call before that day: {{phone}}',
    'letter.family.access-opens.action': 'See which access opens',
    'letter.family.access-opens.sms': '{{practice}}: access to a record opens on {{day}}. See {{address}}',
  },
  {
    'letter.family.age-change.subject': 'El acceso a un expediente en {{practice}} cambia el {{day}}',
    'letter.family.age-change.text':
      'El {{day}} un paciente de {{practice}} llega a una edad en la que sus padres o tutores pueden abrir menos de su expediente en el portal del paciente, o nada.\nRecibe este mensaje porque usted abre ese expediente o porque es el suyo. Inicie sesión para ver qué cambia.\nSi debe quedar como está, hable con el consultorio antes de ese día: {{phone}}',
    'letter.family.age-change.action': 'Ver qué cambia',
    'letter.family.age-change.sms': '{{practice}}: el acceso a un expediente cambia el {{day}}. Vea {{address}}',
    'letter.family.rules-change.subject': 'El acceso a un expediente en {{practice}} cambia el {{day}}',
    'letter.family.rules-change.text':
      'A partir del {{day}}, {{practice}} se rige por otras edades para lo que los padres y tutores pueden abrir del expediente de un paciente en el portal del paciente.\nRecibe este mensaje porque usted abre un expediente en el que eso cambia algo, o porque es el suyo. Inicie sesión para ver qué cambia.\nSi debe quedar como está, hable con el consultorio antes de ese día: {{phone}}',
    'letter.family.rules-change.action': 'Ver qué cambia',
    'letter.family.rules-change.sms': '{{practice}}: el acceso a un expediente cambia el {{day}}. Vea {{address}}',
    'letter.family.rules-now.subject': 'El acceso a un expediente en {{practice}} cambió',
    'letter.family.rules-now.text':
      'Desde el {{day}}, {{practice}} se rige por otras edades para lo que los padres y tutores pueden abrir del expediente de un paciente en el portal del paciente.\nRecibe este mensaje porque usted abre un expediente en el que eso cambió algo, o porque es el suyo. Inicie sesión para ver quién abre qué.\nSi tiene alguna pregunta, llame al consultorio: {{phone}}',
    'letter.family.rules-now.action': 'Ver quién abre qué',
    'letter.family.rules-now.sms': '{{practice}}: el acceso a un expediente cambió. Vea {{address}}',
    'letter.family.access-ends.subject': 'Termina un acceso a un expediente en {{practice}}',
    'letter.family.access-ends.text':
      'A partir del {{day}} termina el acceso de una persona a un expediente en el portal del paciente de {{practice}}.\nRecibe este mensaje porque usted abre ese expediente o porque es el suyo. Inicie sesión para ver de qué acceso se trata.\nSi todavía hace falta, hable con el consultorio antes de ese día: {{phone}}',
    'letter.family.access-ends.action': 'Ver qué acceso termina',
    'letter.family.access-ends.sms': '{{practice}}: un acceso a un expediente termina el {{day}}. Vea {{address}}',
    'letter.family.access-opens.subject': 'El {{day}} se abre un acceso a un expediente en {{practice}}',
    'letter.family.access-opens.text':
      'El {{day}} se abre el acceso de una persona a un expediente en el portal del paciente de {{practice}}. Hasta entonces no abre nada.\nRecibe este mensaje porque será usted quien abra ese expediente o porque es el suyo. Inicie sesión para ver de qué acceso se trata.\nSi no es lo que acordó con el consultorio, llame antes de ese día: {{phone}}',
    'letter.family.access-opens.action': 'Ver qué acceso se abre',
    'letter.family.access-opens.sms': '{{practice}}: el {{day}} se abre un acceso a un expediente. Vea {{address}}',
  },
)
