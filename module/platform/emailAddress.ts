/**
 * An address outside that a mail server will look at: one @, a domain with a dot, no spaces, no signs that a header
 * could be built of, no longer than SMTP takes (RFC 5321, 4.5.3.1.3).
 */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\.]+(\.[^\s@<>,;:"()[\]\\.]+)+$/.test(text)
}

/** The same, or one of the practice's own network: `portal@localhost`. For addresses that the practice set itself. */
export function isMailbox(text: string): boolean {
  return isEmailAddress(text) || /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\.]+$/.test(text)
}
