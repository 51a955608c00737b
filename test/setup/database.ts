import { existsSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endForgottenServer, startMariadb } from '../../module/demo/mariadb.js'
import { birthOf } from '../../module/demo/processes.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PREFIX = 'foyer-test-mariadb-'
const GIGABYTE = 2 ** 30

export interface TestMariadb {
  /** For the environment of the test processes. */
  env: Record<string, string>
  stop: () => Promise<void>
}

/** One database server for a whole test run. Give `env` to the test processes; stop() leaves nothing behind. */
export async function startTestMariadb(): Promise<TestMariadb> {
  await sweep(placeFor())
  const dataDir = serverFolder()
  const mariadb = await startMariadb({ dataDir, durable: false, log: console.log })
  return {
    env: { FOYER_TEST_MARIADB: mariadb.adminUrl },
    stop: async () => {
      await mariadb.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A folder for a server of this process; `name` tells several apart. Left behind by a kill, the next run sweeps it away. */
export function serverFolder(name?: string): string {
  return join(placeFor(), [`${PREFIX}${String(process.pid)}`, ...(name === undefined ? [] : [name])].join('-'))
}

/** In memory where there is room: making a site's three hundred tables is all waiting for the disk. */
function placeFor(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return join(root, '.data')
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > 2 * GIGABYTE ? memory : join(root, '.data')
}

/** Servers of test runs that were killed: their folders carry the id of the process that started them. */
async function sweep(place: string): Promise<void> {
  if (!existsSync(place)) return
  for (const name of readdirSync(place).filter((each) => each.startsWith(PREFIX))) {
    if (birthOf(Number.parseInt(name.slice(PREFIX.length), 10)) !== undefined) continue
    await endForgottenServer(join(place, name))
    rmSync(join(place, name), { recursive: true, force: true })
  }
}
