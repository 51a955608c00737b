import { availableParallelism } from 'node:os'
import { expect } from 'chai'
import { performance } from 'node:perf_hooks'
import {
  hashHostPassword,
  hashSettings,
  needsRehash,
  PasswordNotHashable,
  verifyHostPassword,
  verifyInEqualTime,
} from '../../module/host/php/passwords.js'
import type { HashSettings } from '../../module/host/php/passwords.js'
import { sha512crypt } from '../../module/host/php/sha512.js'
import { TooManyWaiting, turnstile } from '../../module/host/php/turnstile.js'

const quickBcrypt: HashSettings = { algorithm: 'bcrypt', cost: 4, exact: true }
const quickArgon: HashSettings = { algorithm: 'argon2id', memory: 1024, time: 1, threads: 1 }
const quickSha512: HashSettings = { algorithm: 'sha512', rounds: 1000 }

/** Published: the PHP manual, the vectors of crypt_blowfish, the reference argon2 and the specification of SHA-crypt. */
const published: [string, string, string][] = [
  ['bcrypt $2y$ of PHP', 'rasmuslerdorf', '$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a'],
  ['bcrypt $2a$ of PHP', 'rasmuslerdorf', '$2a$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi'],
  ['bcrypt $2a$', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt $2b$', 'U*U', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  [
    'argon2i of PHP',
    'rasmuslerdorf',
    '$argon2i$v=19$m=1024,t=2,p=2$YzJBSzV4TUhkMzc3d3laeg$zqU/1IN0/AogfP4cmSJI1vc8lpXRW9/S0sYY2i2jHT0',
  ],
  ['argon2id', 'password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  [
    'sha512 of 10,000 rounds',
    'Hello world!',
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
  [
    'sha512 of a long password',
    'a very much longer text to encrypt.  This one even stretches over morethan one line.',
    '$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1',
  ],
  [
    'sha512 of 5,000 rounds',
    'This is just a test',
    '$6$rounds=5000$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0',
  ],
]

describe("the host's passwords", () => {
  describe('verify against', () => {
    for (const [what, password, hash] of published) {
      it(`${what}, and no other password does`, async () => {
        expect(await verifyHostPassword(password, hash)).to.equal(true)
        expect(await verifyHostPassword(`${password} `, hash)).to.equal(false)
        expect(await verifyHostPassword(password.toUpperCase(), hash)).to.equal(password.toUpperCase() === password)
      })
    }

    it('a hash made before 5.0 with 21 characters of salt', async () => {
      // The same salt, whose last byte is zero, written as PHP kept it: with the character it had been given at 27.
      const regular = '$2a$05$CCCCCCCCCCCCCCCCCCCC..'
      const made = (await import('@node-rs/bcrypt')).hashSync('pass', 5, saltBytes(regular.slice(7)))
      const kept = `$2a$05$CCCCCCCCCCCCCCCCCCCCC.${made.slice(29)}`
      expect(made.slice(7, 29)).to.equal(regular.slice(7))
      expect(await verifyHostPassword('pass', kept)).to.equal(true)
      expect(await verifyHostPassword('Pass', kept)).to.equal(false)
      expect(await verifyHostPassword('pass', kept.replace('$05$', '$06$'))).to.equal(false)
    })
  })

  describe('never verify', () => {
    const bcrypt = '$2a$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi'
    const stored: [string, string | null | undefined][] = [
      ['nothing', undefined],
      ['NULL', null],
      ['an empty hash', ''],
      ["the users table's NoLongerUsed", 'NoLongerUsed'],
      ['the password itself', 'rasmuslerdorf'],
      ['an MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
      ['a cut bcrypt', bcrypt.slice(0, -1)],
      ['a bcrypt that goes on', `${bcrypt}a`],
      ['a bcrypt of an impossible cost', bcrypt.replace('$07$', '$03$')],
      ['a bcrypt that would take hours', bcrypt.replace('$07$', '$31$')],
      ['an argon2 without parameters', '$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$CTFhFdXPJO1a'],
      ['a sha512 that would take hours', `$6$rounds=999999999$saltstringsaltst$${'a'.repeat(86)}`],
      ['a sha512 of too few rounds', `$6$rounds=10$saltstringsaltst$${'a'.repeat(86)}`],
      ['a sha512 without its salt', `$6$rounds=10000$${'a'.repeat(86)}`],
    ]
    for (const [what, hash] of stored) {
      it(`against ${what}`, async () => expect(await verifyHostPassword('rasmuslerdorf', hash)).to.equal(false))
    }

    it('when empty, even against the hash of an empty one', async () => {
      const ofEmpty = await sha512crypt('', '$6$rounds=1000$saltstringsaltst')
      expect(await verifyHostPassword('', ofEmpty)).to.equal(false)
    })

    it('when a null byte hides the rest', async () => {
      expect(await verifyHostPassword('rasmuslerdorf\0', bcrypt)).to.equal(false)
    })

    it('when longer than any password', async () => {
      const long = 'x'.repeat(5000)
      expect(await verifyHostPassword(long, await sha512crypt(long, '$6$rounds=1000$saltstringsaltst'))).to.equal(false)
    })
  })

  describe('are hashed', () => {
    const forms: [HashSettings, RegExp][] = [
      [quickBcrypt, /^\$2y\$04\$[./0-9A-Za-z]{53}$/],
      [quickArgon, /^\$argon2id\$v=19\$m=1024,t=1,p=1\$[+/0-9A-Za-z]{22}\$[+/0-9A-Za-z]{43}$/],
      [{ ...quickArgon, algorithm: 'argon2i', threads: 2 }, /^\$argon2i\$v=19\$m=1024,t=1,p=2\$/],
      [quickSha512, /^\$6\$rounds=1000\$[0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/],
    ]
    for (const [settings, form] of forms) {
      it(`by ${settings.algorithm} in the form that PHP reads, with a new salt each time`, async () => {
        const [hash, another] = await Promise.all([
          hashHostPassword('pässword 1', settings),
          hashHostPassword('pässword 1', settings),
        ])
        expect(hash).to.match(form).and.not.equal(another)
        expect(await verifyHostPassword('pässword 1', hash)).to.equal(true)
        expect(await verifyHostPassword('password 1', hash)).to.equal(false)
        expect(needsRehash(hash, settings)).to.equal(false)
      })
    }

    const refused: [string, string, HashSettings, string][] = [
      ['an empty password', '', quickArgon, 'empty'],
      ['one with a null byte', 'a\0b', quickArgon, 'null-byte'],
      ['73 bytes by bcrypt', 'x'.repeat(73), quickBcrypt, 'too-long'],
      ['37 two-byte characters by bcrypt', 'é'.repeat(37), quickBcrypt, 'too-long'],
      ['5,000 by argon2', 'x'.repeat(5000), quickArgon, 'too-long'],
    ]
    for (const [what, password, settings, reason] of refused) {
      it(`but not ${what}`, async () => {
        const refusal = await hashHostPassword(password, settings).catch((error: unknown) => error)
        expect(refusal).to.be.instanceOf(PasswordNotHashable).with.property('reason', reason)
      })
    }

    it('up to 72 bytes by bcrypt, and more by argon2', async () => {
      const longest = 'é'.repeat(36)
      expect(await verifyHostPassword(longest, await hashHostPassword(longest, quickBcrypt))).to.equal(true)
      const longer = 'x'.repeat(100)
      const hash = await hashHostPassword(longer, quickArgon)
      expect(await verifyHostPassword(longer, hash)).to.equal(true)
      expect(await verifyHostPassword(longer.slice(1), hash)).to.equal(false)
    })
  })

  describe("are hashed by the host's globals", () => {
    const settings = (globals: Record<string, string>): HashSettings => hashSettings(new Map(Object.entries(globals)))
    const examples: [string, Record<string, string>, HashSettings][] = [
      ['none: the default of PHP', {}, { algorithm: 'bcrypt', cost: 10, exact: false }],
      [
        'DEFAULT, whatever cost stands beside it',
        { gbl_auth_hash_algo: 'DEFAULT', gbl_auth_bcrypt_hash_cost: '12' },
        { algorithm: 'bcrypt', cost: 10, exact: false },
      ],
      [
        'bcrypt with the default cost',
        { gbl_auth_hash_algo: 'BCRYPT', gbl_auth_bcrypt_hash_cost: 'DEFAULT' },
        { algorithm: 'bcrypt', cost: 10, exact: false },
      ],
      [
        'bcrypt with a cost',
        { gbl_auth_hash_algo: 'BCRYPT', gbl_auth_bcrypt_hash_cost: '12' },
        { algorithm: 'bcrypt', cost: 12, exact: true },
      ],
      [
        'bcrypt with a senseless cost',
        { gbl_auth_hash_algo: 'BCRYPT', gbl_auth_bcrypt_hash_cost: '99' },
        { algorithm: 'bcrypt', cost: 10, exact: false },
      ],
      [
        'argon2id by default',
        { gbl_auth_hash_algo: 'ARGON2ID', gbl_auth_argon_hash_memory_cost: 'DEFAULT' },
        { algorithm: 'argon2id', memory: 65_536, time: 4, threads: 1 },
      ],
      [
        'argon2i with costs',
        {
          gbl_auth_hash_algo: 'ARGON2I',
          gbl_auth_argon_hash_memory_cost: '16384',
          gbl_auth_argon_hash_time_cost: '3',
          gbl_auth_argon_hash_thread_cost: '2',
        },
        { algorithm: 'argon2i', memory: 16_384, time: 3, threads: 2 },
      ],
      ['sha512 by default', { gbl_auth_hash_algo: 'SHA512HASH' }, { algorithm: 'sha512', rounds: 100_000 }],
      [
        'sha512 with rounds',
        { gbl_auth_hash_algo: 'SHA512HASH', gbl_auth_sha512_rounds: '200000' },
        { algorithm: 'sha512', rounds: 200_000 },
      ],
      [
        'sha512 with no number',
        { gbl_auth_hash_algo: 'SHA512HASH', gbl_auth_sha512_rounds: '' },
        { algorithm: 'sha512', rounds: 100_000 },
      ],
      ['an unknown algorithm', { gbl_auth_hash_algo: 'ROT13' }, { algorithm: 'bcrypt', cost: 10, exact: false }],
    ]
    for (const [what, globals, expected] of examples) {
      it(what, () => expect(settings(globals)).to.deep.equal(expected))
    }
  })

  describe('are hashed anew', () => {
    const y10 = '$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a'
    const y12 = y10.replace('$10$', '$12$')
    const argon = '$argon2i$v=19$m=1024,t=2,p=2$YzJBSzV4TUhkMzc3d3laeg$zqU/1IN0/AogfP4cmSJI1vc8lpXRW9/S0sYY2i2jHT0'
    const sha = `$6$rounds=10000$saltstringsaltst$${'a'.repeat(86)}`
    const byDefault: HashSettings = { algorithm: 'bcrypt', cost: 10, exact: false }
    const argonI: HashSettings = { algorithm: 'argon2i', memory: 1024, time: 2, threads: 2 }
    const examples: [string, string, HashSettings, boolean][] = [
      ['not when the cost is the default', y10, byDefault, false],
      ['not when a newer PHP has a higher default', y12, byDefault, false],
      ['when the cost is below the default', y10.replace('$10$', '$08$'), byDefault, true],
      ['when another cost is wanted', y12, { ...byDefault, exact: true }, true],
      ['when bcrypt is of before $2y$', y10.replace('$2y$', '$2a$'), byDefault, true],
      ['when argon2 is to become bcrypt', argon, byDefault, true],
      ['when sha512 is to become bcrypt', sha, byDefault, true],
      ['not when argon2 is as wanted', argon, argonI, false],
      ['when argon2i is to become argon2id', argon, { ...argonI, algorithm: 'argon2id' }, true],
      ['when argon2 is to take more memory', argon, { ...argonI, memory: 2048 }, true],
      ['when argon2 is to take more time', argon, { ...argonI, time: 3 }, true],
      ['when argon2 is to take fewer threads', argon, { ...argonI, threads: 1 }, true],
      ['when bcrypt is to become argon2', y10, argonI, true],
      ['not when sha512 has the rounds', sha, { algorithm: 'sha512', rounds: 10_000 }, false],
      ['when sha512 is to have others', sha, { algorithm: 'sha512', rounds: 100_000 }, true],
      ['when bcrypt is to become sha512', y10, { algorithm: 'sha512', rounds: 10_000 }, true],
    ]
    for (const [when, stored, settings, expected] of examples) {
      it(when, () => expect(needsRehash(stored, settings)).to.equal(expected))
    }
  })

  describe('keep the portal answering', () => {
    for (const settings of [
      { algorithm: 'sha512', rounds: 100_000 },
      { algorithm: 'bcrypt', cost: 11, exact: true },
      { algorithm: 'argon2id', memory: 65_536, time: 4, threads: 1 },
    ] satisfies HashSettings[]) {
      it(`while ${settings.algorithm} works`, async () => {
        let ticks = 0
        const ticking = setInterval(() => (ticks += 1), 5)
        const { idle: before } = performance.eventLoopUtilization()
        await hashHostPassword('a password', settings).finally(() => clearInterval(ticking))
        const { idle: after } = performance.eventLoopUtilization()
        // On the event loop there would be none, and no idle time.
        expect(ticks).to.be.greaterThan(5)
        expect(after - before).to.be.greaterThan(20)
      })
    }

    for (const [what, work] of [
      ['hash', () => hashHostPassword('a password', quickBcrypt)],
      [
        'verify',
        () => verifyHostPassword('a password', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'),
      ],
    ] satisfies [string, () => Promise<unknown>][]) {
      it(`by refusing to ${what} when a hundred wait`, async () => {
        const answers = await Promise.allSettled(Array.from({ length: 110 }, () => work()))
        const refused = answers.filter((answer) => answer.status === 'rejected')
        // One fewer at work than there are processors, three at most.
        const atWork = Math.min(3, Math.max(1, availableParallelism() - 1))
        expect(refused).to.have.length(110 - 100 - atWork)
        for (const { reason } of refused) expect(reason).to.be.instanceOf(TooManyWaiting)
        expect(await work()).to.not.equal(undefined)
      })
    }

    it('and take as long for a name that does not exist', async () => {
      for (const settings of [quickBcrypt, quickArgon, quickSha512].map(ofSomeTime)) {
        const stored = await hashHostPassword('a password', settings)
        const ask = (hash: string | undefined) =>
          verifyInEqualTime('a password of much the same length', hash, settings)
        for (const nobodys of [undefined, '', 'NoLongerUsed', '$2y$10$cut off']) {
          const ratio = await workBeside(
            () => ask(nobodys),
            () => ask(stored),
          )
          expect(ratio, `${settings.algorithm}, ${String(nobodys)}`).to.be.within(0.5, 2)
        }
      }
    }).timeout(60_000)

    it('also where the stored hashes cost more than the settings say', async () => {
      const stored = await hashHostPassword('a password', ofSomeTime(quickBcrypt))
      const ratio = await workBeside(
        () => verifyInEqualTime('another one', undefined, quickBcrypt),
        () => verifyInEqualTime('another one', stored, quickBcrypt),
      )
      expect(ratio).to.be.within(0.5, 2)
    }).timeout(30_000)
  })

  describe('are hashed by a thread of its own for sha512', () => {
    it('which answers a malformed setting and goes on', async () => {
      const refusal = await sha512crypt('a password', '$6$rounds=1000$not a salt').catch((error: unknown) => error)
      expect(refusal).to.be.instanceOf(Error)
      expect(await sha512crypt('a password', '$6$rounds=1000$saltstringsaltst')).to.match(/^\$6\$rounds=1000\$/)
    })

    it('each with its own answer', async () => {
      const passwords = Array.from({ length: 20 }, (_, index) => `password ${index}`)
      const hashes = await Promise.all(passwords.map((password) => sha512crypt(password, '$6$rounds=1000$salt')))
      expect(new Set(hashes).size).to.equal(20)
      const verified = await Promise.all(
        passwords.map((password, index) => verifyHostPassword(password, hashes[index])),
      )
      expect(verified).to.deep.equal(passwords.map(() => true))
    })
  })
})

describe('a turnstile', () => {
  it('lets so many in at once, and no more when they come back', async () => {
    const pass = turnstile(2, 10)
    let inside = 0
    let most = 0
    const visit = async (): Promise<void> => {
      inside += 1
      most = Math.max(most, inside)
      await Promise.resolve()
      inside -= 1
    }
    const visits = Array.from({ length: 12 }, async () => {
      for (let time = 0; time < 3; time += 1) await pass(visit)
    })
    await Promise.all(visits)
    expect(most).to.equal(2)
  })

  it('lets the others in by their order', async () => {
    const pass = turnstile(2, 10)
    const order: number[] = []
    await Promise.all(Array.from({ length: 12 }, (_, index) => pass(async () => order.push(index))))
    expect(order).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('is left by work that fails', async () => {
    const pass = turnstile(1, 0)
    for (let run = 0; run < 3; run += 1) {
      const failure = await pass(() => Promise.reject(new Error('failed'))).catch((error: unknown) => error)
      expect(failure).to.have.property('message', 'failed')
    }
    expect(await pass(async () => 'in')).to.equal('in')
  })

  it('turns away those beyond the waiting', async () => {
    const pass = turnstile(1, 1)
    let open: () => void = () => undefined
    const first = pass(() => new Promise<void>((resolve) => (open = resolve)))
    const second = pass(async () => 'second')
    const third = await pass(async () => 'third').catch((error: unknown) => error)
    expect(third).to.be.instanceOf(TooManyWaiting)
    open()
    await first
    expect(await second).to.equal('second')
  })
})

function ofSomeTime(settings: HashSettings): HashSettings {
  switch (settings.algorithm) {
    case 'bcrypt':
      return { ...settings, cost: 8 }
    case 'argon2i':
    case 'argon2id':
      return { ...settings, memory: 8192, time: 2 }
    case 'sha512':
      return { ...settings, rounds: 10_000 }
  }
}

/**
 * How many times the processor time of `known` the other takes: the least of each, asked in turns, since what else runs
 * in this process is counted too. Asked more often as long as they look unlike, which work that is really unlike stays.
 */
async function workBeside(unknown: () => Promise<unknown>, known: () => Promise<unknown>): Promise<number> {
  const [ofUnknown, ofKnown] = [[], []] as [number[], number[]]
  for (let round = 1; ; round += 1) {
    // First the known: what was looked at last is what a name that does not exist is made to take.
    ofKnown.push(await workOf(known))
    ofUnknown.push(await workOf(unknown))
    const ratio = Math.min(...ofUnknown) / Math.min(...ofKnown)
    if (round >= 40 || (round >= 3 && ratio > 0.6 && ratio < 1.6)) return ratio
  }
}

async function workOf(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return user + system
}

/** The 16 bytes that 22 characters of a bcrypt salt stand for. */
function saltBytes(salt: string): Uint8Array {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  const bits = Array.from(salt, (character) => alphabet.indexOf(character).toString(2).padStart(6, '0')).join('')
  return Uint8Array.from({ length: 16 }, (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2))
}
