import { wordsIn } from '../../platform/i18n.js'

export const words = wordsIn(
  {
    'home.title': 'Home',
    'home.hello': 'Hello, {{name}}',
    'home.ofOther': 'The record of {{name}}',
    'home.needs': 'For you to do',
    'home.nothingWaits': 'Nothing is waiting for you.',
    'home.unlinked': 'Your account isn’t linked to a chart yet',
    'home.unlinkedText':
      'Ask the practice to link it: then your record appears here. What you request until then is kept, and linked with it.',
  },
  {
    'home.title': 'Inicio',
    'home.hello': 'Hola, {{name}}',
    'home.ofOther': 'El expediente de {{name}}',
    'home.needs': 'Lo que le toca',
    'home.nothingWaits': 'No hay nada pendiente para usted.',
    'home.unlinked': 'Su cuenta todavía no está vinculada a un expediente',
    'home.unlinkedText':
      'Pida al consultorio que la vincule: entonces su expediente aparecerá aquí. Lo que solicite hasta entonces se conserva y se vincula con él.',
  },
)
