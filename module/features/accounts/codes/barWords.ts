import { wordsIn } from '../../../platform/i18n.js'

/** Of a code that is for somebody else than the one who lost the access, and is called or reached alike. */
export const barWords = wordsIn(
  {
    'codes.bars.title': 'Somebody lost the access to this record',
    'codes.bars.lead':
      'Whoever has the same name or e-mail address is taken for them and kept out, also with this code. If it is for somebody else, say so.',
    'codes.bars.whom': 'It is for somebody else than',
    'codes.bars.one': '{{name}}: revoked on {{day}} by {{who}} ({{why}})',
    'codes.bars.submit': 'Let this code through',
    'codes.bars.missing': 'Tick of whom you know that it is somebody else.',
    'codes.bars.givenBack': 'That access was given back meanwhile, so that nobody is kept out for it. Look again.',
    'codes.bars.done': 'The code is for somebody else: the name and the address keep nobody out any more.',
    'codes.bars.fact': 'For somebody else',
    'codes.bars.factText': 'than {{name}}, who lost the access: {{by}}, {{when}}',
    'codes.refused.barred':
      'The access of somebody of this name to the record of {{name}} was revoked on {{day}} by {{who}}: {{why}}. If it is the same person, lift that first where it no longer holds. If it is somebody else, tick that and issue it all the same.',
    'codes.refused.despite': 'I have made sure: it is somebody else of the same name',
    'codes.refused.despiteEach': 'I have made sure: it is somebody else of the same name (revocation {{number}})',
    'codes.tries.barred':
      'Refused: whoever this is has the account, the name or the e-mail address of somebody who lost the access',
  },
  {
    'codes.bars.title': 'A alguien se le retiró el acceso a este expediente',
    'codes.bars.lead':
      'Quien tiene el mismo nombre o correo electrónico se toma por esa persona y no entra, tampoco con este código. Si es para otra persona, indíquelo.',
    'codes.bars.whom': 'Es para otra persona, no para',
    'codes.bars.one': '{{name}}: se le retiró el {{day}} ({{who}}: {{why}})',
    'codes.bars.submit': 'Dejar pasar este código',
    'codes.bars.missing': 'Marque de quién sabe que es otra persona.',
    'codes.bars.givenBack': 'Mientras tanto se devolvió ese acceso y ya no impide entrar a nadie. Mire de nuevo.',
    'codes.bars.done': 'El código es para otra persona: el nombre y el correo ya no impiden entrar.',
    'codes.bars.fact': 'Para otra persona',
    'codes.bars.factText': 'no para {{name}}, a quien se le retiró el acceso: {{by}}, {{when}}',
    'codes.refused.barred':
      'A alguien con este nombre se le retiró el {{day}} el acceso al expediente de {{name}} ({{who}}: {{why}}). Si es la misma persona, devuélvale primero el acceso si corresponde. Si es otra, márquelo y emítalo de todos modos.',
    'codes.refused.despite': 'Me he asegurado: es otra persona con el mismo nombre',
    'codes.refused.despiteEach': 'Me he asegurado: es otra persona con el mismo nombre (retirada {{number}})',
    'codes.tries.barred':
      'Rechazado: tiene la cuenta, el nombre o el correo electrónico de alguien a quien se le retiró el acceso',
  },
)
