import type { Fragment } from '../../../feature.js'
import type { AccountContext } from '../../../web/routes.js'

/** A part of a person's account page, of this part of the wing or of another one (accountSections.ts lists them). */
export interface AccountSection {
  /** Letters and hyphens: the section's id on the page. */
  key: string
  /** Key of words. */
  title: string
  /** What stands below the heading; undefined: nothing of it is shown. */
  show: (context: AccountContext) => Promise<Fragment | undefined>
}
