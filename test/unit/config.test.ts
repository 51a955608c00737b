import { expect } from 'chai'
import { CannotStart } from '../../module/platform/cannotStart.js'
import { readConfig } from '../../module/platform/config.js'

describe('what the environment says', () => {
  it('needs nothing: then it is the demo practice on this machine', () => {
    const config = readConfig({})
    expect(config).to.include({ databaseUrl: undefined, port: 8080, host: '127.0.0.1', workers: 1, production: false })
    expect(config.trustProxy).to.deep.equal([])
  })

  it('is taken as it stands where it is usable', () => {
    const config = readConfig({
      FOYER_DATABASE_URL: 'mysql://emr:word@db.example:3306/openemr',
      FOYER_PORT: '0',
      FOYER_BASE_URL: 'https://example.org/portal/',
      FOYER_SECRET: 'a'.repeat(32),
      FOYER_TIME_ZONE: 'America/New_York',
      FOYER_EMR_ORIGIN: 'https://emr.example.org',
      FOYER_TRUST_PROXY: '10.0.0.5, 10.1.0.0/16, loopback',
      FOYER_WORKERS: '4',
      NODE_ENV: 'production',
    })
    expect(config).to.include({
      databaseUrl: 'mysql://emr:word@db.example:3306/openemr',
      port: 0,
      baseUrl: 'https://example.org/portal',
      timeZone: 'America/New_York',
      emrOrigin: 'https://emr.example.org',
      workers: 4,
      production: true,
    })
    expect(config.trustProxy).to.deep.equal(['10.0.0.5', '10.1.0.0/16', 'loopback'])
  })

  it('counts an empty value as none, as a shell leaves it', () => {
    expect(readConfig({ FOYER_PORT: '', FOYER_SECRET: '' })).to.include({ port: 8080, secret: undefined })
  })

  it('stops the start over a name that is none of ours', () => {
    expect(refusal({ FOYER_DATABSE_URL: 'mysql://u:p@h/d' })).to.contain('FOYER_DATABSE_URL')
  })

  const unusable: ReadonlyArray<[name: string, value: string]> = [
    ['FOYER_DATABASE_URL', 'postgres://u:p@h/d'],
    ['FOYER_DATABASE_URL', 'mysql://u:p@h/'],
    ['FOYER_DATABASE_URL', 'openemr'],
    ['FOYER_PORT', 'http'],
    ['FOYER_PORT', '70000'],
    ['FOYER_PORT', '-1'],
    ['FOYER_BASE_URL', 'example.org'],
    ['FOYER_BASE_URL', 'ftp://example.org'],
    ['FOYER_BASE_URL', 'https://example.org/?site=default'],
    ['FOYER_SECRET', 'short'],
    ['FOYER_TIME_ZONE', 'Mars/Olympus'],
    ['FOYER_SMTP_URL', 'https://mail.example.org'],
    ['FOYER_SMS_URL', 'sms'],
    ['FOYER_EMR_ORIGIN', 'https://emr.example.org/openemr'],
    ['FOYER_TRUST_PROXY', 'true'],
    ['FOYER_TRUST_PROXY', '10.0.0.5,everyone'],
    ['FOYER_WORKERS', '0'],
    ['FOYER_WORKERS', 'many'],
  ]
  for (const [name, value] of unusable) {
    it(`stops the start over ${name}=${value}, in one line that names it and not its value`, () => {
      const message = refusal({ [name]: value })
      expect(message).to.match(new RegExp(`^${name}: needs [^\\n]+\\.$`))
    })
  }

  it('never repeats a secret in what it says', () => {
    expect(refusal({ FOYER_SECRET: 'hunter2' })).not.to.contain('hunter2')
    expect(refusal({ FOYER_DATABASE_URL: 'postgres://u:hunter2@h/d' })).not.to.contain('hunter2')
  })
})

function refusal(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    expect(error).to.be.instanceOf(CannotStart)
    return (error as Error).message
  }
  return expect.fail('it started')
}
