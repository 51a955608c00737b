import { wordsIn } from '../../platform/i18n.js'

export const words = wordsIn(
  {
    'home.title': 'Home',
    'home.hello': 'Hello, {{name}}',
    'home.ofOther': 'The record of {{name}}',
    'home.nothingWaits': 'Nothing is waiting for you.',
    'home.unlinked': 'Your account isn’t linked to a chart yet',
    'home.unlinkedText': 'Ask the practice to link it. After that your appointments and your record appear here.',
  },
  {
    'home.title': 'Inicio',
    'home.hello': 'Hola, {{name}}',
    'home.ofOther': 'El expediente de {{name}}',
    'home.nothingWaits': 'No hay nada pendiente para usted.',
    'home.unlinked': 'Su cuenta todavía no está vinculada a un expediente',
    'home.unlinkedText': 'Pida al consultorio que la vincule. Después, sus citas y su expediente aparecerán aquí.',
  },
)
