/** Between the password and the portal: the second factor is asked for, or set up where the practice wants one. */
import { z } from 'zod'
import { requestOptions } from '../../../access/passkeyCeremonies.js'
import { factorsOf, hasFactor } from '../../../access/secondFactors.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { atStage, goOn } from '../onward.js'
import { addPasskey, setUpApp, type SetUp } from './changing.js'
import { codesPage } from './codesPage.js'
import { actorOf, holderAtDoor, type Holder } from './holder.js'
import { prove, type Proof, type Proved } from './proving.js'
import { appPage, newPasskeyPage, sealedSecret, type AppPage, type NewPasskeyPage } from './settingUp.js'

const doors = { patient: '/portal/sign-in', staff: '/staff/sign-in' } as const

/** View: /accounts/secondFactor/challenge. */
export interface ChallengePage {
  action: string
  hasApp: boolean
  /** For the browser, as JSON. */
  passkeyOptions?: string
  errors: FieldError[]
  /** The part for recovery codes is open. */
  recovering: boolean
  phone: string
  signOutAction: string
}

/** `passkey`: what the browser answers, as JSON. One of the three is sent. */
const Answers = z.object({
  code: optionalText(40, 'second.wrong'),
  recovery: optionalText(60, 'second.wrong'),
  passkey: optionalText(20_000, 'second.wrong'),
})

export async function showChallenge(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'second-factor')
  if (answer) return answer
  const holder = await holderAtDoor(context, who.who.id)
  return holder ? challenge(context, holder, []) : context.show.seeOther(doors[context.door])
}

export async function postChallenge(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'second-factor')
  if (answer) return answer
  const { address, portal, requestId, show, t } = context
  const holder = await holderAtDoor(context, who.who.id)
  if (!holder) return show.seeOther(doors[context.door])
  const proof = proofIn(context)
  const field = proof?.by === 'recovery-code' ? 'recovery' : 'code'
  if (!proof) return challenge(context, holder, [{ name: 'code', text: t('second.missing') }], 422)
  // Staff took it off a moment ago: there is nothing left to ask for.
  if (!hasFactor(await factorsOf(portal.db, holder.owner))) return show.seeOther(doors[context.door])
  const proved = await prove(portal, holder, proof, { address, requestId })
  if (proved.ok) return goOn(context, 'second-factor')
  const { text, status } = whyNot(context, proved, proof)
  return challenge(context, holder, [proof.by === 'passkey' ? { text } : { name: field, text }], status)
}

function proofIn(context: DoorContext): Proof | undefined {
  const form = context.form(Answers)
  const { code = '', recovery = '', passkey = '' } = form.typed
  if (passkey !== '') return { by: 'passkey', typed: form.ok ? passkey : '' }
  if (recovery.trim() !== '') return { by: 'recovery-code', typed: form.ok ? recovery : '' }
  return code.trim() === '' ? undefined : { by: 'app', typed: form.ok ? code : '' }
}

function whyNot({ t }: DoorContext, refusal: Exclude<Proved, { ok: true }>, { by }: Proof) {
  if (refusal.reason === 'wrong') {
    return { text: t(by === 'passkey' ? 'second.passkeyWrong' : 'second.wrong'), status: 401 }
  }
  return { text: t('second.tooMany', { minutes: Math.ceil(refusal.seconds / 60) }), status: 429 }
}

async function challenge(context: DoorContext, holder: Holder, errors: FieldError[], status?: number): Promise<Answer> {
  const { door, portal, show, t, url } = context
  const [factors, passkeyOptions] = await Promise.all([
    factorsOf(portal.db, holder.owner),
    requestOptions(portal, holder.owner),
  ])
  const page: ChallengePage = {
    action: url(`${doors[door]}/second-factor`),
    hasApp: factors.app,
    ...(passkeyOptions === undefined ? {} : { passkeyOptions }),
    errors,
    recovering: errors.some(({ name }) => name === 'recovery') || (!factors.app && passkeyOptions === undefined),
    phone: portal.practice().phone,
    signOutAction: url(door === 'patient' ? '/portal/sign-out' : '/staff/sign-out'),
  }
  const title = t('second.title')
  return status === undefined
    ? show.page('/accounts/secondFactor/challenge', page, { title })
    : show.refused('/accounts/secondFactor/challenge', page, { title, status })
}

/** View: /accounts/secondFactor/set-up. */
export interface SetUpPage {
  lead: string
  action: string
  app: AppPage
  passkey?: NewPasskeyPage
  errors: FieldError[]
  signOutAction: string
}

const SetUpForm = z.object({
  sealed: optionalText(1000),
  code: optionalText(40, 'second.wrong'),
  passkey: optionalText(20_000, 'second.passkeyWrong'),
  name: optionalText(100),
})

export async function showSetUp(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'set-up-second-factor')
  if (answer) return answer
  const holder = await holderAtDoor(context, who.who.id)
  if (!holder) return context.show.seeOther(doors[context.door])
  // They set it up a moment ago and came back: the codes are shown once.
  if (hasFactor(await factorsOf(context.portal.db, holder.owner))) return done(context, undefined)
  return setUp(context, holder, { errors: [] })
}

export async function postSetUp(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'set-up-second-factor')
  if (answer) return answer
  const { portal, requestId, show } = context
  const holder = await holderAtDoor(context, who.who.id)
  if (!holder) return show.seeOther(doors[context.door])
  if (hasFactor(await factorsOf(portal.db, holder.owner))) return goOn(context, 'set-up-second-factor')
  const outcome = await setUpBy(context, holder, requestId)
  return outcome.ok ? done(context, outcome.codes) : setUp(context, holder, outcome)
}

interface Refused {
  ok?: false
  errors: FieldError[]
  sealed?: string
}

async function setUpBy(
  context: DoorContext,
  holder: Holder,
  requestId: string,
): Promise<Extract<SetUp, { ok: true }> | Refused> {
  const { portal, t } = context
  const { sealed = '', code = '', passkey = '', name = '' } = context.form(SetUpForm).typed
  const by = actorOf(holder, requestId)
  if (passkey !== '') {
    const added = await addPasskey(portal, by, holder, { answer: passkey, name: name.trim() || t('second.passkey') })
    return added.ok ? added : { errors: [{ text: t('second.passkeyWrong') }], sealed }
  }
  const secret = sealedSecret(portal, holder, sealed)
  if (secret === undefined) return { errors: [{ text: t('second.app.tooOld') }] }
  const added = await setUpApp(portal, by, holder, { secret, code })
  const text = t(code.trim() === '' ? 'second.missing' : 'second.app.wrong')
  return added.ok ? added : { errors: [{ name: 'code', text }], sealed }
}

async function setUp(context: DoorContext, holder: Holder, { errors, sealed }: Refused): Promise<Answer> {
  const { door, portal, show, t, url } = context
  const passkey = await newPasskeyPage(portal, holder, t('second.passkey'))
  const codeError = errors.find(({ name }) => name === 'code')?.text
  const page: SetUpPage = {
    lead: t(door === 'patient' ? 'second.setUp.leadPatient' : 'second.setUp.leadStaff'),
    action: url(`${doors[door]}/set-up-second-factor`),
    app: { ...appPage(portal, holder, sealed), ...(codeError === undefined ? {} : { codeError }) },
    ...(passkey ? { passkey } : {}),
    errors,
    signOutAction: url(door === 'patient' ? '/portal/sign-out' : '/staff/sign-out'),
  }
  const title = t('second.setUp.title')
  return errors.length === 0
    ? show.page('/accounts/secondFactor/set-up', page, { title })
    : show.refused('/accounts/secondFactor/set-up', page, { title })
}

/** The same address takes the press that goes on. */
function done(context: DoorContext, codes: string[] | undefined): Answer {
  return codesPage(context, { codes, goOnAction: context.url(`${doors[context.door]}/set-up-second-factor`) })
}
