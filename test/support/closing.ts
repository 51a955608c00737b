/**
 * What the tests' own things ask for after each test, and at the end of each file. Mocha requires this file (.mocharc.json):
 * where files run at the same time, only hooks that it was given so are there in every file.
 */
const afterTest: (() => Promise<void>)[] = []
const afterFile: (() => Promise<void>)[] = []

/** Done after each test from now on; what it throws fails the test. */
export function afterEachTest(work: () => Promise<void>): void {
  afterTest.push(work)
}

/** Done at the end of each file where files run at the same time, else once at the very end. */
export function afterEachFile(work: () => Promise<void>): void {
  afterFile.push(work)
}

export const mochaHooks = {
  async afterEach() {
    for (const work of afterTest) await work()
  },
  async afterAll() {
    for (const work of afterFile) await work()
  },
}
