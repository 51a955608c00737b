/** The profile: what the chart says, by section, what waits for the practice beside it, and what became of earlier proposals. */
import { pidOf, type ChartScope } from '../../../access/scope.js'
import { chartValues, plainChart } from '../../../host/profile/chart.js'
import { sections } from '../../../host/profile/fields.js'
import {
  hasInsurance,
  insuranceFields,
  policiesOf,
  policyMeant,
  policyOfType,
  type Policy,
} from '../../../host/profile/insurance.js'
import { fieldsHere, type ProfileField } from '../../../host/profile/layout.js'
import { changesOf, ownDetails } from '../../../host/reads/profileChanges.js'
import { day as dayOf } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeDay } from '../../../web/times.js'
import { changeOf, insuranceTypes, type Change } from '../changes.js'
import { fieldLabel, valueText } from '../fieldText.js'
import { fieldStates, type Values } from '../merging.js'
import { stateTag } from '../stateTag.js'

const EARLIER_MOST = 10

/** GET /profile */
export async function profile(context: RecordContext): Promise<Answer> {
  const { scope, show, t } = context
  const title = { title: t('profile.title') }
  if (scope.kind === 'own') return show.page('/profile/proposing/own', await ownPage(context), title)
  const page = await chartPage(context, scope)
  return page ? show.page('/profile/proposing/profile', page, title) : show.notFound()
}

async function chartPage(context: RecordContext, scope: ChartScope) {
  const { here, may, portal, url } = context
  const { db, site } = portal
  const insured = hasInsurance(site, portal.globals())
  const today = dayOf(portal.clock.now())
  const [chart, fields, rows, policies, policyFields] = await Promise.all([
    chartValues(db, site, scope.pid),
    fieldsHere(db, site),
    changesOf(db, scope.pid, 50),
    insured ? policiesOf(db, site, { pid: scope.pid, day: today }) : Promise.resolve([]),
    insured ? insuranceFields(db, site) : Promise.resolve([]),
  ])
  if (!chart) return undefined
  const now = plainChart(chart)
  const changes = rows.map(changeOf)
  const open = changes.find((each) => each.kind === 'profile' && each.state === 'waiting')
  const mayPropose = may('profile:propose')
  return {
    waiting: open ? waitingView(context, open) : undefined,
    sections: sections.flatMap((section) => {
      const shown = fields.filter((field) => field.section === section)
      if (shown.length === 0) return []
      return [
        {
          key: section,
          lines: linesOf(context, shown, now, open),
          editHref: mayPropose ? url(here(`/profile/edit/${section}`)) : undefined,
        },
      ]
    }),
    insurance: insured
      ? insuranceTypes.map((type) => {
          const policy = policyOfType(policies, type)
          const waits = changes.find((each) => each.insuranceType === type && each.state === 'waiting')
          const meant = policyMeant(policies, type, waits?.proposed['date'])
          return {
            type,
            known: policy !== undefined,
            coming: policy?.coming === true ? comingText(context, policy) : undefined,
            lines:
              policy || waits
                ? linesOf(context, policyFields, policy?.values ?? {}, meant === policy ? waits : undefined)
                : [],
            next: policies
              .filter((each) => each.type === type && each !== policy)
              .map((each) => ({
                text: comingText(context, each),
                lines: linesOf(context, policyFields, each.values, meant === each ? waits : undefined),
              })),
            changeHref: waits?.receipt === undefined ? undefined : url(here(`/profile/changes/${waits.receipt}`)),
            editHref: mayPropose ? url(here(`/profile/insurance/${type}`)) : undefined,
          }
        })
      : [],
    earlier: changes
      .filter(({ receipt, state }) => receipt !== undefined && state !== 'waiting')
      .slice(0, EARLIER_MOST)
      .map((each) => earlierView(context, each)),
  }
}

function comingText({ language, t }: RecordContext, { values }: Policy): string {
  return t('profile.insurance.coming', { day: writeDay(values['date'] ?? '', language) })
}

function linesOf(context: RecordContext, fields: readonly ProfileField[], now: Values, open: Change | undefined) {
  const columns = fields.map(({ column }) => column)
  const states = open ? fieldStates(columns, open.base, open.proposed, now) : []
  return fields.map((field) => {
    const state = states.find(({ column }) => column === field.column)
    return {
      column: field.column,
      term: fieldLabel(context, field.column),
      text: valueText(context, field, now[field.column] ?? ''),
      empty: (now[field.column] ?? '') === '',
      proposed: state && valueText(context, field, state.proposed),
    }
  })
}

function waitingView(context: RecordContext, { createdAt, receipt, sentInHost }: Change) {
  const { here, may, t, url } = context
  const sent = createdAt === undefined ? undefined : writeInstant(context, createdAt)
  return {
    text: t(sent === undefined ? 'profile.waiting.fromHost' : 'profile.waiting.text', {
      when: sent ?? writeDay((sentInHost ?? '').slice(0, 10), context.language),
    }),
    href: receipt === undefined ? undefined : url(here(`/profile/changes/${receipt}`)),
    // Proposed in the host's own portal: there is no page of its own to take it back from.
    withdrawAction:
      receipt === undefined && may('profile:propose') ? url(here('/profile/changes/open/withdrawal')) : undefined,
  }
}

function earlierView(context: RecordContext, change: Change) {
  const { here, t, url } = context
  return {
    title: t(
      change.kind === 'profile' ? 'profile.change.profile' : `profile.insurance.${change.insuranceType ?? 'primary'}`,
    ),
    sent: change.createdAt === undefined ? '' : writeInstant(context, change.createdAt),
    href: url(here(`/profile/changes/${change.receipt ?? ''}`)),
    status: stateTag(context, change),
  }
}

/** Nothing of a chart: what the account said of its holder. */
async function ownPage(context: RecordContext) {
  const { account, language, portal, scope, t, url } = context
  if (pidOf(scope) !== undefined) throw new Error('A chart has its own page')
  const { phone } = portal.practice()
  const said = await ownDetails(portal.db, account.id)
  const line = (key: string, text: string | null | undefined) =>
    text == null || text === '' ? [] : [{ term: t(`profile.own.${key}`), text }]
  const name = [said?.first_name, said?.middle_name, said?.last_name].filter((part) => part != null && part !== '')
  return {
    lines: [
      ...line('name', name.length === 0 ? account.name : name.join(' ')),
      ...line('born', said?.born == null ? '' : writeDay(said.born, language)),
      ...line('phone', said?.phone),
      ...line('email', said?.email),
      ...line('postalCode', said?.postal_code),
    ],
    waits: said?.state === 'waiting' || said?.state === 'asked',
    registrationsHref: url('/portal/account/registrations'),
    questions: phone === '' ? '' : t('profile.questions', { phone }),
  }
}
