/** What the pages about access are given. */
import { explainStaff, explainSubjects, type Explanation } from '../../access/explain.js'
import { readHistory, type Effect, type RuleHistory } from '../../access/rules.js'
import { staffMay, subjectsOfStanding } from '../../access/staff.js'
import { PORTAL_RIGHT, readAccessLists, standingIn, type AccessLists, type HostGroup } from '../../host/gacl.js'
import type { StaffUser } from '../../host/staff.js'
import type { FormErrors } from '../../web/forms.js'
import type { StaffContext } from '../../web/routes.js'
import { whyForm } from './asking.js'
import {
  extents,
  extentStanding,
  groupStanding,
  groupsToDecideOn,
  isSuper,
  patientPermissions,
  staffPermissions,
  standingOf,
  type Standing,
} from './matrix.js'
import { standingOfUser } from './standing.js'
import {
  permissionName,
  standingBy,
  standingInShort,
  standingTag,
  stepViews,
  subjectName,
  writtenDay,
  type About,
} from './wording.js'

/** For whom is decided: a group of the host, one of its users, or a kind of access to a record. */
export type Target =
  | { kind: 'group'; group: HostGroup }
  | { kind: 'user'; user: StaffUser }
  | { kind: 'extent'; extent: (typeof extents)[number] }

/** Below /staff/portal. */
export function addressOfTarget(target: Target): string {
  switch (target.kind) {
    case 'group':
      return `/access/groups/${encodeURIComponent(target.group.value)}`
    case 'user':
      return `/access/users/${encodeURIComponent(target.user.username)}`
    case 'extent':
      return `/access/extents/${target.extent.name}`
  }
}

function subjectOfTarget(target: Target): string {
  switch (target.kind) {
    case 'group':
      return `group:${target.group.value}`
    case 'user':
      return `user:${target.user.username}`
    case 'extent':
      return target.extent.subject
  }
}

const NEWEST = 20

export async function homePage(context: StaffContext) {
  const { portal, url } = context
  const lists = await readAccessLists(portal.db)
  const history = await readHistory(portal.db, NEWEST)
  return {
    why: whyForm(context),
    whyHref: url('/staff/portal/why'),
    usersAction: url('/staff/portal/access/users'),
    groups: groupTable(context, lists),
    extents: extentTable(context),
    history: historyView(context, history, lists),
  }
}

interface TableView {
  columns: string[]
  rows: { title: string; text: string; cells: CellView[] }[]
}

interface CellView {
  href: string
  /** Which column, where the table is stacked. */
  column: string
  tag: ReturnType<typeof standingTag>
  /** A symbol for the state, besides its word. */
  icon: string
  by: string
}

function groupTable(context: StaffContext, lists: AccessLists): TableView {
  const policy = context.portal.policy()
  const groups = groupsToDecideOn(lists)
  return {
    columns: groups.map(({ name }) => name),
    rows: staffPermissions.map(({ name }) => ({
      ...permissionView(context, name),
      cells: groups.map((group) =>
        cellView(context, { kind: 'group', group }, group.name, name, groupStanding(policy, lists, group, name)),
      ),
    })),
  }
}

function extentTable(context: StaffContext): TableView {
  const policy = context.portal.policy()
  const nameOf = (extent: string) => context.t(`access.extent.${extent}`)
  return {
    columns: extents.map(({ name }) => nameOf(name)),
    rows: patientPermissions.map(({ name }) => ({
      ...permissionView(context, name),
      cells: extents.map((extent) =>
        cellView(
          context,
          { kind: 'extent', extent },
          nameOf(extent.name),
          name,
          extentStanding(policy, extent.subject, name),
        ),
      ),
    })),
  }
}

function cellView(
  context: StaffContext,
  target: Target,
  column: string,
  permission: string,
  standing: Standing,
): CellView {
  return {
    href: changeHref(context, target, permission),
    column,
    tag: standingTag(context, standing),
    icon: icons[standing.state],
    by: standingInShort(context, standing),
  }
}

const icons = { allowed: 'check-circle', denied: 'x-circle', waiting: 'hourglass-split', none: 'slash-circle' } as const

function changeHref({ url }: StaffContext, target: Target, permission: string): string {
  return url(`/staff/portal${addressOfTarget(target)}?permission=${encodeURIComponent(permission)}`)
}

function permissionView(context: StaffContext, name: string): { title: string; text: string } {
  const key = `permission.${name}.text`
  const text = context.t(key)
  return { title: permissionName(context, name), text: text === key ? '' : text }
}

/** What was typed, and what is wrong with it. */
export interface Refusal {
  /** Keys of words by field; '' is about the whole. */
  errors: FormErrors
  effect: string
  reason: string
}

/** How one permission stands for one target, why, and the form that decides. */
export async function changePage(context: StaffContext, target: Target, permission: string, refusal?: Refusal) {
  const { portal, t, url } = context
  const lists = await readAccessLists(portal.db)
  const subject = subjectOfTarget(target)
  const { explanation, about, notes } = asItStands(context, target, permission, lists)
  const standing =
    target.kind === 'group' ? groupStanding(portal.policy(), lists, target.group, permission) : standingOf(explanation)
  const history = await readHistory(portal.db, NEWEST, { subject, permission })
  const chosen = refusal?.effect ?? ownDecision(context, target, permission, lists)
  const who = targetName(context, target)
  const inHost = target.kind === 'group' && permission === 'portal:use'
  const errors = Object.entries(refusal?.errors ?? {}).map(([name, key]) => ({
    ...(name ? { name } : {}),
    text: t(key),
  }))
  return {
    what: permissionName(context, permission),
    who,
    text: permissionView(context, permission).text,
    tag: standingTag(context, standing),
    by: standingBy(context, standing),
    steps: stepViews(context, explanation, about),
    notes,
    action: url(`/staff/portal${addressOfTarget(target)}`),
    permission,
    backHref: url(target.kind === 'user' ? `/staff/portal${addressOfTarget(target)}` : '/staff/portal/access'),
    backLabel: target.kind === 'user' ? target.user.name : t('access.title'),
    effects: (['allow', 'deny', 'default'] as const).map((effect) => ({
      value: effect,
      label: t(`access.effect.${effect}`),
      text: t(effectText(effect, inHost)),
      checked: effect === chosen,
    })),
    reason: refusal?.reason ?? '',
    reasonRequired: target.kind === 'user',
    errors,
    fieldErrors: Object.fromEntries(errors.map(({ name, text }) => [name ?? '', text])),
    history: historyView(context, history, lists),
  }
}

/** What comes of it: a group's right to the portal is the host's own. */
function effectText(effect: Effect, inHost: boolean): string {
  return inHost && effect !== 'deny' ? `access.effect.${effect}.host` : `access.effect.${effect}.text`
}

interface AsItStands {
  explanation: Explanation
  about: About
  notes: { text: string; href?: string; label?: string }[]
}

function asItStands(context: StaffContext, target: Target, permission: string, lists: AccessLists): AsItStands {
  const { portal, t } = context
  const policy = portal.policy()
  switch (target.kind) {
    case 'extent': {
      const explanation = explainSubjects(policy, ['anyone', 'account', target.extent.subject], permission)
      return { explanation, about: { lists, hostRules: [] }, notes: [] }
    }
    case 'group': {
      const standing = standingIn(lists, [target.group])
      const superNote = isSuper(lists, target.group) ? [{ text: t('access.note.super') }] : []
      const menuNote = permission === 'portal:use' && superNote.length === 0 ? [{ text: t('access.note.menu') }] : []
      return {
        explanation: explainStaff(policy, subjectsOfStanding(standing), permission),
        about: { lists, hostRules: standing.rules },
        notes: [...superNote, ...menuNote],
      }
    }
    case 'user': {
      const { subjects, hostRules, member } = standingOfUser(lists, target.user)
      const explanation = explainStaff(policy, subjects, permission)
      const shut = permission !== 'portal:use' && !(member && staffMay(policy, member, 'portal:use'))
      const needs = {
        text: t('access.note.needsPortal', { who: target.user.name }),
        href: changeHref(context, target, 'portal:use'),
        label: t('access.note.needsPortalLink', { who: target.user.name }),
      }
      const away = member ? [] : [{ text: t('access.why.notAtWork') }]
      return { explanation, about: { lists, hostRules }, notes: [...away, ...(shut && member ? [needs] : [])] }
    }
  }
}

/** What has been decided for this very target, of which the form begins. */
function ownDecision({ portal }: StaffContext, target: Target, permission: string, lists: AccessLists): Effect {
  const subject = subjectOfTarget(target)
  const rule = portal
    .policy()
    .rules.find((each) => each.made && each.subject === subject && each.permission === permission)
  if (rule) return rule.effect
  if (target.kind !== 'group' || permission !== 'portal:use') return 'default'
  const inHost = lists.rules.filter(({ right, groupId }) => right === PORTAL_RIGHT && groupId === target.group.id)
  if (inHost.some(({ allow }) => allow === 0)) return 'deny'
  return inHost.length > 0 ? 'allow' : 'default'
}

export function targetName({ t }: StaffContext, target: Target): string {
  switch (target.kind) {
    case 'group':
      return target.group.name
    case 'user':
      return target.user.name
    case 'extent':
      return t(`access.extent.${target.extent.name}`)
  }
}

/** One user: what they may do now, which rules are their own, and what became of them. */
export async function userPage(context: StaffContext, user: StaffUser, error?: string) {
  const { portal, t, url } = context
  const policy = portal.policy()
  const lists = await readAccessLists(portal.db)
  const { groups, member } = standingOfUser(lists, user)
  const target: Target = { kind: 'user', user }
  const address = `/staff/portal${addressOfTarget(target)}`
  const mayUse = member !== undefined && staffMay(policy, member, 'portal:use')
  const history = await readHistory(portal.db, NEWEST, { subject: `user:${user.username}` })
  return {
    name: user.name,
    username: user.username,
    backHref: url('/staff/portal/access'),
    atWork: member !== undefined,
    tag: atWorkTag(context, user),
    groups: groups.map(({ name }) => name).join(', ') || t('access.user.noGroups'),
    errors: error === undefined ? [] : [{ text: error }],
    addressee: { on: user.portalUser, action: url(`${address}/addressee`) },
    secondFactorHref: url(`${address}/second-factor`),
    rows: staffPermissions.map(({ name }) => {
      const own = policy.rules.find(
        (rule) => rule.made && rule.subject === `user:${user.username}` && rule.permission === name,
      )
      const standing: Standing = member ? standingOf(explainStaff(policy, member.subjects, name)) : { state: 'none' }
      return {
        ...permissionView(context, name),
        href: changeHref(context, target, name),
        tag: standingTag(context, standing),
        by: standingBy(context, standing),
        own: own?.made && {
          text: t(own.effect === 'allow' ? 'access.user.ownAllow' : 'access.user.ownDeny'),
          reason: own.made.reason,
          since: t('access.user.since', { by: own.made.by, day: writtenDay(context, own.made.at) }),
          inVain: own.effect === 'allow' && name !== 'portal:use' && !mayUse,
        },
      }
    }),
    history: historyView(context, history, lists),
  }
}

/** Staff users as they are found: each leads to its own page. */
export function usersPage(context: StaffContext, typed: string, found: readonly StaffUser[], most: number) {
  const { url } = context
  return {
    action: url('/staff/portal/access/users'),
    backHref: url('/staff/portal/access'),
    typed,
    more: found.length > most,
    rows: found.slice(0, most).map((user) => ({
      href: url(`/staff/portal${addressOfTarget({ kind: 'user', user })}`),
      name: user.name,
      username: user.username,
      tag: atWorkTag(context, user),
    })),
  }
}

function atWorkTag({ t }: StaffContext, { active }: StaffUser) {
  return active
    ? ({ tone: 'success', icon: 'person-check', text: t('access.users.active') } as const)
    : ({ tone: 'neutral', text: t('access.users.inactive') } as const)
}

function historyView(context: StaffContext, history: readonly RuleHistory[], lists: AccessLists) {
  const goesOn = history.length === NEWEST && context.may('audit-trail:view')
  return {
    rows: history.map(({ at, subject, permission, effect, reason, author }) => ({
      when: writtenDay(context, at),
      what: permissionName(context, permission),
      whom: subjectName(context, subject, lists),
      effect: context.t(`access.history.${effect}`),
      reason,
      by: author,
    })),
    ...(goesOn ? { olderHref: context.url('/staff/portal/audit-trail?event=access.changed') } : {}),
  }
}
