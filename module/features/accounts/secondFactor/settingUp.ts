/** What stands on the page that sets a second factor up: at the door, and inside. */
import { creationOptions } from '../../../access/passkeyCeremonies.js'
import type { Portal } from '../../../access/portal.js'
import { newTotpSecret, totpAddress } from '../../../access/totp.js'
import { seal, unseal } from '../../../platform/sealed.js'
import { qrPath, type QrPath } from '../../../web/qrCode.js'
import type { Holder } from './holder.js'

/** View: /accounts/secondFactor/app. */
export interface AppPage {
  qr: QrPath
  /** To be typed where a camera can't read: groups of four. */
  key: string
  /** Goes along with the code, so that nothing is kept before it was right. */
  sealed: string
  codeError?: string
}

const MINUTES = 30

interface Sealed {
  secret: string
  until: number
}

/** A new secret, or the one that was shown before (`sealed`): the app may have read it already. */
export function appPage(portal: Portal, holder: Holder, sealed?: string): AppPage {
  const before = sealed === undefined ? undefined : sealedSecret(portal, holder, sealed)
  const secret = before ?? newTotpSecret()
  const until = portal.clock.now().plus({ minutes: MINUTES }).toMillis()
  const address = totpAddress({ issuer: portal.practice().name, label: holder.label, secret })
  return {
    qr: qrPath(address),
    key: (secret.match(/.{1,4}/g) ?? []).join(' '),
    sealed:
      before === undefined || sealed === undefined
        ? seal(portal.secret, purposeOf(holder), JSON.stringify({ secret, until } satisfies Sealed))
        : sealed,
  }
}

/** Undefined: not made for this person, or half an hour old. */
export function sealedSecret({ clock, secret: key }: Portal, holder: Holder, sealed: string): string | undefined {
  const text = unseal(key, purposeOf(holder), sealed)
  if (text === undefined) return undefined
  const { secret, until } = JSON.parse(text) as Sealed
  return until > clock.now().toMillis() ? secret : undefined
}

function purposeOf({ owner }: Holder): string {
  return `totp-set-up:${owner}`
}

/** View: /accounts/secondFactor/new-passkey. */
export interface NewPasskeyPage {
  /** For the browser, as JSON. */
  options: string
  name: string
  error?: string
}

/**
 * Undefined: browsers would offer none at this address; or the account's e-mail is not proved, and a passkey would open
 * for good what may turn out to be somebody else's.
 */
export async function newPasskeyPage(
  portal: Portal,
  holder: Holder,
  name: string,
): Promise<NewPasskeyPage | undefined> {
  if (holder.unproved) return undefined
  const options = await creationOptions(portal, holder.owner, { name: holder.name, label: holder.label })
  return options === undefined ? undefined : { options, name }
}
