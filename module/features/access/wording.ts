/** Rules and how they stand, in words. */
import { DateTime } from 'luxon'
import type { Explanation, SpokenRule, Step } from '../../access/explain.js'
import type { Rule } from '../../access/policy.js'
import type { WhyContext } from '../../feature.js'
import { PORTAL_RIGHT, SUPER, type AccessLists, type HostRule } from '../../host/gacl.js'
import { day, type Utc } from '../../platform/clock.js'
import type { StatusTag } from '../../web/layout.js'
import { writeDay } from '../../web/times.js'
import { extents, type Standing } from './matrix.js'

/** Whom the words are about: the host's access lists that speak of them decide how a right is explained. */
export interface About {
  lists: AccessLists
  /** Of the groups and the user in question. */
  hostRules: readonly HostRule[]
}

export interface StepView {
  /** Whether the verdict rests on it: a yes on every step, a no on the first that says no. */
  decides: boolean
  asked: string
  allows: boolean
  rules: { text: string; reason: string; effect: 'allow' | 'deny'; decides: boolean }[]
}

/** Every rule that was asked, those that decide first, each as a sentence. */
export function stepViews(context: WhyContext, explanation: Explanation, about: About): StepView[] {
  const { steps, decisive, verdict } = explanation
  return steps.map((step) => ({
    decides: verdict || step === decisive,
    asked: context.t('access.why.asked', { what: permissionName(context, step.permission) }),
    allows: step.allows,
    rules: [
      ...step.rules.flatMap((spoken) => ruleViews(context, spoken, about)),
      ...denialsOfHost(context, step, about),
    ],
  }))
}

function ruleViews(context: WhyContext, { rule, decides }: SpokenRule, about: About): StepView['rules'] {
  const { effect } = rule
  const right = /^right:(.*)$/.exec(rule.subject)?.[1]
  if (right === undefined || rule.made) {
    return [{ text: ruleText(context, rule, about), reason: rule.made?.reason ?? '', effect, decides }]
  }
  const given = about.hostRules.filter((each) => each.allow === 1 && (each.right === right || each.right === SUPER))
  return given.map((each) => ({ text: hostText(context, each, about), reason: '', effect, decides }))
}

function ruleText(context: WhyContext, { subject, effect, made }: Rule, about: About): string {
  const who = subjectName(context, subject, about.lists)
  if (!made) return context.t(`access.why.module.${effect}`, { who })
  return context.t(`access.why.practice.${effect}`, { who, by: made.by, day: writtenDay(context, made.at) })
}

function hostText(context: WhyContext, { right, groupId }: HostRule, { lists }: About): string {
  const { t } = context
  const group = lists.groups.find(({ id }) => id === groupId)?.name
  if (right === SUPER) {
    return group === undefined ? t('access.why.host.superUser') : t('access.why.host.super', { group })
  }
  const values = { right: t(`access.right.${right}`) }
  return group === undefined ? t('access.why.host.user', values) : t('access.why.host.group', { ...values, group })
}

/** What the host denies reaches Foyer as a right that is not held: it is told all the same. */
function denialsOfHost(context: WhyContext, step: Step, { lists, hostRules }: About): StepView['rules'] {
  if (step.permission !== 'portal:use') return []
  return hostRules
    .filter(({ right, allow }) => right === PORTAL_RIGHT && allow === 0)
    .map(({ right, groupId }) => {
      const group = lists.groups.find(({ id }) => id === groupId)?.name
      const who =
        group === undefined ? context.t('access.who.thisUser') : context.t('access.who.group', { name: group })
      const text = context.t('access.why.host.deny', { right: context.t(`access.right.${right}`), who })
      return { text, reason: '', effect: 'deny' as const, decides: !step.allows }
    })
}

/** "the group Physicians", "Full access", "everybody who may work in the portal". */
export function subjectName({ t }: WhyContext, subject: string, lists: AccessLists): string {
  const extent = extents.find((each) => each.subject === subject)
  if (extent) return t(`access.extent.${extent.name}`)
  const [, kind, value = ''] = /^(\w+):(.*)$/.exec(subject) ?? []
  if (kind === 'group') {
    return t('access.who.group', { name: lists.groups.find((group) => group.value === value)?.name ?? value })
  }
  return kind === 'user' ? t('access.who.user', { name: value }) : t(`access.who.${subject}`)
}

/** In the reader's words; a permission that has none yet goes by its name. */
export function permissionName({ t }: WhyContext, permission: string): string {
  const key = `permission.${permission}`
  const name = t(key)
  return name === key ? permission : name
}

export function standingTag({ t }: WhyContext, { state }: Standing): StatusTag {
  const tones = { allowed: 'success', denied: 'danger', waiting: 'neutral', none: 'neutral' } as const
  const icon = state === 'waiting' ? { icon: 'hourglass-split' } : {}
  return { tone: tones[state], text: t(`access.state.${state}`), ...icon }
}

/** "by the EMR", "allowed once they work there". */
export function standingBy({ t }: WhyContext, standing: Standing): string {
  if (standing.state === 'waiting') return t('access.by.waiting')
  return standing.state === 'none' ? t('access.by.none') : t(`access.by.${standing.by}`)
}

/** The same in two words, for a field of the table. */
export function standingInShort({ t }: WhyContext, standing: Standing): string {
  if (standing.state === 'none') return ''
  return t(`access.short.${standing.by ?? 'waiting'}`)
}

/** The day in the practice's zone on which something was done. */
export function writtenDay({ language, portal }: WhyContext, at: Utc): string {
  return writeDay(day(DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)), language)
}
