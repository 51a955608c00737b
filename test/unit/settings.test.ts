import { expect } from 'chai'
import { words } from '../../module/features/settings/words.js'
import { languages, speakAll } from '../../module/platform/i18n.js'
import { loadManifest, settingsFrom, unusableSettings } from '../../module/platform/settings.js'

const manifest = loadManifest()

describe('what a practice has set', () => {
  it('is a day of notice and the usual kinds of visit until it says otherwise', () => {
    expect(settingsFrom(manifest, new Map())).to.deep.equal({
      minimumNotice: 1440,
      earliestRequest: 120,
      latestRequest: 90,
      requestableCategories: ['office_visit', 'established_patient', 'new_patient', 'preventive_care_services'],
      openRequestLimit: 3,
      patientIdle: 20,
      staffIdle: 60,
      sessionLimit: 12,
      signInTries: 10,
      signInTriesPerAddress: 100,
      defaultLanguage: 'en',
      practiceName: '',
      practicePhone: '',
      claimMinutes: 30,
      eventsKept: 30,
      mailSender: '',
      emrAddress: '',
      passwordLength: 12,
      temporaryPasswordDays: 7,
      secondFactor: 'optional',
      staffSecondFactor: 'optional',
      pinDays: 7,
      pinTries: 5,
      placeholderNames: [
        ...['Baby', 'Baby Boy', 'Baby Girl', 'Newborn', 'Infant', 'Boy', 'Girl', 'Twin', 'Twin A', 'Twin B'],
        ...['Male', 'Female', 'Unknown', 'Test', 'Bebé', 'Recién Nacido'],
      ],
      renewalDays: 30,
      adolescentAge: 13,
      adolescentExtent: 'appointments',
      adultAge: 18,
      agesBefore: undefined,
      selfRegistration: 'on',
      publicBooking: 'off',
      registrationsPerAddress: 20,
      uploadMegabytes: 50,
      uploadsAtOnce: 10,
      deniedFilesKept: 30,
      sensitiveDocuments: 'patient',
      urgentReaders: '',
      uploadKinds: 'all',
      showFormScores: 'off',
      emergencyPhone: '911',
      crisisPhone: '988',
    })
  })

  it('is described whole: each setting in module.json is one that the portal reads', () => {
    expect(manifest.settings.map(({ name }) => name)).to.deep.equal(Object.keys(settingsFrom(manifest, new Map())))
  })

  it('has words in both languages for each value that can be chosen', () => {
    const speech = speakAll([words])
    for (const definition of manifest.settings) {
      const options = definition.type === 'choice' ? definition.options : []
      for (const key of options.map((option) => `settings.option.${definition.name}.${option}`)) {
        for (const language of languages) expect(speech.in(language)(key), `${key}, ${language}`).not.to.equal(key)
      }
    }
  })

  it('counts where it is usable', () => {
    const stored = new Map([
      ['minimumNotice', '0'],
      ['requestableCategories', 'all'],
      ['defaultLanguage', 'es'],
      ['practiceName', 'Clínica del Río'],
    ])
    expect(settingsFrom(manifest, stored)).to.include({
      ...{ minimumNotice: 0, requestableCategories: 'all', defaultLanguage: 'es', practiceName: 'Clínica del Río' },
    })
    expect(unusableSettings(manifest, stored)).to.deep.equal([])
  })

  it('may be a list of kinds, or none at all', () => {
    const kinds = (stored: string) =>
      settingsFrom(manifest, new Map([['requestableCategories', stored]])).requestableCategories
    expect(kinds('["telehealth"]')).to.deep.equal(['telehealth'])
    expect(kinds('[]')).to.deep.equal([])
  })

  const unusable: ReadonlyArray<[name: string, value: string, needed: string]> = [
    ['minimumNotice', '-1', 'a whole number from 0 to 43200'],
    ['minimumNotice', '43201', 'a whole number from 0 to 43200'],
    ['minimumNotice', '1e3', 'a whole number from 0 to 43200'],
    ['patientIdle', '', 'a whole number from 5 to 240'],
    ['defaultLanguage', 'fr', 'one of en, es'],
    ['requestableCategories', 'office_visit', 'all, or a JSON list of words'],
    ['requestableCategories', '[5]', 'all, or a JSON list of words'],
    ['practicePhone', '1'.repeat(41), 'up to 40 characters'],
    ['emrAddress', 'javascript:alert(1)', 'a web address of up to 255 characters, or nothing'],
    ['portalColour', 'mauve', 'no such setting'],
  ]
  for (const [name, value, needed] of unusable) {
    it(`falls back to the default over ${name} “${value.slice(0, 12)}”, and doctor hears of it`, () => {
      const stored = new Map([[name, value]])
      expect(settingsFrom(manifest, stored)).to.deep.equal(settingsFrom(manifest, new Map()))
      expect(unusableSettings(manifest, stored)).to.deep.equal([{ name, value, needed }])
    })
  }
})
