/**
 * Browsers that somebody has signed in with before. Each keeps a cookie that says so of each account, and has tries of
 * its own: whoever tries passwords elsewhere cannot keep an account's owner out of the browser they always use.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../platform/clock.js'
import { isOpaqueId, opaqueId } from '../platform/ids.js'
import type { Portal } from './portal.js'

/** Days for which a browser is known after a sign-in. */
export const DEVICE_DAYS = 180

const DAY_SECONDS = 24 * 60 * 60
/** A browser that a family shares. */
const MOST_ACCOUNTS = 8

type Keyed = Pick<Portal, 'secret' | 'clock'>

/** What a browser keeps of one account: which browser, since when (seconds of the epoch), and our word for it. */
interface Mark {
  device: string
  since: number
  word: string
}

/**
 * The browser's own id where it has been signed in with before as one of these targets (`account:patient:7`), else
 * undefined. The cookie names nobody: it is only known for whom it was made by trying the target.
 */
export function knownDevice(portal: Keyed, cookie: string | undefined, targets: readonly string[]): string | undefined {
  return marksIn(portal.clock, cookie).find((mark) => targets.some((target) => isOurWord(portal, mark, target)))?.device
}

/** The cookie after a sign-in as these targets: what it said of others stays. */
export function rememberDevice(portal: Keyed, cookie: string | undefined, targets: readonly string[]): string {
  const before = marksIn(portal.clock, cookie)
  const others = before.filter((mark) => !targets.some((target) => isOurWord(portal, mark, target)))
  const device = before[0]?.device ?? opaqueId()
  const since = secondsOf(portal.clock)
  const fresh = targets.map((target) => ({ device, since, word: wordOf(portal, device, since, target) }))
  return [...fresh, ...others].slice(0, MOST_ACCOUNTS).map(written).join('~')
}

function written({ device, since, word }: Mark): string {
  return `${device}.${String(since)}.${word}`
}

function marksIn(clock: Clock, cookie: string | undefined): Mark[] {
  const now = secondsOf(clock)
  return (cookie ?? '').split('~', MOST_ACCOUNTS).flatMap((text) => {
    const [device = '', since = '', word = ''] = text.split('.')
    const isFresh = /^\d{10}$/.test(since) && Number(since) > now - DEVICE_DAYS * DAY_SECONDS
    return isFresh && isOpaqueId(device) ? [{ device, since: Number(since), word }] : []
  })
}

function isOurWord(portal: Keyed, { device, since, word }: Mark, target: string): boolean {
  const ours = Buffer.from(wordOf(portal, device, since, target))
  const given = Buffer.from(word)
  return ours.length === given.length && timingSafeEqual(ours, given)
}

function wordOf({ secret }: Keyed, device: string, since: number, target: string): string {
  return createHmac('sha256', secret)
    .update(`device:${device}:${String(since)}:${target}`)
    .digest('base64url')
    .slice(0, 22)
}

function secondsOf(clock: Clock): number {
  return Math.trunc(clock.now().toSeconds())
}

const browsers = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const

const systems = [
  [/\b(iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'Chromebook'],
  [/\bMac OS X\b|\bMacintosh\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
] as const

/** "Firefox, Windows": what its owner would call it. '' where the browser does not tell. */
export function deviceName(userAgent: string | undefined): string {
  const named = (names: readonly (readonly [RegExp, string])[]) =>
    names.find(([sign]) => sign.test(userAgent ?? ''))?.[1]
  return [named(browsers), named(systems)].filter((part) => part !== undefined).join(', ')
}
