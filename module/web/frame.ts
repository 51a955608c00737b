/** The frame around a fragment: who reads, whose record is open, where one can go from here. */
import type { Language } from '../platform/i18n.js'
import { knownRelationship, type ChartScope, type PatientScope } from '../access/scope.js'
import type { Flash, LayoutName, LayoutPage, NavItem, OpenRecord, Switcher } from './layout.js'
import { languageChoices } from './reader.js'
import type { AccountContext, Audience, RecordContext, RequestContext, StaffContext } from './routes.js'
import type { PageAnswer } from './show.js'
import type { NavEntry, Site } from './site.js'

export interface Frame {
  layout: LayoutName
  page: LayoutPage
}

export async function frameOf(
  site: Site,
  audience: Audience,
  context: RequestContext,
  answer: PageAnswer,
  flash: Flash | undefined,
  path: string,
): Promise<Frame> {
  const own = await ownPart(site, audience, context, path)
  return {
    layout: own.layout,
    page: {
      title: answer.title,
      lang: context.language,
      dir: directionOf(context.language),
      practice: site.portal.practice().name,
      view: answer.view,
      content: answer.content,
      theme: 'auto',
      languages: languageChoices(context.language),
      requestId: context.requestId,
      hasErrors: answer.hasErrors,
      wide: answer.wide,
      ...(flash ? { flash } : {}),
      ...own.page,
    },
  }
}

interface OwnPart {
  layout: LayoutName
  page: Pick<LayoutPage, 'place' | 'homeHref' | 'nav' | 'person' | 'record' | 'signOutAction'>
}

async function ownPart(site: Site, audience: Audience, context: RequestContext, path: string): Promise<OwnPart> {
  switch (audience) {
    case 'record':
      return recordPart(site, context as RecordContext, path)
    case 'account':
      return accountPart(context as AccountContext)
    case 'staff':
      return staffPart(site.staffNav, context as StaffContext, '/staff/portal', path)
    case 'emr':
      return staffPart(site.emrNav, context as StaffContext, '', path)
    case 'staffDoor':
      return { layout: 'plain', page: { homeHref: context.url('/staff/sign-in'), nav: [] } }
    case 'patientDoor':
      return { layout: 'plain', page: { homeHref: context.url('/portal'), nav: [] } }
  }
}

async function recordPart(site: Site, context: RecordContext, path: string): Promise<OwnPart> {
  const { page } = accountPart(context)
  return {
    layout: 'patient',
    page: {
      ...page,
      homeHref: context.url(context.here('')),
      nav: await navOf(site.patientNav, context, context.here(''), path),
      record: openRecord(context, context.scope),
    },
  }
}

function accountPart(context: AccountContext): OwnPart {
  return {
    layout: 'patient',
    page: {
      homeHref: context.url('/portal'),
      nav: [],
      person: { name: context.account.name, accountHref: context.url('/portal/account') },
      signOutAction: context.url('/portal/sign-out'),
    },
  }
}

function openRecord(context: RecordContext, scope: PatientScope): OpenRecord {
  const switcher = switcherOf(context, scope)
  return {
    label: scope.kind === 'own' ? context.t('record.own', { name: scope.account.name }) : recordLabel(context, scope),
    isOther: scope.kind === 'chart' && scope.relationship !== 'self',
    ...(switcher.choices.length > 1 ? { switcher } : {}),
  }
}

/** Of what the request has read anyway: whose records, and what each opens today. */
function switcherOf(context: RecordContext, open: PatientScope): Switcher {
  const { account, t, url } = context
  const charts = account.records.map((scope) => ({
    href: url(`/portal/records/${scope.record}`),
    name: `${scope.patient.firstName} ${scope.patient.lastName}`,
    relationship: relationshipWords(context, scope),
    extent: extentWords(context, scope.extent),
    current: scope.record === open.record,
  }))
  // Open it is told all the same.
  const own = {
    href: url(`/portal/records/${account.ownRecord}`),
    name: account.name,
    relationship: t('relationship.self'),
    extent: t('extent.own'),
    current: open.kind === 'own',
  }
  return { choices: account.ownStands || own.current ? [...charts, own] : charts, allHref: url('/portal/records') }
}

const extents = ['full', 'appointments', 'forms', 'appointments+forms']

/** "everything", "appointments only"; an extent of the practice's own by its name. */
export function extentWords({ t }: Pick<RequestContext, 't'>, extent: string | undefined): string {
  if (extent === undefined || extent === 'none') return t('extent.none')
  return extents.includes(extent) ? t(`extent.${extent}`) : extent
}

/** "Acting for Leo Santos, you are their mother": whose record, and what the reader is to them. */
export function recordLabel(context: RequestContext, scope: ChartScope): string {
  const name = `${scope.patient.firstName} ${scope.patient.lastName}`
  if (scope.relationship === 'self') return name
  return context.t('record.actingFor', { name, relationship: relationshipWords(context, scope) })
}

export function relationshipWords(context: RequestContext, scope: ChartScope): string {
  return context.t(`relationship.${knownRelationship(scope.relationship)}`)
}

async function staffPart(
  entries: readonly NavEntry<StaffContext>[],
  context: StaffContext,
  base: string,
  path: string,
): Promise<OwnPart> {
  const hasAccount = context.portal.enabled() && context.may('portal:use')
  return {
    // In the EMR's own tab the EMR is the frame.
    layout: context.framed ? 'embedded' : 'staff',
    page: {
      place: context.t(base === '' ? 'staff.emr' : 'staff.dashboard'),
      homeHref: context.url(base === '' ? '/emr' : base),
      nav: await navOf(entries, context, base, path),
      person: {
        ...{ name: context.staff.name, detail: context.staff.username },
        ...(hasAccount ? { accountHref: context.url('/staff/portal/account') } : {}),
      },
      signOutAction: context.url('/staff/sign-out'),
    },
  }
}

async function navOf<Context extends RequestContext & { may: (permission: string) => boolean }>(
  entries: readonly NavEntry<Context>[],
  context: Context,
  base: string,
  path: string,
): Promise<NavItem[]> {
  const open = entries.filter((entry) => context.may(entry.permission) && (entry.shown?.(context) ?? true))
  const here = placeOf(open, base, path)
  return Promise.all(
    open.map(async (entry) => {
      const badge = await entry.badge?.(context)
      const address = `${base}${entry.path}`
      return {
        key: entry.key,
        label: context.t(entry.label),
        href: context.url(address),
        icon: entry.icon,
        current: entry === here,
        ...(badge ? { badge } : {}),
      }
    }),
  )
}

/** The entry that a path lies below, the nearest of several: of /forms and /forms/library the latter. */
function placeOf<Entry extends { path: string }>(entries: readonly Entry[], base: string, path: string) {
  const above = entries.filter(({ path: place }) => {
    const address = `${base}${place}`
    return path === address || (place !== '' && path.startsWith(`${address}/`))
  })
  return above.sort((a, b) => b.path.length - a.path.length)[0]
}

function directionOf(_language: Language): 'ltr' | 'rtl' {
  return 'ltr'
}
