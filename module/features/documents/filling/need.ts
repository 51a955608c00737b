import type { Need } from '../../../feature.js'
import { returnedBehind } from '../../../host/reads/filledDocuments.js'

/**
 * Documents that staff returned and that stand behind another: a later round was begun since, or their template was taken
 * back. Those that are asked for now stand on the home by themselves (homeCard.ts).
 */
export const returnedNeed: Need = {
  key: 'returnedDocuments',
  permission: 'documents:fill',
  counting: returnedBehind,
  icon: 'file-earmark-text',
  line: ({ here, t }, { count, name }) => ({
    text: t('filling.need', { count, name }),
    action: t('filling.need.action'),
    to: here('/documents/asked'),
  }),
}
