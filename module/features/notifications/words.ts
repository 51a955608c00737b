import { wordsIn } from '../../platform/i18n.js'

export const words = wordsIn(
  {
    'letter.noReply': 'This message was sent by a machine. Please call the practice instead of answering it.',
  },
  {
    'letter.noReply': 'Este mensaje lo envió un sistema automático. Llame al consultorio en lugar de responderlo.',
  },
)
