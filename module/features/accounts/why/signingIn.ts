/** Why a patient gets in with the host's login, or an account with its own password, and why not. */
import { accountOfEmail } from '../../../access/accounts.js'
import { mergedInto } from '../../../access/merged.js'
import { passkeyDomain } from '../../../access/passkeyCeremonies.js'
import { passkeysOf } from '../../../access/passkeys.js'
import { limitsOf } from '../../../access/signIn.js'
import { signsInto } from '../../../access/personAccount.js'
import { anyoneMay, findAccount } from '../../../access/scope.js'
import { lookUp, openedBy, targetsOf, type Named } from '../../../access/signInPatient.js'
import { mustChange } from '../../../access/staffCredentials.js'
import { stagesOwed } from '../../../access/stages.js'
import { emrFix, type Reasons, type Why, type WhyContext, type WhyStep } from '../../../feature.js'
import { readPortalChart, type PortalChart } from '../../../host/credentials.js'
import { canVerify } from '../../../host/php/passwords.js'
import { whyAccount, whyRecord } from '../../../host/reads/whyRecord.js'
import { openedByPasskey } from '../secondFactor/entering.js'
import { credentialFix, minutesOf, openFix, passwordLinkFix, staysFix, stepOf } from './step.js'

export const whyPatientSignsIn: Why = {
  key: 'sign-in',
  title: 'accountWhy.signIn',
  who: 'patient',
  async reasons(context, person) {
    if (person.kind !== 'patient') return nobody(context)
    const into = await signsInto(context.portal.db, person.pid)
    const reasons = await hostReasons(context, person.pid)
    return into.kind === 'its-own' ? orByPasskey(context, into.id, reasons) : reasons
  },
}

export const whyAccountSignsIn: Why = {
  key: 'account-sign-in',
  title: 'accountWhy.signIn',
  who: 'account',
  async reasons(context, person) {
    const found = person.kind === 'account' ? await whyRecord(context.portal.db, person.record) : undefined
    const account = found && (await whyAccount(context.portal.db, found.accountId))
    if (!account) return nobody(context)
    // With an own password and the host's login, either lets them in.
    return orByPasskey(context, account.id, await passwordReasons(context, account))
  },
}

type Signing = NonNullable<Awaited<ReturnType<typeof whyAccount>>>

async function passwordReasons(context: WhyContext, { email, hostPid, id }: Signing): Promise<Reasons> {
  const byOwn = email === null ? undefined : await ownReasons(context, id, email)
  if (byOwn?.verdict || hostPid === null) return byOwn ?? nobody(context)
  const byHost = await hostReasons(context, hostPid)
  return byHost.verdict || !byOwn ? byHost : byOwn
}

/** Whoever has a passkey comes in with it alone (secondFactor/entering.ts), whatever stands of a password. */
async function orByPasskey(context: WhyContext, id: number, reasons: Reasons): Promise<Reasons> {
  const { portal } = context
  if (passkeyDomain(portal) === undefined) return reasons
  if ((await passkeysOf(portal.db, `account:${String(id)}`)).length === 0) return reasons
  const opened = anyoneMay(portal.policy(), 'sign-in:use') ? await openedByPasskey(portal, id) : undefined
  const told = stepOf(context, opened ? 'passkey' : 'passkeyWaits', true)
  if (reasons.verdict) return { ...reasons, steps: [...reasons.steps, told] }
  if (!opened) return reasons
  const stages = await stagesOwed(portal, { kind: 'account', id, mustChange: false, unverified: opened.unverified })
  const later = stages
    .filter((stage) => stage !== 'second-factor')
    .map((stage) => stepOf(context, `stage.${stage}`, true))
  return { verdict: true, steps: [stepOf(context, 'door', true), told, ...later] }
}

export function nobody(context: WhyContext): Reasons {
  return { verdict: false, steps: [stepOf(context, 'there', false)] }
}

async function hostReasons(context: WhyContext, pid: number): Promise<Reasons> {
  const { portal } = context
  const chart = await readPortalChart(portal.db, pid)
  if (!chart) return nobody(context)
  const name = chart.login?.loginName ?? ''
  const named = await lookUp(portal, name)
  const usable = canVerify(named.host?.hash)
  const email = chart.email.trim()
  const wait = await waitOf(context, named, name)
  const opened = openedBy(portal, { own: undefined, host: named.host }, { own: false, host: usable, email })
  const into = await signsInto(portal.db, pid)
  const known = into.kind === 'its-own' || into.kind === 'joins' ? into.id : undefined
  const account = known === undefined ? undefined : await findAccount(portal.db, portal, known)
  const enters = into.kind === 'new' || account?.fingerprint !== undefined
  const door = anyoneMay(portal.policy(), 'sign-in:use')
  // What the form itself takes: no empty name, and no empty e-mail where one is asked for.
  const typed = name !== '' && (email !== '' || !asksEmail(context))
  return {
    verdict: door && typed && wait === 0 && opened.by === 'host' && opened.host.pid === pid && enters,
    steps: [
      stepOf(context, 'door', door),
      ...chartSteps(context, chart, named),
      stepOf(context, 'accountOpen', enters, {}, into.kind === 'new' ? [] : [await openFix(context, into.id)]),
      stepOf(context, 'wait', wait === 0, { minutes: minutesOf(wait) }),
      ...(await hostStages(context, named, known)),
    ],
  }
}

function chartSteps(context: WhyContext, chart: PortalChart, { host }: Named): WhyStep[] {
  const { pid, login } = chart
  const name = login?.loginName ?? ''
  const make = [credentialFix(context, pid, 'credential')]
  const email = chart.email.trim()
  return [
    stepOf(context, 'login', name !== '', { name }, make),
    stepOf(context, 'onlyOne', name === '' || host?.pid === pid, { name }, make),
    stepOf(context, 'password', canVerify(host?.hash), {}, make),
    stepOf(context, 'allowed', chart.allowed, {}, [credentialFix(context, pid, 'allow')]),
    // It is compared to the letter (facts §3.1): spaces around it in the chart are typed by nobody.
    ...(asksEmail(context)
      ? [stepOf(context, 'email', email !== '' && email === (host?.email ?? email), { email }, [emrFix(context)])]
      : []),
  ]
}

function asksEmail({ portal }: WhyContext): boolean {
  return portal.globals().get('enforce_signin_email') === '1'
}

async function hostStages(context: WhyContext, { host }: Named, account: number | undefined): Promise<WhyStep[]> {
  const { portal } = context
  if (!host) return []
  const must = await mustChange(portal.db, host.pid, host.hash, host.current ? 1 : 0)
  if (account !== undefined) return stageSteps(context, account, { mustChange: must, unverified: false })
  return must ? [stepOf(context, 'stage.change-password', true)] : []
}

/** What is still to be done after the password: it keeps nobody out, and it is good to know of. */
async function stageSteps(
  context: WhyContext,
  id: number,
  owes: { mustChange: boolean; unverified: boolean },
): Promise<WhyStep[]> {
  const stages = await stagesOwed(context.portal, { kind: 'account', id, ...owes })
  return stages.map((stage) => stepOf(context, `stage.${stage}`, true))
}

async function waitOf({ portal }: WhyContext, named: Named, typed: string): Promise<number> {
  const trying = { audience: 'patient', targets: targetsOf(named, typed), address: undefined }
  const room = await limitsOf(portal).look(trying)
  return room.ok ? 0 : room.seconds
}

async function ownReasons(context: WhyContext, id: number, email: string): Promise<Reasons> {
  const { portal } = context
  const named = await lookUp(portal, email)
  const own = await accountOfEmail(portal.db, email)
  const usable = canVerify(own?.passwordHash)
  const opened = openedBy(portal, named, { own: usable, host: false, email })
  const account = await findAccount(portal.db, portal, id)
  const wait = await waitOf(context, named, email)
  const door = anyoneMay(portal.policy(), 'sign-in:use')
  const stays = await mergedInto(portal.db, id)
  const isOpen = account?.fingerprint !== undefined || (!usable && own?.disabled === false)
  return {
    verdict: door && wait === 0 && opened.by === 'own' && opened.own.id === id && account?.fingerprint !== undefined,
    steps: [
      stepOf(context, 'door', door),
      stepOf(context, 'ownPassword', usable, { email }, [passwordLinkFix(context, id)]),
      ...(stays === undefined ? [] : [stepOf(context, 'merged', false, {}, [staysFix(context, stays)])]),
      stepOf(context, 'accountOpen', isOpen, {}, [await openFix(context, id)]),
      stepOf(context, 'wait', wait === 0, { minutes: minutesOf(wait) }),
      ...(account ? await stageSteps(context, id, { mustChange: false, unverified: own?.verified !== true }) : []),
    ],
  }
}
