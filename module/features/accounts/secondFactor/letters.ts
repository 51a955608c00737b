import type { LetterKind } from '../../../feature.js'

/** To whoever signs in with it, at each change: an account's holder, or somebody of the staff. */
export const letters: readonly LetterKind[] = [
  {
    kind: 'account.second-factor-changed',
    values: (_portal, { facts }, t) => ({
      path: facts['audience'] === 'staff' ? '/staff/portal/account' : '/portal/account/second-factor',
      values: { what: t(`second.changed.${String(facts['what'])}`) },
    }),
  },
]
