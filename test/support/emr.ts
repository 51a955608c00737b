/** A practice with the EMR's own screens beside the portal, as the demo has them. */
import { emrShell } from '../../module/demo/emr/index.js'
import { openPractice, type TestPractice } from './practice.js'

export async function openPracticeWithEmr(): Promise<TestPractice> {
  const host = {
    get databaseUrl() {
      return practice.url
    },
    refresh: () => practice.refresh(),
    afterUninstall: () => '',
  }
  const practice: TestPractice = await openPractice({ shell: (wings) => emrShell(wings, host) })
  return practice
}
