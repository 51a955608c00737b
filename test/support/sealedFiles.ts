import { createHash } from 'node:crypto'

/**
 * What the openssl command line (3.0.19) makes of a text, in the host's format (facts §6.6):
 *
 *   A=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
 *   B=202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f
 *   IV=f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
 *   printf 'The quick brown fox.\nFiled by the practice, page 1 of 1.\n' > plain
 *   { printf $IV | xxd -r -p; openssl enc -aes-256-cbc -K $A -iv $IV -in plain; } > body
 *   openssl dgst -sha384 -mac HMAC -macopt hexkey:$B -binary body > mac      (versions 2 and 3: -sha256; 1: none)
 *   printf 006; cat mac body | openssl base64 -A
 *   openssl dgst -sha3-512 plain
 */
export const cipherKey = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')
export const macKey = Buffer.from('202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f', 'hex')

const with384 =
  'DpzyroCK9wVrNvbbvKE/jdR2JOBEzUC+Fo26goBfnP9VogopWJ4tY/ZLwLzIlRt58PHy8/T19vf4+fr7/P3+/4T0dPNaMJCoKq6Efv9yirJkhgsm2ExkMemgk2QCRVKLZSHASZAUeS23Vic4kWX10mnw22atSykOBhozcFfix8w='
const with256 =
  'nLOEddn19+1Gj278s+r+NygFyThlrj4n1UJHXzFpFIXw8fLz9PX29/j5+vv8/f7/hPR081owkKgqroR+/3KKsmSGCybYTGQx6aCTZAJFUotlIcBJkBR5LbdWJziRZfXSafDbZq1LKQ4GGjNwV+LHzA=='
const withNone =
  '8PHy8/T19vf4+fr7/P3+/4T0dPNaMJCoKq6Efv9yirJkhgsm2ExkMemgk2QCRVKLZSHASZAUeS23Vic4kWX10mnw22atSykOBhozcFfix8w='

export const sealedByOpenssl = {
  plain: 'The quick brown fox.\nFiled by the practice, page 1 of 1.\n',
  sha3: '56f10e71a479f494c6ed1046ce9a24a4fc2a024c34503b9853087663c755e6515c231fb9fb743ad8b94903e627e34056f7b70e593d71aa44ef82c5b37ea5655e',
  six: `006${with384}`,
  versions: {
    1: `001${withNone}`,
    2: `002${with256}`,
    3: `003${with256}`,
    4: `004${with384}`,
    5: `005${with384}`,
    6: `006${with384}`,
    7: `007${with384}`,
  },
  /** Two whole blocks, so that the padding is a block of its own: `printf 0123456789abcdef0123456789abcdef`. */
  wholeBlocks: {
    plain: '0123456789abcdef0123456789abcdef',
    seven:
      '007PZfOiMpItnsLE5prxGX8xV5w6pZd6In1zHFwSdy8xYidpsul4sD2ljkNUS63QRxO8PHy8/T19vf4+fr7/P3+/82VEUbMdARqVsk6MOSnzVBDgrDPsrHc/r65kUeZ5uMr32QOTQ0APkoPm6c0rPdRUg==',
  },
}

/** As the host sums a file: hex SHA3-512 of its plain bytes. */
export function sha3(content: Buffer | string): string {
  return createHash('sha3-512').update(content).digest('hex')
}
