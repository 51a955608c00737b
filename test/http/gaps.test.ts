/** A gap in the route table stops the start: a route without a rule, two routes at one address. */
import { expect } from 'chai'
import type { Feature } from '../../module/feature.js'
import { openLog } from '../../module/platform/log.js'
import { readConfig } from '../../module/platform/config.js'
import { openPortal } from '../../module/portal.js'
import { can, routes, type Route } from '../../module/web/routes.js'
import { openPractice, ZONE, type TestPractice } from '../support/practice.js'

describe('The portal', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  it('starts with a route more', async () => {
    expect(await faultOf(routes('staff', (r) => r.get('/more', can('dashboard:view'), nothing)))).to.equal('none')
  })

  it('does not start with a route whose permission no rule names', async () => {
    const fault = await faultOf(routes('staff', (r) => r.post('/more', can('dashboard:veiw'), nothing)))
    expect(fault).to.equal('post /staff/portal/more asks for dashboard:veiw, which no rule names')
  })

  it('does not start with a route whose permission was left empty', async () => {
    expect(await faultOf(routes('record', (r) => r.get('/more', can(''), nothing)))).to.contain(
      'asks for , which no rule names',
    )
  })

  it('does not start with two routes at one address', async () => {
    const fault = await faultOf(routes('staff', (r) => r.get('/', can('dashboard:view'), nothing)))
    expect(fault).to.equal('Two routes at get /staff/portal')
  })

  async function faultOf(more: readonly Route[]): Promise<string> {
    const wing: Feature = { name: 'more', words: { en: {}, es: {} }, routes: more }
    try {
      const running = await openPortal({
        config: readConfig({ FOYER_TIME_ZONE: ZONE }),
        databaseUrl: practice.url,
        secret: 'a secret that only the tests know, 42 long',
        log: openLog({ level: 'silent' }),
        shell: () => wing,
      })
      await running.close()
      return 'none'
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
})

function nothing(): never {
  throw new Error('nobody asks')
}
