import { wordsIn } from '../../platform/i18n.js'

export const words = wordsIn(
  {
    'signIn.mustChange':
      'The practice made this password for you, and it must be replaced first. Please call the practice to set your own.',
    'records.born': 'born {{day}}',
  },
  {
    'signIn.mustChange':
      'El consultorio creó esta contraseña y primero hay que cambiarla. Llame al consultorio para definir la suya.',
    'records.born': 'nacimiento: {{day}}',
  },
)
