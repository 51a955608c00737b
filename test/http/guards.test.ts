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
  put: string
  /** Where it must be noticed. */
  suite: string
  only: string
}

const PORTAL_STAFF = { suite: 'test/http/notPortalStaff.test.ts', only: '\\(front\\)' }
const SIGNED_OUT = 'test/http/withoutSession.test.ts'

const mutants: Mutant[] = [
  {
    ...{ name: 'that only portal staff are in the portal’s rooms', file: '/module/access/staff.ts' },
    ...{ find: String.raw`\{\s*subjects,\s*permission:\s*["']portal:use["']\s*\},?`, put: '' },
    ...{ suite: 'test/http/policy.test.ts', only: 'only together with the right' },
  },
  {
    ...{ name: 'a staff route’s permission', file: '/module/web/admit.ts' },
    ...{ find: String.raw`may\(route\.permission\)\s*\?`, put: 'true ?' },
    ...PORTAL_STAFF,
  },
  {
    ...{ name: 'what a grant opens', file: '/module/web/admit.ts' },
    ...{
      find: String.raw`\|\|\s*!\(0,\s*import_scope\.patientMay\)\(policy,\s*scope,\s*route\.permission\)|\|\|\s*!patientMay\(policy,\s*scope,\s*route\.permission\)`,
      put: '',
    },
    ...{ suite: 'test/http/denied.test.ts', only: 'closes every route' },
  },
  {
    ...{ name: 'whose record it is', file: '/module/access/scope.ts' },
    ...{ find: String.raw`scope\.record\s*===\s*record`, put: 'true' },
    ...{ suite: 'test/http/others.test.ts', only: '' },
  },
  {
    ...{ name: 'what an account may', file: '/module/access/scope.ts' },
    ...{ find: String.raw`return policy\.allows\(\["anyone",\s*"account"\],\s*permission\)`, put: 'return true' },
    ...{ suite: 'test/http/denied.test.ts', only: 'closes every route' },
  },
  {
    ...{ name: 'what a stranger may', file: '/module/access/scope.ts' },
    ...{ find: String.raw`return policy\.allows\(\["anyone"\],\s*permission\)`, put: 'return true' },
    ...{ suite: 'test/http/denied.test.ts', only: 'closes every route' },
  },
  {
    ...{ name: 'the password that a staff session was made under', file: '/module/web/admit.ts' },
    ...{ find: String.raw`member\?\.fingerprint\s*!==\s*who\?\.fingerprint\s*\|\|`, put: '' },
    ...{ suite: SIGNED_OUT, only: 'another password' },
  },
  {
    ...{ name: 'the password that a patient’s session was made under', file: '/module/web/admit.ts' },
    ...{
      find: String.raw`account\?\.fingerprint\s*===\s*who\.fingerprint\s*\?\s*account\s*:\s*void 0|account\?\.fingerprint\s*===\s*who\.fingerprint\s*\?\s*account\s*:\s*undefined`,
      put: 'account',
    },
    ...{ suite: SIGNED_OUT, only: 'another password' },
  },
  {
    ...{ name: 'how long somebody has been away', file: '/module/access/sessions.ts' },
    ...{ find: 'AND seen_at > :awake', put: '' },
    ...{ suite: SIGNED_OUT, only: 'away too long' },
  },
  {
    ...{ name: 'how long ago somebody signed in', file: '/module/access/sessions.ts' },
    ...{ find: 'AND created_at > :young', put: '' },
    ...{ suite: SIGNED_OUT, only: 'long ago' },
  },
  {
    ...{ name: 'whose audience a session is of', file: '/module/access/sessions.ts' },
    ...{ find: 'AND audience = :audience', put: '' },
    ...{ suite: SIGNED_OUT, only: 'other audience' },
  },
  {
    ...{ name: 'that a poll keeps nobody awake', file: '/module/web/serve.ts' },
    ...{ find: String.raw`if\s*\(!route\.poll\)`, put: 'if(true)' },
    ...{ suite: 'test/http/sessions.test.ts', only: 'by itself' },
  },
  {
    ...{ name: 'where a form came from', file: '/module/web/serve.ts' },
    ...{ find: String.raw`route\.method\s*===\s*["']post["']\s*&&`, put: 'false &&' },
    ...{ suite: 'test/http/forms.test.ts', only: '' },
  },
  {
    ...{ name: 'that a route names a permission that some rule names', file: '/module/portal.ts' },
    ...{ find: String.raw`!site\.portal\.policy\(\)\.permissions\.has\(route\.permission\)`, put: 'false' },
    ...{ suite: 'test/http/gaps.test.ts', only: '' },
  },
  {
    ...{ name: 'what navigation is for', file: '/module/web/frame.ts' },
    ...{ find: String.raw`context\.may\(entry\.permission\)\s*&&`, put: '' },
    ...{ suite: 'test/http/notPortalStaff.test.ts', only: 'no way to the portal' },
  },
]

describe('Without', function () {
  this.timeout(300_000)
  const runs = new Map<Mutant, Promise<Run>>()

  // Two at a time: part of a run is waiting.
  before(() => {
    const queues = [Promise.resolve(), Promise.resolve()]
    for (const [at, mutant] of mutants.entries()) {
      const begun = (queues[at % 2] ?? Promise.resolve()).then(() => run(mutant))
      runs.set(mutant, begun)
      queues[at % 2] = begun.then(ignore, ignore)
    }
  })

  for (const mutant of mutants) {
    it(`${mutant.name}, ${mutant.suite.replace(/^.*\/|\.test\.ts$/g, '')} fails`, async () => {
      const { code, said } = (await runs.get(mutant)) ?? { code: null, said: '' }
      expect(said, 'the guard was not where it is looked for').to.contain(`taken out of ${mutant.file}`)
      expect(said).to.match(/[1-9]\d* failing/)
      // A practice that could not even be opened proves nothing.
      expect(said).not.to.contain('"before all" hook')
      expect(code).to.be.within(1, 98)
    })
  }
})

function ignore(): void {
  // Told where it is awaited.
}

interface Run {
  code: number | null
  said: string
}

/** The suite's sentences in a process of its own, on the server that the tests run on. */
async function run({ file, find, put, suite, only }: Mutant): Promise<Run> {
  const mocha = ['--import', 'tsx', '--import', './test/http/withoutGuard.mjs', 'node_modules/mocha/bin/mocha.js']
  const words = [
    ...mocha,
    '--no-config',
    '--exit',
    // One sentence that fails is enough.
    '--bail',
    '--timeout',
    '60000',
    ...(only === '' ? [] : ['--grep', only]),
    suite,
  ]
  const env = { ...process.env, CUT: JSON.stringify({ file, find, put }) }
  const child = spawn(process.execPath, words, { env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
  const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done))
  return { code, said }
}
