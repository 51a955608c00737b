/** Accounts that may be one person's, as the reconcile page, the patient's panel and the account's own page show them. */
import { z } from 'zod'
import { mergedInto } from '../../../access/merged.js'
import { nameLikeness, type NameLikeness } from '../../../access/matching/likeness.js'
import type { Portal } from '../../../access/portal.js'
import type { PanelCard } from '../../../feature.js'
import {
  accountsAtChart,
  crossedAccounts,
  doublesOfAccount,
  relativesOfAccount,
  type CrossedRow,
  type DoubleRow,
  type DoubleWhy,
  type RelativeRow,
  type StandingRow,
} from '../../../host/reads/doubles.js'
import { chosenId, text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { Utc } from '../../../platform/clock.js'
import { emailKey } from '../keys.js'
import { oneFirstName } from './firstNames.js'
import { lettersToHolder } from './lettersToHolder.js'
import { disableAccount, enableAccount, mergeAccounts, type AccountOutcome } from './merging.js'
import { isCrossed, sidesOf, signInOf, type Sides } from './sides.js'
import { whoseOf, type Whose } from '../../../web/whose.js'

/** `sides`: where one registered whom the other opens, what both say, beside one another. */
export function doubleView(context: StaffContext, row: DoubleRow | CrossedRow) {
  const { t, url } = context
  const sides: Sides | undefined = isCrossed(row) ? sidesOf(context, row) : undefined
  return {
    id: row.id,
    record: row.record,
    name: row.name,
    detail: signInOf(context, row.email),
    since: t('registrations.double.since', { at: writeInstant(context, row.created_at) }),
    why: t(`registrations.double.${row.why}`),
    href: url(`/staff/portal/accounts/${String(row.id)}`),
    sides,
  }
}

/** Of whom that says something: the account, and the patient whom both know. */
export function whoseDoubles(doubles: readonly ReturnType<typeof doubleView>[]): Whose[] {
  return doubles.flatMap(({ record, sides }) => whoseOf({ record }, ...(sides ? [{ pid: sides.pid }] : [])))
}

/** Part of the reconcile page: who else this may be. */
export async function doublesOf(context: StaffContext, account: { id: number; email: string | null }) {
  const rows = await findDoubles(context.portal, account)
  return rows.map((row) => doubleView(context, row))
}

/** Other accounts, in use, that may be of the same holder: each once, with the first way in which it was found. */
export async function findDoubles(
  { db }: Pick<Portal, 'db'>,
  { id, email }: { id: number; email: string | null },
): Promise<(DoubleRow | CrossedRow)[]> {
  const [own, relatives, crossed] = await Promise.all([
    doublesOfAccount(db, id, emailKey(email ?? '') ?? ''),
    relativesOfAccount(db, id),
    crossedAccounts(db, id),
  ])
  return distinct([
    ...own,
    ...crossed.filter((row) => isThatPatient(row) && (row.for_whom === 'me' || mayBeOne(row))),
    ...relatives.filter(mayBeOne),
  ])
}

/** A child's mother and father are two, and so are two of its guardians: only a like name says that they may be one. */
export function mayBeOne({
  name,
  own_name: ownName,
  same_relationship: same,
}: Pick<RelativeRow, 'name' | 'own_name' | 'same_relationship'>): boolean {
  const likeness = nameLikeness(name, ownName)
  return likeness === 'same' || (same === 1 && likenesses.has(likeness) && oneFirstName(name, ownName))
}

const likenesses: ReadonlySet<NameLikeness> = new Set(['part', 'nickname', 'letter', 'sound'])

/** Born on the same day, as it was found: twins are told apart by their first names. */
function isThatPatient(row: Pick<CrossedRow, 'first_name' | 'last_name' | 'chart_first' | 'chart_last'>): boolean {
  const first = nameLikeness(row.first_name, row.chart_first)
  const last = nameLikeness(row.last_name, row.chart_last)
  const isFirst = first === 'same' || (likenesses.has(first) && oneFirstName(row.first_name, row.chart_first))
  return isFirst && (last === 'same' || likenesses.has(last))
}

/** One may be found in several ways: the first is said. */
function distinct<Row extends { id: number }>(rows: readonly Row[]): Row[] {
  return rows.filter((row, at) => rows.findIndex(({ id }) => id === row.id) === at)
}

/** The patient's panel: several accounts that may be one person's, the patient's or that of somebody who stands for them. */
export const doublesCard: PanelCard = {
  key: 'accounts',
  title: 'registrations.doubles',
  permission: 'registrations:process',
  place: 'side',
  async show(context, pid) {
    const { own, several } = doublesAmong(await accountsAtChart(context.portal.db, pid))
    return {
      view: '/registration/staff/accounts-card',
      content: { own: own.length, rows: several.map((row) => doubleView(context, row)) },
      about: whoseOf(...[...own, ...several].map(({ record }) => ({ record }))),
    }
  },
}

/** `own`: those that open it as its own patient. `several`: each that is not the only one of its holder. */
function doublesAmong(found: readonly StandingRow[]): { own: StandingRow[]; several: StandingRow[] } {
  const rows = distinct(found.filter((row) => !hasRegistered(row) || isThatPatient(asRegistered(row))))
  const ofPatient = rows.filter(({ relationship }) => relationship === 'self')
  const others = rows.filter(({ relationship }) => relationship !== 'self')
  const groups = [
    ...ofPatient.map((row) => ({ row, beside: ofPatient.filter(({ id }) => id !== row.id) })),
    ...others.map((row) => ({
      row,
      beside: others.filter((other) => other.id !== row.id && mayBeOne(pairOf(row, other))),
    })),
  ]
  const several = groups
    .filter(({ beside }) => beside.length > 0)
    .map(({ beside, row }) => ({ ...row, why: whyAmong(row, beside) }))
  return { own: ofPatient.filter((row) => !hasRegistered(row)), several }
}

function whyAmong(row: StandingRow, beside: readonly StandingRow[]): DoubleWhy {
  if (beside.some((other) => hasRegistered(other) !== hasRegistered(row))) return 'opener'
  if (row.relationship !== 'self') return 'family'
  return hasRegistered(row) ? 'person' : 'chart'
}

/** Rather than opens the chart. */
function hasRegistered({ first_name: said }: StandingRow): boolean {
  return said !== null
}

function asRegistered(row: StandingRow) {
  return { ...row, first_name: row.first_name ?? '', last_name: row.last_name ?? '' }
}

function pairOf(one: StandingRow, other: StandingRow) {
  const same = one.relationship === other.relationship
  return { name: one.name, own_name: other.name, same_relationship: same ? 1 : 0 }
}

interface AccountPageRow {
  id: number
  record: string
  name: string
  email: string | null
  host_pid: number | null
  created_at: Utc
  disabled_at: Utc | null
  disabled_by: string | null
  disabled_reason: string | null
  merged_into: number | null
  charts: number
  /** 1: it has a second factor. */
  factors: number
}

/** GET /accounts/:account, or once more with why nothing was changed. */
export async function account(
  context: StaffContext,
  told?: { status: number; error: FieldError },
  typed: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { may, portal, show, t, url } = context
  const id = accountIn(context)
  const row = await portal.db.first<AccountPageRow>(
    `SELECT a.id, a.own_record AS record, a.display_name AS name, a.email, a.host_pid, a.created_at, a.disabled_at, a.disabled_by,
            a.disabled_reason, a.merged_into,
            (SELECT COUNT(*) FROM foyer_grants g WHERE g.account_id = a.id AND g.revoked_at IS NULL) AS charts,
            EXISTS (SELECT 1 FROM foyer_totp f WHERE f.owner = CONCAT('account:', a.id))
              OR EXISTS (SELECT 1 FROM foyer_passkeys f WHERE f.owner = CONCAT('account:', a.id)) AS factors
       FROM foyer_accounts a WHERE a.id = :id`,
    { id },
  )
  if (!row) return show.notFound()
  const stands = await mergedInto(portal.db, id)
  const base = `/staff/portal/accounts/${String(id)}`
  const page = {
    backHref: url('/staff/portal/registrations'),
    name: row.name,
    facts: [
      { term: t('registrations.account.signsInWith'), text: row.email ?? t('registrations.double.hostLogin') },
      { term: t('registrations.account.made'), text: writeInstant(context, row.created_at) },
      { term: t('registrations.account.charts'), text: String(row.charts) },
    ],
    ended:
      row.disabled_at === null
        ? undefined
        : t(row.merged_into === null ? 'registrations.account.disabledBy' : 'registrations.account.mergedBy', {
            by: row.disabled_by ?? '',
            at: writeInstant(context, row.disabled_at),
          }),
    endedReason: row.disabled_reason ?? '',
    standsHref: stands === undefined ? undefined : url(`/staff/portal/accounts/${String(stands)}`),
    doubles: row.disabled_at === null ? await doublesOf(context, row) : [],
    letters: await lettersToHolder(context, id),
    lostFactorHref:
      row.disabled_at === null && row.factors === 1 && may('second-factors:reset')
        ? url(`${base}/second-factor`)
        : undefined,
    passwordLinkAction: row.disabled_at === null && row.email !== null ? url(`${base}/password-link`) : undefined,
    mergeAction: url(`${base}/merging`),
    disableAction: url(`${base}/disabling`),
    enableAction: row.disabled_at !== null && row.merged_into === null ? url(`${base}/enabling`) : undefined,
    typed,
    errors: told ? [told.error] : [],
    errorAt: told ? { [told.error.id ?? told.error.name ?? '']: told.error.text } : {},
  }
  const options = {
    title: t('registrations.account.title'),
    about: [...whoseOf({ pid: row.host_pid }, row), ...whoseDoubles(page.doubles)],
  }
  const view = '/registration/staff/account'
  return told ? show.refused(view, page, { ...options, status: told.status }) : show.page(view, page, options)
}

function accountIn({ params }: StaffContext): number {
  return Number(/^[1-9]\d{0,15}$/.exec(params['account'] ?? '')?.[0] ?? 0)
}

/** POST /accounts/:account/merging: this one goes into `into`. */
export async function merge(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(
    z.object({ into: chosenId('registrations.missing.account'), reason: text(255, 'registrations.missing.reason') }),
  )
  if (!asked.ok) {
    const [name = 'into', key = 'form.choose'] = Object.entries(asked.errors)[0] ?? []
    // The page has another reason, for disabling: this one is not to stand there.
    const { reason = '', into = '' } = asked.typed
    const error = name === 'reason' ? { id: 'merge-reason', text: t(key) } : { name, text: t(key) }
    return account(context, { status: 422, error }, { 'merge-reason': reason, into })
  }
  const outcome = await mergeAccounts(portal, staff, actor, { from: accountIn(context), ...asked.value })
  return done(context, outcome, asked.value.into, 'registrations.done.merged')
}

/** POST /accounts/:account/disabling */
export async function disable(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(z.object({ reason: text(255, 'registrations.missing.reason') }))
  if (!asked.ok) {
    const error = { name: 'reason', text: t(asked.errors['reason'] ?? 'registrations.missing.reason') }
    return account(context, { status: 422, error }, asked.typed)
  }
  const id = accountIn(context)
  const outcome = await disableAccount(portal, staff, actor, { account: id, reason: asked.value.reason })
  return done(context, outcome, id, 'registrations.done.disabled')
}

/** POST /accounts/:account/enabling */
export async function enable(context: StaffContext): Promise<Answer> {
  const { actor, portal, staff } = context
  const id = accountIn(context)
  return done(context, await enableAccount(portal, staff, actor, id), id, 'registrations.done.enabled')
}

async function done(context: StaffContext, outcome: AccountOutcome, then: number, key: string): Promise<Answer> {
  const { show, t } = context
  if (outcome.ok) return show.seeOther(`/staff/portal/accounts/${String(then)}`, { kind: 'success', key })
  if (outcome.reason === 'not-found') return show.notFound()
  const by = outcome.reason === 'not-in-use' ? (outcome.by ?? '') : ''
  const error = { text: t(`registrations.account.${outcome.reason}`, { by }) }
  return account(context, { status: 409, error })
}
