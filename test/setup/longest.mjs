/**
 * The files that take longest, longest first: begun first, so that none is still running alone when the others are over.
 * The order is all that depends on it; a file that is missing here comes after these.
 */
export const longest = [
  'test/integration/demo/start.test.ts',
  'test/integration/lifecycle/killed.test.ts',
  'test/integration/lifecycle/upgrade.test.ts',
  'test/integration/lifecycle/serve.test.ts',
  'test/integration/lifecycle/command.test.ts',
  'test/integration/demo/mariadb.test.ts',
  'test/integration/appointments/attack.test.ts',
  'test/integration/audit/archive.test.ts',
  'test/integration/audit/tampering.test.ts',
  'test/integration/operations/processes.test.ts',
  'test/http/guards.test.ts',
  'test/http/injection.test.ts',
  'test/http/malformed.test.ts',
  'test/http/routes.test.ts',
  'test/http/withoutSession.test.ts',
  'test/http/slow.test.ts',
  'test/http/outage.test.ts',
  'test/http/signInLimits.test.ts',
  'test/browser/answering.test.ts',
  'test/browser/looks.test.ts',
  'test/browser/access.test.ts',
  'test/browser/xss.test.ts',
  'test/browser/rarer.test.ts',
  'test/browser/journey.test.ts',
  'test/browser/deciding.test.ts',
  'test/browser/queue.test.ts',
  'test/browser/keyboard.test.ts',
]
