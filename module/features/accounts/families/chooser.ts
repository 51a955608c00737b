import { patientMay, type ChartScope } from '../../../access/scope.js'
import { proposalsToAnswer } from '../../../host/reads/familyWaits.js'
import { day as dayOf } from '../../../platform/clock.js'
import { extentWords, relationshipWords } from '../../../web/frame.js'
import type { RecordChoice, RecordsPage } from '../../../web/layout.js'
import type { AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeDay } from '../../../web/times.js'
import { FAMILY } from './familySection.js'
import { changeText } from './standing.js'

/** GET /portal/records: every record that the account may open, with what waits in each. */
export async function chooseRecord(context: AccountContext): Promise<Answer> {
  const { account, portal, show, t, url } = context
  // What waits is told of those only in which it can be seen.
  const seeing = account.records.filter((scope) => patientMay(portal.policy(), scope, 'appointments:view'))
  const today = dayOf(portal.clock.now())
  const waits = await proposalsToAnswer(
    portal.db,
    seeing.map(({ pid }) => pid),
    today,
  )
  const page: RecordsPage = {
    records: [
      ...account.records.map((scope) => choiceOf(context, scope, waits.get(scope.pid) ?? 0)),
      ...ownChoice(context),
    ],
    addHref: url('/portal/codes'),
    familyHref: url(FAMILY),
  }
  return show.page('/accounts/records', page, { title: t('records.title') })
}

function choiceOf(context: AccountContext, scope: ChartScope, waiting: number): RecordChoice {
  const { language, t, url } = context
  const { born, firstName, lastName } = scope.patient
  const change = changeText(context, scope.change)
  return {
    href: url(`/portal/records/${scope.record}`),
    name: `${firstName} ${lastName}`,
    relationship: relationshipWords(context, scope),
    ...(born === undefined ? {} : { detail: t('records.born', { day: writeDay(born, language) }) }),
    opens: t('records.opens', { extent: extentWords(context, scope.extent) }),
    ...(change === '' ? {} : { change }),
    ...(waiting === 0 ? {} : { waiting: t('records.waiting', { count: waiting }) }),
  }
}

/** The account's own record, while no chart of its holder's is linked or something still lies there. */
function ownChoice({ account, t, url }: AccountContext): RecordChoice[] {
  if (!account.ownStands) return []
  return [
    {
      href: url(`/portal/records/${account.ownRecord}`),
      name: account.name,
      relationship: t('relationship.self'),
      opens: t(
        account.records.some(({ relationship }) => relationship === 'self') ? 'records.ownLeft' : 'records.ownOpens',
      ),
    },
  ]
}
