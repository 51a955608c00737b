import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { emrShell, type ModuleHost } from '../../../module/demo/emr/index.js'
import { letterBox, type LetterBox } from '../../../module/demo/post.js'
import { makeCredential } from '../../../module/features/accounts/credentials/making.js'
import { readConfig } from '../../../module/platform/config.js'
import { deliver } from '../../support/mailServer.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

describe('The demo’s letter box', function () {
  this.timeout(60_000)
  let folder: string
  let box: LetterBox
  let practice: TestPractice

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'foyer-post-'))
    box = letterBox(folder)
    const host: ModuleHost = { databaseUrl: '', refresh: async () => practice.refresh(), afterUninstall: () => '' }
    practice = await openPractice({ shell: (wings) => emrShell(wings, host, box) })
  })
  after(async () => {
    await practice.leave()
    rmSync(folder, { recursive: true })
  })

  it('shows what would have been sent, newest first, with links that lead into the portal', async () => {
    const nurse = await practice.staffVisitor('nurse')
    expect((await nurse.get('/emr/post')).body)
      .to.include('Nothing has been sent yet')
      .and.include('Demo post')
    const portal = { ...practice.portal, post: box.post, config: readConfig({ FOYER_BASE_URL: nurse.origin }) }
    for (const to of ['first', 'second']) {
      const pid = await practice.patient({ email: `${to}@example.org` })
      const wish = { pid, loginName: to, password: 'wander-47-Kettle@pine', changeInHost: true }
      const by = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined } as const
      await makeCredential(portal, by, { ...wish, seen: undefined, token: undefined })
      await deliver({ ...practice, portal })
    }
    const { body } = await nurse.get('/emr/post')
    const [first, second] = [body.indexOf('first@example.org'), body.indexOf('second@example.org')]
    expect(second).to.be.greaterThan(0).and.below(first)
    const link = /<a href="([^"]+sign-in)" rel/.exec(body)?.[1] ?? ''
    expect(link).to.equal(`${nurse.origin}/portal/sign-in`)
    expect((await fetch(link)).status).to.equal(200)
    expect(body).not.to.include('wander-47')
  })

  it('keeps a letter that is sent twice once, for its owner’s eyes only', async () => {
    const mail = { id: 'foyer-letter-1/../x', from: { name: '', address: '' }, to: 'a@b.org', subject: 'S', html: '' }
    for (const text of ['one', 'two']) await box.post.mail?.({ ...mail, text })
    const kept = (await box.newest(100)).filter(({ to }) => to === 'a@b.org')
    expect(kept.map(({ text }) => text)).to.deep.equal(['two'])
    expect(statSync(join(folder, 'post', 'foyer-letter-1____x.json')).mode & 0o077).to.equal(0)
  })
})
