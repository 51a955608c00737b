/** The settings page: generated from module.json, saved whole or not at all, and in force everywhere. */
import { expect } from 'chai'
import { loadManifest, settingGroups, settingsElsewhere } from '../../module/platform/settings.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { letIn } from './portals.js'

const PAGE = '/staff/portal/settings'
/** Those that are set elsewhere are not on it. */
const settings = loadManifest().settings.filter(({ name }) => !(name in settingsElsewhere))

describe('The settings page', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    ;({ admin } = await letIn(practice))
  })
  beforeEach(async () => {
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM foyer_settings`)
      await tx.change(`DELETE FROM foyer_audit WHERE event = 'settings.changed'`)
    })
    await practice.refresh()
    await admin.get(PAGE)
  })
  after(() => practice.leave())

  const stored = async () =>
    Object.fromEntries(
      (await practice.db.select<{ name: string; value: string }>(`SELECT name, value FROM foyer_settings`)).map(
        ({ name, value }) => [name, value],
      ),
    )
  const audit = () =>
    practice.db.select<{ actor_id: string; subject: string; details: object }>(
      `SELECT actor_id, subject, details FROM foyer_audit WHERE event = 'settings.changed' ORDER BY id`,
    )
  const somebodyElseSets = (name: string, value: string) => practice.setting(name, value)

  for (const language of ['en', 'es'] as const) {
    it(`says of each setting what module.json says, beside its control (${language})`, async () => {
      const page = await admin.get(`${PAGE}?lang=${language}`)
      expect(page.status).to.equal(200)
      for (const setting of settings) {
        const part = partOf(page, setting.name)
        expect(part, setting.name)
          .to.include(escaped(setting.title[language]))
          .and.include(escaped(setting.description[language]))
        expect(part, setting.name).to.include(
          `id="field-${setting.name}${setting.type === 'number' || setting.type === 'text' ? '"' : '-0"'}`,
        )
        if (setting.type === 'number')
          expect(part).to.include(String(setting.minimum)).and.include(String(setting.maximum))
        expect(part, setting.name).to.match(language === 'es' ? /Predeterminado: / : /Default: /)
        expect(part, setting.name).to.match(language === 'es' ? /Para todo el consultorio/ : /For the whole practice/)
        expect(part, setting.name).not.to.match(/settings\.(?!test)\w+\./)
      }
      expect([...page.body.matchAll(/id="group-(\w+)"/g)].map(([, key]) => key)).to.deep.equal([...settingGroups])
      await admin.get(`${PAGE}?lang=en`)
    })
  }

  it('saves what was changed and nothing else, counts at once, and says who and when', async () => {
    const saved = await admin.post(PAGE, {
      ...fieldsOf(await admin.get(PAGE)),
      minimumNotice: '2880',
      practiceName: 'Riverside  Clinic ',
    })
    expect(saved).to.include({ status: 303, location: PAGE })
    expect(await stored()).to.deep.equal({ minimumNotice: '2880', practiceName: 'Riverside  Clinic' })
    expect(practice.portal.settings()).to.include({ minimumNotice: 2880, practiceName: 'Riverside  Clinic' })
    expect(
      (await audit()).map(({ actor_id, subject, details }) => ({
        actor_id,
        subject,
        ...details,
      })),
    ).to.deep.equal([
      { actor_id: 'admin', subject: 'setting:minimumNotice', name: 'minimumNotice', before: '1440', after: '2880' },
      {
        actor_id: 'admin',
        subject: 'setting:practiceName',
        name: 'practiceName',
        before: '',
        after: 'Riverside  Clinic',
      },
    ])
    const page = await admin.follow(saved)
    expect(page.body).to.include('Saved.')
    expect(partOf(page, 'minimumNotice'))
      .to.include('Changed by admin, 08:00')
      .and.include('Default: 1440 minutes (1 day)')
    expect(partOf(page, 'patientIdle')).not.to.include('Changed by')
  })

  it('keeps the address of the EMR in its normal form, and takes it away again', async () => {
    const save = async (emrAddress: string) =>
      admin.post(PAGE, { ...fieldsOf(await admin.get(PAGE)), emrAddress }).then(({ status }) => status)
    expect(await save(' HTTPS://EMR.Example.org:443/openemr/?site=default ')).to.equal(303)
    expect(await stored()).to.deep.equal({ emrAddress: 'https://emr.example.org/openemr/?site=default' })
    expect(await save('')).to.equal(303)
    expect(practice.portal.settings().emrAddress).to.equal('')
  })

  it('saves all of them or none: one wrong value keeps the others on the page, 422 and said at its field', async () => {
    const page = await admin.post(PAGE, {
      ...fieldsOf(await admin.get(PAGE)),
      minimumNotice: '60',
      patientIdle: '4',
      practicePhone: '9'.repeat(41),
    })
    expect(page.status).to.equal(422)
    expect(await stored()).to.deep.equal({})
    expect(partOf(page, 'patientIdle'))
      .to.include('Enter a whole number from 5 to 240.')
      .and.include('value="4"')
      .and.include('aria-invalid="true"')
    expect(partOf(page, 'practicePhone')).to.include('Use at most 40 characters.').and.include('9'.repeat(41))
    expect(partOf(page, 'minimumNotice')).to.include('value="60"').and.not.include('aria-invalid')
    expect(page.body).to.include('href="#field-patientIdle"').and.include('<title>Please check:')
  })

  const refused: [name: string, value: string][] = [
    ['minimumNotice', ''],
    ['minimumNotice', '12.5'],
    ['minimumNotice', '43201'],
    ['minimumNotice', '-1'],
    ['defaultLanguage', 'fr'],
    ['requestableCategories', 'no_such_kind'],
    ['emrAddress', 'javascript:alert(1)'],
    ['emrAddress', 'emr.example.org'],
    ['emrAddress', '//emr.example.org'],
    ['emrAddress', 'ftp://emr.example.org'],
    ['emrAddress', 'https://admin:secret@emr.example.org'],
    ['emrAddress', 'https://emr.example.org/#top'],
    ['emrAddress', 'https://emr.example.org/a b'],
    ['emrAddress', 'data:text/html,hello'],
  ]
  for (const [name, value] of refused) {
    it(`does not take ${name} “${value}”`, async () => {
      const page = await admin.post(PAGE, { [name]: name === 'requestableCategories' ? ['', value] : value })
      expect(page.status).to.equal(422)
      expect(partOf(page, name)).to.include('has-error')
      expect(await stored()).to.deep.equal({})
    })
  }

  it('takes a form that holds one setting only, and says when nothing was different', async () => {
    expect((await admin.post(PAGE, { latestRequest: '045' })).status).to.equal(303)
    expect(await stored()).to.deep.equal({ latestRequest: '45' })
    const same = await admin.post(PAGE, fieldsOf(await admin.get(PAGE)))
    expect((await admin.follow(same)).body).to.include('Nothing was different')
    expect(await audit()).to.have.length(1)
    expect(await stored()).to.deep.equal({ latestRequest: '45' })
  })

  it('offers the site’s own kinds of visit as boxes to tick, all of them, some, or none', async () => {
    const part = partOf(await admin.get(PAGE), 'requestableCategories')
    expect(part)
      .to.include('value="office_visit" checked')
      .and.include('Office Visit')
      .and.not.include('value="no_show"')
    const kinds = async (values: string[]) => {
      await admin.post(PAGE, { requestableCategories: ['', ...values] })
      return practice.portal.settings().requestableCategories
    }
    expect(await kinds(['office_visit'])).to.deep.equal(['office_visit', ...missingHere(part)].sort())
    expect(await kinds(['office_visit', 'all'])).to.equal('all')
    expect(partOf(await admin.get(PAGE), 'requestableCategories')).to.include('value="all" checked')
    expect(await kinds([])).to.deep.equal([])
  })

  it('shows both values, 409, when somebody else changed one meanwhile; what is saved then is meant', async () => {
    const mine = fieldsOf(await admin.get(PAGE))
    await somebodyElseSets('minimumNotice', '600')
    await somebodyElseSets('staffIdle', '30')
    const typed = { ...mine, minimumNotice: '120', openRequestLimit: '7' }
    const page = await admin.post(PAGE, typed)
    expect(page.status).to.equal(409)
    expect(partOf(page, 'minimumNotice'))
      .to.include('600 minutes (10 hours)')
      .and.include('value="120"')
      .and.include('(test,')
    expect(await stored(), 'nothing of it').to.deep.equal({ minimumNotice: '600', staffIdle: '30' })
    const again = fieldsOf(page)
    expect(again['openRequestLimit'], 'what was typed is kept').to.equal('7')
    expect((await admin.post(PAGE, again)).status).to.equal(303)
    expect(await stored(), 'what was not touched stays the other’s').to.deep.equal({
      ...{ minimumNotice: '120', staffIdle: '30', openRequestLimit: '7' },
    })
  })

  it('leaves alone what somebody else changed and this person did not touch, also after a mistake', async () => {
    const mine = fieldsOf(await admin.get(PAGE))
    await somebodyElseSets('staffIdle', '30')
    const mistake = await admin.post(PAGE, { ...mine, patientIdle: 'soon' })
    expect(mistake.status).to.equal(422)
    expect((await admin.post(PAGE, { ...fieldsOf(mistake), patientIdle: '15' })).status).to.equal(303)
    expect(await stored()).to.deep.equal({ staffIdle: '30', patientIdle: '15' })
  })

  it('sets one back to its default, and keeps what else was typed', async () => {
    await somebodyElseSets('minimumNotice', '600')
    await somebodyElseSets('staffIdle', '30')
    const alone = await admin.post(PAGE, { ...fieldsOf(await admin.get(PAGE)), reset: 'minimumNotice' })
    expect(alone.status).to.equal(303)
    expect(await stored()).to.deep.equal({ staffIdle: '30' })
    expect(practice.portal.settings().minimumNotice).to.equal(1440)
    const [line] = await audit()
    expect(line?.details).to.deep.equal({ name: 'minimumNotice', before: '600', after: '1440' })
    const beside = await admin.post(PAGE, { ...fieldsOf(await admin.get(PAGE)), reset: 'staffIdle', patientIdle: '15' })
    expect(beside.status).to.equal(200)
    expect(beside.body).to.include('not saved yet')
    expect(partOf(beside, 'patientIdle')).to.include('value="15"')
    expect(await stored()).to.deep.equal({})
    expect((await admin.post(PAGE, fieldsOf(beside))).status).to.equal(303)
    expect(await stored()).to.deep.equal({ patientIdle: '15' })
  })

  it('is saved in one transaction with its line in the audit trail', async () => {
    await practice.db.sequelize.query('RENAME TABLE foyer_audit TO foyer_audit_away')
    try {
      expect((await admin.post(PAGE, { minimumNotice: '60' })).status).to.equal(500)
    } finally {
      await practice.db.sequelize.query('RENAME TABLE foyer_audit_away TO foyer_audit')
    }
    expect(await stored()).to.deep.equal({})
  })

  it('is for who may change settings only', async () => {
    await practice.rule('user:dr.lee', 'portal:use', 'allow')
    const lee = await practice.staffVisitor('lee')
    expect((await lee.get(PAGE)).status).to.equal(403)
    expect((await lee.post(PAGE, { minimumNotice: '60' })).status).to.equal(403)
    expect((await lee.get('/staff/portal')).body).not.to.include(`href="${PAGE}"`)
    expect((await admin.get('/staff/portal')).body).to.include(`href="${PAGE}"`)
    expect(await stored()).to.deep.equal({})
  })
})

/** The part of the page that is this setting's. */
function partOf(page: Page, name: string): string {
  const parts = page.body.split('<div class="setting"')
  return parts.find((part) => part.startsWith(` data-setting="${name}"`)) ?? ''
}

/** Kinds that the default names and this site has not. */
function missingHere(part: string): string[] {
  const definition = settings.find(({ name }) => name === 'requestableCategories')
  const kinds: readonly string[] = definition?.type === 'list' && definition.default !== 'all' ? definition.default : []
  return kinds.filter((kind) => !part.includes(`value="${kind}"`))
}

/** The form as a browser would post it. */
function fieldsOf(page: Page): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {}
  for (const [tag] of page.body.matchAll(/<input\b[^>]*>/g)) {
    const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
    const [name, type] = [attribute('name'), attribute('type')]
    if (name === undefined || name === '_csrf') continue
    if ((type === 'checkbox' || type === 'radio') && !/\schecked\b/.test(tag)) continue
    const value = unescaped(attribute('value') ?? '')
    const before = fields[name]
    fields[name] = before === undefined ? value : [...(typeof before === 'string' ? [before] : before), value]
  }
  return fields
}

function escaped(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&#34;')
    .replace(/'/g, '&#39;')
}

function unescaped(text: string): string {
  return text.replace(/&#34;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&')
}
