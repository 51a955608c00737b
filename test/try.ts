import { join } from 'node:path'
import { serveOn } from '../module/index.js'
import { readyDatabase } from '../module/demo/database.js'
import { startMariadb } from '../module/demo/mariadb.js'
import { readConfig } from '../module/index.js'
import { openLog } from '../module/platform/log.js'
const config = readConfig(process.env)
const m = await startMariadb({ dataDir: join(config.dataDir, 'mariadb'), port: 'free', log: console.log })
const url = await readyDatabase(m, config, console.log)
console.log(url)
const s = await serveOn({ config, databaseUrl: url, secret: 'x'.repeat(40), log: openLog({ level: 'info' }) })
console.log('UP', s.address)
process.on('SIGTERM', () => { void s.stop().then(() => m.stop()).then(() => process.exit(0)) })
