/** The reset dialog, step by step: open, change, save, take along. Each step is a page where there is no JavaScript. */
import { z } from 'zod'
import { isOpaqueId } from '../../../platform/ids.js'
import { readPortalChart } from '../../../host/credentials.js'
import { optionalText, text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import { sendPasswordLink } from '../safety/passwordLink.js'
import { can, routes, type StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { authorise } from './authorising.js'
import { correctTrustedEmail } from './correcting.js'
import { dialog, flawText, judgementOf, passwordField, type DialogTyped } from './dialogPage.js'
import { generatePassword } from './generatedPassword.js'
import { closeFailed, closeFailedOfAccount, resendFailed, resendFailedOfAccount } from './letterRoutes.js'
import { makeCredential, type MakeOutcome } from './making.js'
import { LOGIN_NAME_MOST, proposedLoginName } from './names.js'
import { pidIn } from './pid.js'
import { sheetFor } from './sheet.js'
import { fitsPdf, sheetPdf } from './sheetPdf.js'
import { summary } from './summaryPage.js'
import { message } from './told.js'

export const staffRoutes = routes('staff', (r) => {
  r.get('/patients/:pid/credential', can('credentials:reset'), (context) => dialog(context, pidIn(context)))
  r.post('/patients/:pid/credential', can('credentials:reset'), save)
  r.post('/patients/:pid/credential/authorisation', can('credentials:reset'), allow)
  r.get('/patients/:pid/credential/password', can('credentials:reset'), another)
  r.get('/patients/:pid/credential/message', can('credentials:reset'), message, { poll: true })
  r.post('/patients/:pid/credential/judgement', can('credentials:reset'), judge)
  r.post('/patients/:pid/credential/sheet', can('credentials:reset'), saveAsPdf)
  r.post('/patients/:pid/trusted-email', can('credentials:reset'), correct)
  r.post('/patients/:pid/letters/:letter/attempt', can('letters:manage'), resendFailed)
  r.post('/patients/:pid/letters/:letter/closing', can('letters:manage'), closeFailed)
  r.post('/accounts/:account/letters/:letter/attempt', can('letters:manage'), resendFailedOfAccount)
  r.post('/accounts/:account/letters/:letter/closing', can('letters:manage'), closeFailedOfAccount)
  r.post('/accounts/:account/password-link', can('registrations:process'), sendPasswordLink)
})

async function allow(context: StaffContext): Promise<Answer> {
  const { actor, fragment, portal, show, staff } = context
  const pid = pidIn(context)
  const outcome = pid === undefined ? { ok: false } : await authorise(portal, staff, actor, pid)
  if (!outcome.ok || pid === undefined) return show.notFound()
  if (fragment) return dialog(context, pid)
  return show.seeOther(`/staff/portal/patients/${String(pid)}/credential`, {
    kind: 'success',
    key: 'credential.authorised',
  })
}

/** Another generated password: in place, or the whole page anew. */
async function another(context: StaffContext): Promise<Answer> {
  const { fragment, portal, show, t } = context
  const pid = pidIn(context)
  if (!fragment) return dialog(context, pid)
  const chart = pid === undefined ? undefined : await readPortalChart(portal.db, pid)
  if (!chart) return show.notFound()
  const typed = { loginName: await proposedLoginName(portal, chart), password: generatePassword(portal) }
  const page = { ...passwordField(context, chart, typed), ...addressesOf(context, chart.pid) }
  return show.page('/accounts/credentials/password', page, { title: t('credential.password'), about: [chart.pid] })
}

function addressesOf({ url }: StaffContext, pid: number) {
  const base = `/staff/portal/patients/${String(pid)}/credential`
  return { anotherHref: url(`${base}/password`), judgeAction: url(`${base}/judgement`) }
}

const JudgeForm = z.object({ loginName: optionalText(1000), password: z.string().max(4096).optional().default('') })

/** As it is typed: the verdict that saving would give. Posted, so that no address carries it. */
async function judge(context: StaffContext): Promise<Answer> {
  const { form, portal, show, t } = context
  const pid = pidIn(context)
  const chart = pid === undefined ? undefined : await readPortalChart(portal.db, pid)
  if (!chart) return show.notFound()
  const asked = form(JudgeForm)
  const typed = asked.ok ? asked.value : { loginName: '', password: '' }
  const page = judgementOf(context, chart, typed)
  return show.page('/accounts/credentials/judgement', page, { title: t('credential.password') })
}

const SaveForm = z.object({
  loginName: text(LOGIN_NAME_MOST, 'credential.missingLoginName', 'credential.longLoginName'),
  // Not trimmed: a space is a letter of a password. How long it may be, the policy says.
  password: z
    .string('credential.missingPassword')
    .min(1, 'credential.missingPassword')
    .max(4096, 'form.tooLong')
    .regex(/^\P{Cc}*$/u, 'password.flaw.unusable'),
  changeInHost: z.literal('1').optional(),
  seen: optionalText(64),
  _once: optionalText(64),
})

/** Makes it and shows what was made, once: nothing here can say the password again. */
async function save(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const pid = pidIn(context)
  if (pid === undefined) return show.notFound()
  const asked = form(SaveForm)
  const typed = {
    loginName: asked.typed['loginName'],
    password: asked.typed['password'],
    changeInHost: asked.typed['changeInHost'] === '1',
    token: tokenIn(asked.typed['_once']),
  }
  if (!asked.ok) {
    const [field = 'password', key = 'form.tooLong'] = Object.entries(asked.errors)[0] ?? []
    const error = {
      status: 422,
      field: field === 'loginName' ? ('loginName' as const) : ('password' as const),
      text: t(key),
    }
    return dialog(context, pid, { ...typed, error })
  }
  const { loginName, password, seen } = asked.value
  const outcome = await makeCredential(portal, actor, {
    ...{ pid, loginName, password },
    changeInHost: asked.value.changeInHost === '1',
    seen: seen || undefined,
    token: typed.token,
  })
  if (outcome.ok) return summary(context, pid, password)
  if (outcome.reason === 'not-found') return show.notFound()
  return dialog(context, pid, { ...typed, ...keptAfter(outcome), error: whyNot(context, outcome) })
}

/** The form's own token, so that a mended form is still one press; a fresh one where it was used up. */
function tokenIn(value: string | undefined): string | undefined {
  return value !== undefined && isOpaqueId(value) ? value : undefined
}

type Refused = Exclude<MakeOutcome, { ok: true }>

/** After somebody else's reset the dialog begins anew: what was shown is not what would be saved over. */
function keptAfter({ reason }: Refused): { token?: undefined; password?: undefined } {
  return reason === 'changed' || reason === 'used-otherwise' ? { token: undefined, password: undefined } : {}
}

function whyNot(context: StaffContext, outcome: Refused): NonNullable<DialogTyped['error']> {
  const { t } = context
  switch (outcome.reason) {
    case 'flawed':
      return { status: 422, field: 'password', text: flawText(context, outcome.flaw) }
    case 'login-name-taken':
      return { status: 422, field: 'loginName', text: t('credential.loginNameTaken') }
    case 'used-otherwise':
      return { status: 422, field: undefined, text: t('credential.usedOtherwise') }
    case 'changed': {
      const { at, by } = outcome
      const when = at === undefined ? '' : writeInstant(context, at)
      const text = by === '' ? t('credential.changedInHost') : t('credential.changedMeanwhile', { by, at: when })
      return { status: 409, field: undefined, text }
    }
    case 'not-allowed':
    case 'not-found':
      return { status: 409, field: undefined, text: t('credential.notAllowed') }
  }
}

const PdfForm = z.object({ password: z.string().max(4096).optional().default('') })

/** The page's form brings the password along, since nothing here knows it. */
async function saveAsPdf(context: StaffContext): Promise<Answer> {
  const { form, portal, show, t } = context
  const pid = pidIn(context)
  if (pid === undefined) return show.notFound()
  const asked = form(PdfForm)
  const outcome = await sheetFor(portal, pid, asked.ok ? asked.value.password : '')
  const wayBack = [
    { label: t('credential.sheet.again'), href: context.url(`/staff/portal/patients/${String(pid)}/credential`) },
  ]
  if (!outcome.ok) {
    if (outcome.reason === 'not-found') return show.notFound()
    return show.problem(409, {
      what: t('credential.sheet.over'),
      next: t('credential.sheet.overNext'),
      actions: wayBack,
    })
  }
  const { sheet } = outcome
  if (!fitsPdf(sheet))
    return show.problem(422, { what: t('credential.sheet.noPdf'), next: t('credential.sheet.print') })
  const body = await sheetPdf(portal.speech.in(sheet.language), sheet)
  return show.file('application/pdf', 'sign-in-sheet.pdf', body, [pid])
}

const EmailForm = z.object({ email: optionalText(254, 'credential.email.bad') })

async function correct(context: StaffContext): Promise<Answer> {
  const { actor, form, fragment, portal, show, staff, t } = context
  const pid = pidIn(context)
  if (pid === undefined) return show.notFound()
  const asked = form(EmailForm)
  const email = asked.ok ? asked.value.email : (asked.typed['email'] ?? '')
  const outcome = asked.ok
    ? await correctTrustedEmail(portal, staff, actor, { pid, email })
    : ({ ok: false, reason: 'bad-address' } as const)
  if (!outcome.ok) {
    if (outcome.reason === 'not-found') return show.notFound()
    const error = { status: 422, field: 'email' as const, text: t('credential.email.bad') }
    return dialog(context, pid, { email, error })
  }
  if (fragment) return dialog(context, pid)
  return show.seeOther(`/staff/portal/patients/${String(pid)}/credential`, {
    kind: 'success',
    key: 'credential.email.corrected',
  })
}
