/** What those who decide about access can do here, as a table of contents. */
import { z } from 'zod'
import { effects } from '../../access/rules.js'
import { readAccessLists } from '../../host/gacl.js'
import { findStaffByName, searchStaff, type StaffUser } from '../../host/staff.js'
import { optionalText } from '../../web/forms.js'
import { can, routes, type Route, type RouteOf, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { answersOn, askedIn, choicesFor, thingsAsked, whyForm, type Asked } from './asking.js'
import { changeAddressee, changeExtent, changeGroup, changeUser, type ChangeOutcome } from './changing.js'
import { extents, groupsToDecideOn, patientPermissions, staffPermissions } from './matrix.js'
import {
  addressOfTarget,
  changePage,
  homePage,
  targetName,
  userPage,
  usersPage,
  type Refusal,
  type Target,
} from './pages.js'
import { permissionName } from './wording.js'

/** `everywhere`: the whole route table, by which an address is known. */
export function staffRoutes(everywhere: () => readonly Route[]): RouteOf<'staff'>[] {
  return routes('staff', (r) => {
    r.get('/access', can('access:manage'), home)
    r.get('/access/why', can('access:manage'), (context) => why(context, everywhere()))
    r.get('/access/groups/:group', can('access:manage'), (context) => show(context, groupIn(context)))
    r.post('/access/groups/:group', can('access:manage'), (context) => decide(context, groupIn(context)))
    r.get('/access/extents/:extent', can('access:manage'), (context) => show(context, extentIn(context)))
    r.post('/access/extents/:extent', can('access:manage'), (context) => decide(context, extentIn(context)))
    r.get('/access/users', can('access:manage'), users)
    r.get('/access/users/:username', can('access:manage'), user)
    r.post('/access/users/:username', can('access:manage'), (context) => decide(context, userIn(context)))
    r.post('/access/users/:username/addressee', can('access:manage'), addressee)
  })
}

async function home(context: StaffContext): Promise<Answer> {
  return context.show.page('/access/home', await homePage(context), { title: context.t('access.title') })
}

async function why(context: StaffContext, everywhere: readonly Route[]): Promise<Answer> {
  const { show, t, url } = context
  const asked = askedIn(context)
  const title = t('access.why.title')
  const page = (more: object, errors = {}) => ({
    backHref: url('/staff/portal/access'),
    form: whyForm(context, asked, errors),
    ...more,
  })
  const things = thingsAsked(everywhere, url(''), asked)
  const errors = whatIsMissing(asked, things.length)
  if (Object.keys(errors).length > 0) return show.refused('/access/why', page({}, errors), { title })
  const choices = asked.who === '' ? await choicesFor(context, asked.person) : []
  const [only] = choices
  const who = asked.who || (choices.length === 1 && only ? only.who : '')
  const answered = who === '' ? undefined : await answersOn(context, who, things)
  if (answered) {
    return show.page('/access/why', page({ answered }), {
      title,
      about: answered.pid === undefined ? [] : [answered.pid],
    })
  }
  const links = choices.map((choice) => ({ text: choice.text, href: url(whyAddress({ ...asked, who: choice.who })) }))
  const about = choices.flatMap(({ pid }) => (pid === undefined || pid === 0 ? [] : [pid]))
  return show.page('/access/why', page({ choices: links, nobody: links.length === 0 }), { title, about })
}

function whatIsMissing({ person, who, address }: Asked, things: number): Record<string, string> {
  const missing: Record<string, string> = {}
  if (person === '' && who === '') missing['person'] = 'access.why.missing'
  if (things === 0) {
    if (address === '') missing['permission'] = 'access.why.choosePermission'
    else missing['address'] = 'access.why.noSuchPage'
  }
  return missing
}

function whyAddress(asked: Asked): string {
  return `/staff/portal/access/why?${new URLSearchParams({ ...asked }).toString()}`
}

async function groupIn({ params, portal }: StaffContext): Promise<Target | undefined> {
  const lists = await readAccessLists(portal.db)
  const group = groupsToDecideOn(lists).find(({ value }) => value === params['group'])
  return group && { kind: 'group', group }
}

function extentIn({ params }: StaffContext): Target | undefined {
  const extent = extents.find(({ name }) => name === params['extent'])
  return extent && { kind: 'extent', extent }
}

async function userIn({ params, portal }: StaffContext): Promise<Target | undefined> {
  const found = await findStaffByName(portal.db, params['username'] ?? '')
  return found && { kind: 'user', user: found }
}

/** One permission of a target, with the form. An address without a permission leads to where one is chosen. */
async function show(context: StaffContext, target: Target | undefined | Promise<Target | undefined>): Promise<Answer> {
  const found = await target
  if (!found) return context.show.notFound()
  const permission = context.query['permission']
  if (permission === undefined) return context.show.seeOther('/staff/portal/access')
  return isGivenTo(found, permission) ? onePermission(context, found, permission) : context.show.notFound()
}

function isGivenTo(target: Target, permission: string): boolean {
  const list = target.kind === 'extent' ? patientPermissions : staffPermissions
  return list.some(({ name }) => name === permission)
}

async function onePermission(
  context: StaffContext,
  target: Target,
  permission: string,
  refusal?: Refusal,
  status = 422,
): Promise<Answer> {
  const page = await changePage(context, target, permission, refusal)
  const title = context.t('access.change.title', {
    what: permissionName(context, permission),
    who: targetName(context, target),
  })
  if (refusal) return context.show.refused('/access/change', page, { title, status })
  return context.show.page('/access/change', page, { title })
}

const Decision = z.object({
  permission: z.string('access.change.unknownPermission'),
  effect: z.enum(effects, 'form.choose'),
  reason: optionalText(255),
})

async function decide(context: StaffContext, asked: Target | undefined | Promise<Target | undefined>): Promise<Answer> {
  const { form, show: answer, t } = context
  const target = await asked
  if (!target) return answer.notFound()
  const read = form(Decision)
  const { permission = '', effect = '', reason = '' } = read.typed
  if (!isGivenTo(target, permission)) return answer.problem(422, { what: t('access.change.unknownPermission') })
  const refuse = (errors: Record<string, string>, status = 422) =>
    onePermission(context, target, permission, { errors, effect, reason }, status)
  if (!read.ok) return refuse({ ...read.errors })
  if (target.kind === 'user' && read.value.effect !== 'default' && read.value.reason === '') {
    return refuse({ reason: 'access.change.missingReason' })
  }
  const outcome = await change(context, target, read.value)
  if (!outcome.ok) return refuse({ '': refusals[outcome.reason] }, 409)
  const back = target.kind === 'user' ? addressOfTarget(target) : '/access'
  return answer.seeOther(`/staff/portal${back}`, { kind: 'success', key: 'access.change.saved' })
}

const refusals = {
  'last-holder': 'access.change.lastHolder',
  'no-longer': 'access.change.noLonger',
  shared: 'access.change.shared',
} as const

function change(
  { actor, portal, staff }: StaffContext,
  target: Target,
  decision: z.output<typeof Decision>,
): Promise<ChangeOutcome> {
  switch (target.kind) {
    case 'group':
      return changeGroup(portal, staff, actor, { ...decision, group: target.group })
    case 'user':
      return changeUser(portal, staff, actor, { ...decision, user: target.user })
    case 'extent':
      return changeExtent(portal, staff, actor, { ...decision, subject: target.extent.subject })
  }
}

const FOUND_MOST = 20

async function users(context: StaffContext): Promise<Answer> {
  const { portal, query, show: answer, t } = context
  const typed = (query['q'] ?? '').slice(0, 100)
  const found = await searchStaff(portal.db, typed, FOUND_MOST + 1)
  return answer.page('/access/users', usersPage(context, typed, found, FOUND_MOST), { title: t('access.users.find') })
}

async function user(context: StaffContext): Promise<Answer> {
  const target = await userIn(context)
  if (target?.kind !== 'user') return context.show.notFound()
  return context.query['permission'] === undefined ? oneUser(context, target.user) : show(context, target)
}

async function oneUser(context: StaffContext, found: StaffUser, error?: string): Promise<Answer> {
  const page = await userPage(context, found, error)
  const title = context.t('access.user.title', { name: found.name })
  if (error !== undefined) return context.show.refused('/access/user', page, { title, status: 409 })
  return context.show.page('/access/user', page, { title })
}

const Addressee = z.object({ on: z.enum(['1', '0'], 'form.choose') })

async function addressee(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show: answer, staff, t } = context
  const target = await userIn(context)
  if (target?.kind !== 'user') return answer.notFound()
  const read = form(Addressee)
  if (!read.ok) return answer.problem(422, { what: t('form.choose') })
  const outcome = await changeAddressee(portal, staff, actor, { user: target.user, on: read.value.on === '1' })
  if (!outcome.ok) return oneUser(context, target.user, t(refusals[outcome.reason]))
  return answer.seeOther(`/staff/portal${addressOfTarget(target)}`, {
    kind: 'success',
    key: 'access.user.addresseeSaved',
  })
}
