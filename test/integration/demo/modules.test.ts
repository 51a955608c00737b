import { expect } from 'chai'
import { emrShell, type ModuleHost } from '../../../module/demo/emr/index.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import type { Visitor } from '../../support/visitor.js'

describe('the EMR’s page of modules', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    const host: ModuleHost = {
      databaseUrl: '',
      refresh: async () => practice.refresh(),
      afterUninstall: () => '',
    }
    practice = await openPractice({ shell: (wings) => emrShell(wings, host) })
    host.databaseUrl = practice.url
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  const inSpanish = { 'Accept-Language': 'es' }

  it('says what was found, how bad it is, and what to do about it, in the reader’s language', async () => {
    await practice.global('portal_onsite_two_enable', '0')
    const english = said((await admin.get('/emr/modules')).body)
    expect(english).to.match(/\d things? in the way/)
    expect(english).to.include(
      'Patient portal in the EMR In the way Not enabled: staff cannot authorise patients or make their credentials In the EMR, Administration',
    )
    expect(english).to.include('Providers’ schedules Please note With: dr.lee, dr.osei. Without: ')
    expect(english).to.match(/Without: admin \([^)]+\), dr\.marsh \([^)]+\)/)
    expect(english).to.include('EMR In place OpenEMR 8.2.0')

    const spanish = said((await admin.get('/emr/modules', inSpanish)).body)
    expect(spanish).to.include('Portal del paciente en el sistema Lo impide No habilitado')
    expect(spanish).to.not.match(/doctor\.|life\.|\{\{/)
  })

  it('says before uninstalling what is lost and what stays', async () => {
    const page = said((await admin.get('/emr/modules/uninstall')).body)
    expect(page).to.include('Drop the table foyer_accounts.')
    expect(page).to.match(/Is lost: 4 accounts, \d+ grants/)
    expect(page).to.match(/Stays in the EMR, being the practice’s: \d+ log rows?\.|Nothing that Foyer wrote stays/)
    const spanish = said((await admin.get('/emr/modules/uninstall', inSpanish)).body)
    expect(spanish).to.include('Eliminar la tabla foyer_accounts.').and.include('Se pierde: 4 cuentas')
  })
})

/** The page's text, spaces as one reads them. */
function said(body: string): string {
  return body
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')
}
