/** "Family" on the account's page: what it opens and until when, and who opens its holder's own record. */
import { knownRelationship, type ChartScope, type ClosedRecord } from '../../../access/scope.js'
import { comingGrants, grantsOfCharts, type ChartGrant } from '../../../host/reads/grants.js'
import { utc } from '../../../platform/clock.js'
import { extentWords, relationshipWords } from '../../../web/frame.js'
import type { AccountContext } from '../../../web/routes.js'
import { writeDay } from '../../../web/times.js'
import type { AccountSection } from '../safety/accountSection.js'
import { changeText, comingView, extentOnFirstDay, standingOf, untilText } from './standing.js'

const MOST = 100

export const familySection: AccountSection = {
  key: 'family',
  title: 'families.account.title',
  async show(context) {
    const { account, portal, url } = context
    const own = account.records.filter(({ relationship }) => relationship === 'self')
    const pids = own.map(({ pid }) => pid)
    const grants = (await grantsOfCharts(portal.db, pids, MOST)).filter(({ accountId }) => accountId !== account.id)
    const coming = await comingGrants(portal.db, account.id, utc(portal.clock.now()), MOST)
    const content = {
      opened: account.records.map((scope) => openedView(context, scope)),
      coming: coming
        .filter((grant) => extentOnFirstDay(portal, grant) !== undefined)
        .map((grant) => comingView(context, grant)),
      closed: account.closed.map((record) => closedView(context, record)),
      hasOwn: own.length > 0,
      openers: grants.flatMap((grant) => openerView(context, grant)),
      phone: portal.practice().phone,
      codesHref: url('/portal/codes'),
    }
    return { view: '/accounts/families/family', content }
  },
}

/** Where it stands, without the base path. */
export const FAMILY = '/portal/account#family'

function openedView(context: AccountContext, scope: ChartScope) {
  const { language, t, url } = context
  const { born, firstName, lastName } = scope.patient
  return {
    href: url(`/portal/records/${scope.record}`),
    name: `${firstName} ${lastName}`,
    relationship: relationshipWords(context, scope),
    born: born === undefined ? '' : t('records.born', { day: writeDay(born, language) }),
    opens: t('records.opens', { extent: extentWords(context, scope.extent) }),
    why: scope.narrowed === true ? t('families.account.narrowed') : '',
    change: scope.change || scope.relationship === 'self' ? changeText(context, scope.change) : t('families.noEnd'),
  }
}

function closedView({ t }: AccountContext, { name, relationship, why }: ClosedRecord) {
  return {
    name,
    relationship: t(`relationship.${knownRelationship(relationship)}`),
    why: t(`families.account.closed.${why === 'adult' || why === 'adolescent' ? why : 'other'}`),
  }
}

/** Nobody whose access was revoked or is over: the patient is told what is so, and what is to come. */
function openerView(context: AccountContext, grant: ChartGrant) {
  const { portal, t } = context
  const standing = standingOf(context, grant)
  const coming = standing.state === 'notYet' ? extentOnFirstDay(portal, grant) : undefined
  const extent = standing.extent ?? coming
  if (extent === undefined) return []
  const opens = t('families.account.opens', { extent: extentWords(context, extent) })
  return [
    {
      name: grant.accountName,
      relationship: t(`families.relationship.${knownRelationship(grant.relationship)}`),
      opens: coming === undefined ? opens : `${comingView(context, grant).opens}, ${opens}`,
      until: untilText(context, grant),
      change: standing.change?.why === 'ended' ? '' : changeText(context, standing.change),
    },
  ]
}
