/**
 * No guard is there in vain: with any one of them taken out of the code, a suite that is green with it turns red. What
 * each line of acl/policy.csv is good for, policy.test.ts shows.
 */
import { spawn } from 'node:child_process'
import { expect } from 'chai'

interface Mutant {
  /** What is not looked at any more. */
  name: string
  file: string
  /** As it stands after compiling: spaces and quotes are the compiler's. */
  find: string
  /** `$&` is the guard, `OUT` says that it is out (withoutGuard.mjs). */
  put: string
  /** Where it must be noticed. */
  suite: string
  /** By which sentence; by any where nothing is said. */
  only: string
}

const PASSES = '(OUT || $&)'
const FAILS_NEVER = '(!OUT && $&)'
/** A part of a statement. */
const NOT_SAID = '${OUT ? "" : "$&"}'

/** A function of another file, as compilers write its name. */
const call = (name: string) => String.raw`(?:\(0,\s*\w+\.${name}\)|${name})`

const PORTAL_STAFF = { suite: 'test/http/notPortalStaff.test.ts', only: '\\(front\\)' }
const SIGNED_OUT = 'test/http/withoutSession.test.ts'
const SESSIONS = 'test/http/sessions.test.ts'
const TYPED = 'test/http/typedOnwards.test.ts'
const FIRST_SIGN_IN = { suite: 'test/http/signInFirst.test.ts', only: 'ends after ten minutes' }
const LAST_HOLDER = 'test/integration/access/rules.test.ts'

const mutants: Mutant[] = [
  {
    ...{ name: 'that only portal staff are in the portal’s rooms', file: '/module/access/staff.ts' },
    ...{ find: String.raw`\{\s*subjects,\s*permission:\s*["']portal:use["']\s*\}`, put: '...(OUT ? [] : [$&])' },
    ...{ suite: 'test/http/policy.test.ts', only: 'only together with the right' },
  },
  {
    ...{ name: 'a staff route’s permission', file: '/module/web/admit.ts' },
    ...{ find: String.raw`may\(route\.permission\)`, put: PASSES },
    ...PORTAL_STAFF,
  },
  {
    ...{ name: 'what a grant opens', file: '/module/web/admit.ts' },
    ...{ find: String.raw`!${call('patientMay')}\(policy,\s*scope,\s*route\.permission\)`, put: FAILS_NEVER },
    ...{ suite: 'test/http/denied.test.ts', only: 'closes every route' },
  },
  {
    ...{ name: 'whose record it is', file: '/module/access/scope.ts' },
    ...{ find: String.raw`scope\.record\s*===\s*record`, put: PASSES },
    ...{ suite: 'test/http/others.test.ts', only: '' },
  },
  {
    ...{ name: 'what an account may', file: '/module/access/scope.ts' },
    ...{ find: String.raw`policy\.allows\(\["anyone",\s*"account"\],\s*permission\)`, put: PASSES },
    ...{ suite: 'test/http/denied.test.ts', only: 'closes every route' },
  },
  {
    ...{ name: 'what a stranger may', file: '/module/access/scope.ts' },
    ...{ find: String.raw`policy\.allows\(\["anyone"\],\s*permission\)`, put: PASSES },
    ...{ suite: 'test/http/denied.test.ts', only: 'closes every route' },
  },
  {
    ...{ name: 'the password that a staff session was made under', file: '/module/web/admit.ts' },
    ...{ find: String.raw`member\?\.fingerprint\s*!==\s*who\?\.fingerprint`, put: FAILS_NEVER },
    ...{ suite: SIGNED_OUT, only: 'another password' },
  },
  {
    ...{ name: 'the password that a patient’s session was made under', file: '/module/web/admit.ts' },
    ...{ find: String.raw`account\?\.fingerprint\s*===\s*who\.fingerprint`, put: PASSES },
    ...{ suite: SIGNED_OUT, only: 'another password' },
  },
  {
    ...{ name: 'how long somebody has been away', file: '/module/access/sessions.ts' },
    ...{ find: 'AND seen_at > :awake', put: NOT_SAID },
    ...{ suite: SIGNED_OUT, only: 'away too long' },
  },
  {
    ...{ name: 'how long ago somebody signed in', file: '/module/access/sessions.ts' },
    ...{ find: 'AND created_at > :young', put: NOT_SAID },
    ...{ suite: SIGNED_OUT, only: 'long ago' },
  },
  {
    ...{ name: 'whose audience a session is of', file: '/module/access/sessions.ts' },
    ...{ find: 'AND audience = :audience', put: NOT_SAID },
    ...{ suite: SIGNED_OUT, only: 'made for the other audience' },
  },
  {
    ...{ name: 'that a poll keeps nobody awake', file: '/module/web/serve.ts' },
    ...{ find: String.raw`!route\.poll`, put: PASSES },
    ...{ suite: SESSIONS, only: 'does not stay awake by what asks for news by itself' },
  },
  {
    ...{ name: 'where a form came from', file: '/module/web/serve.ts' },
    ...{ find: String.raw`route\.method\s*===\s*["']post["']`, put: FAILS_NEVER },
    ...{ suite: 'test/http/forms.test.ts', only: 'none without it' },
  },
  {
    ...{ name: 'where a form with files came from, before they are taken', file: '/module/web/receiving.ts' },
    ...{ find: String.raw`${call('formIsOurs')}\(exchange\)`, put: PASSES },
    ...{ suite: 'test/http/uploads.test.ts', only: 'without the form’s token' },
  },
  {
    ...{ name: 'where a form for files came from that brings none', file: '/module/web/serve.ts' },
    ...{ find: String.raw`(?<=["']not-ours["']\s*\|\|\s*)!${call('formIsOurs')}\(exchange\)`, put: FAILS_NEVER },
    ...{ suite: 'test/http/uploads.test.ts', only: 'without the form’s token' },
  },
  {
    ...{ name: 'that the sender of files is still signed in', file: '/module/web/serve.ts' },
    ...{ find: String.raw`!\(?await\s*stillSignedIn\(exchange\)\)?`, put: FAILS_NEVER },
    ...{ suite: 'test/http/uploadsSlow.test.ts', only: 'signed out elsewhere' },
  },
  {
    ...{ name: 'who has typed what a form brings back', file: '/module/web/typed.ts' },
    ...{ find: String.raw`by\s*===\s*account`, put: PASSES },
    ...{ suite: TYPED, only: 'nobody else' },
  },
  {
    ...{ name: 'that a form without its token says whose it is', file: '/module/web/typed.ts' },
    ...{ find: String.raw`whoTyped\(exchange\)\s*===\s*(?:undefined|void 0)`, put: FAILS_NEVER },
    ...{ suite: TYPED, only: 'another site' },
  },
  {
    ...{ name: 'that a form without its token is but shown', file: '/module/web/typed.ts' },
    ...{ find: String.raw`(?<=again\s*=\s*)route\.keepsTyped`, put: '(OUT ? route.handle : $&)' },
    ...{ suite: TYPED, only: 'comes back sealed' },
  },
  {
    ...{ name: 'how long somebody has stood in the door', file: '/module/web/door.ts' },
    ...{ find: String.raw`${call('hasWaitedTooLong')}\([^()]*\)`, put: FAILS_NEVER },
    ...FIRST_SIGN_IN,
  },
  {
    ...{ name: 'the password that was typed by who stands in the door', file: '/module/web/door.ts' },
    ...{ find: String.raw`person\?\.fingerprint\s*!==\s*waiting\.fingerprint`, put: '(!OUT || !person) && $&' },
    ...FIRST_SIGN_IN,
  },
  {
    ...{ name: 'until when a grant runs', file: '/module/host/reads/records.ts' },
    ...{ find: String.raw`AND \(g\.valid_until IS NULL OR g\.valid_until > :now\)`, put: NOT_SAID },
    ...{ suite: SESSIONS, only: 'only while its grant runs' },
  },
  {
    ...{ name: 'that a grant is revoked', file: '/module/host/reads/records.ts' },
    ...{ find: String.raw`AND g\.revoked_at IS NULL`, put: NOT_SAID },
    ...{ suite: SESSIONS, only: 'only while its grant runs' },
  },
  {
    ...{ name: 'that the chart says YES', file: '/module/host/reads/records.ts' },
    ...{ find: String.raw`AND p\.allow_patient_portal = 'YES'`, put: NOT_SAID },
    ...{ suite: SESSIONS, only: 'only while the chart says YES' },
  },
  {
    ...{ name: 'that somebody else has a request in hand', file: '/module/features/appointments/requests.ts' },
    ...{ find: String.raw`holder\.by\s*!==\s*member\.username`, put: FAILS_NEVER },
    ...{ suite: 'test/integration/appointments/claims.test.ts', only: 'then nobody else decides' },
  },
  {
    ...{ name: 'that a request is as the screen showed it', file: '/module/features/appointments/requests.ts' },
    ...{ find: String.raw`seen\s*===\s*versionOf\(event\)`, put: PASSES },
    ...{ suite: 'test/http/twoOfStaff.test.ts', only: 'moved it meanwhile' },
  },
  {
    ...{ name: 'that somebody is left who decides about access', file: '/module/features/access/changing.ts' },
    ...{
      find: String.raw`\(await\s*${call('holdersOf')}\(tx,\s*["']access:manage["']\)\)\.length\s*===\s*0`,
      put: FAILS_NEVER,
    },
    ...{ suite: LAST_HOLDER, only: 'The last who decides' },
  },
  {
    ...{ name: 'that whoever decides about access still may', file: '/module/features/access/changing.ts' },
    ...{
      find: String.raw`!\(await\s*${call('holdersOf')}\(tx,\s*["']access:manage["']\)\)\.some\([^\n]*?member\.id\)`,
      put: FAILS_NEVER,
    },
    ...{ suite: LAST_HOLDER, only: 'lets nobody go on who has just lost the right' },
  },
  {
    ...{ name: 'which documents somebody may see', file: '/module/access/release.ts' },
    ...{ find: String.raw`whyHidden\(viewer,\s*item\)\s*===\s*(void 0|undefined)`, put: PASSES },
    ...{ suite: 'test/http/chartDocuments.test.ts', only: 'to whom it may be and to nobody else' },
  },
  {
    ...{ name: 'that a route names a permission that some rule names', file: '/module/portal.ts' },
    ...{ find: String.raw`!site\.portal\.policy\(\)\.permissions\.has\(route\.permission\)`, put: FAILS_NEVER },
    ...{ suite: 'test/http/gaps.test.ts', only: 'whose permission no rule names' },
  },
  {
    ...{ name: 'what navigation is for', file: '/module/web/frame.ts' },
    ...{ find: String.raw`context\.may\(entry\.permission\)`, put: PASSES },
    ...{ suite: 'test/http/notPortalStaff.test.ts', only: 'no way to the portal' },
  },
]

interface Run {
  /** The guard stands where it is looked for. */
  found: boolean
  /** Sentences. */
  tried: number
  /** What the first of them said that failed. */
  failed?: string
  /** A hook that failed, or the sentence that took too long; ''. */
  broken: string
}

describe('Without', function () {
  this.timeout(300_000)
  let runs = new Map<string, Run>()

  // In two processes: part of a run is waiting.
  before(async () => {
    const suites = [...new Set(mutants.map(({ suite }) => suite))]
    const halves = [0, 1].map((half) => mutants.filter(({ suite }) => suites.indexOf(suite) % 2 === half))
    runs = new Map((await Promise.all(halves.map(runWithout))).flat())
  })

  for (const mutant of mutants) {
    it(`${mutant.name}, ${mutant.suite.replace(/^.*\/|\.test\.ts$/g, '')} fails`, () => {
      const run = runs.get(mutant.name)
      // A practice that could not even be opened proves nothing.
      expect(run?.broken).to.equal('')
      expect(run?.found, 'the guard was not where it is looked for').to.equal(true)
      expect(run?.tried, 'there is no such sentence').to.be.greaterThan(0)
      expect(run?.failed, 'nobody noticed').to.be.a('string')
    })
  }
})

/** The suites' sentences in a process of its own, on the server that the tests run on. */
async function runWithout(some: readonly Mutant[]): Promise<[string, Run][]> {
  const cuts = some.map(({ name, ...cut }) => ({ key: name, ...cut }))
  const words = ['--import', 'tsx', './test/http/withoutGuard.mjs']
  const child = spawn(process.execPath, words, { env: { ...process.env, CUTS: JSON.stringify(cuts) } })
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  child.stderr.pipe(process.stderr)
  await new Promise((done, failed) => child.once('error', failed).once('close', done))
  return said
    .split('\n')
    .filter((line) => line.startsWith('{"key"'))
    .map((line) => {
      const { key, ...run } = JSON.parse(line) as Run & { key: string }
      return [key, run]
    })
}
