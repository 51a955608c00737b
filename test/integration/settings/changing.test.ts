import { expect } from 'chai'
import { changeSettings } from '../../../module/features/settings/changing.js'
import { loadManifest, type SettingDefinition } from '../../../module/platform/settings.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

const actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined } as const

describe('Changing settings', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  const definition = (name: string): SettingDefinition => {
    const found = loadManifest().settings.find((each) => each.name === name)
    if (!found) throw new Error(name)
    return found
  }
  const change = (name: string, to: string | undefined, seen?: string) =>
    changeSettings(practice.portal, actor, [{ definition: definition(name), to, seen }])
  const rows = () => practice.db.select(`SELECT name, value, updated_by FROM foyer_settings`)

  it('refuses what a setting does not take, whoever asks', async () => {
    expect(await change('patientIdle', '4')).to.deep.equal({ ok: false, reason: 'unusable', name: 'patientIdle' })
    expect(await rows()).to.deep.equal([])
  })

  it('lets one of two who saw the same value win, and tells the other', async () => {
    const outcomes = await Promise.all(['30', '40', '50'].map((to) => change('patientIdle', to, '20')))
    expect(outcomes.filter(({ ok }) => ok)).to.have.length(1)
    expect(outcomes.filter(({ ok }) => !ok)).to.deep.equal(
      Array(2).fill({ ok: false, reason: 'changed', names: ['patientIdle'] }),
    )
    expect(await rows()).to.have.length(1)
  })

  it('is no quarrel between two who want the same', async () => {
    await change('staffIdle', '45', '60')
    expect(await change('staffIdle', '45', '60')).to.deep.equal({ ok: true, changed: [] })
  })
})
