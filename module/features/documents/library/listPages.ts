/** The page of categories, profiles and groups. */
import { z } from 'zod'
import { profileLines } from '../../../host/reads/templates.js'
import {
  isBuiltIn,
  optionCounts,
  templateListNames,
  type TemplateList,
  type Users,
} from '../../../host/templateLists.js'
import { templateLists } from '../../../host/templateProfiles.js'
import { text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { addToList, isGroupProfile, removeFromList, renameInList, type Option } from './lists.js'

const TITLE_MOST = 100
const TitleForm = z.object({ title: text(TITLE_MOST, 'templates.missing.title') })

/** GET /templates/lists */
export function lists(context: StaffContext): Promise<Answer> {
  return listsPage(context)
}

interface Told {
  status: 409 | 422
  text: string
  /** Of the list's own field, or of an option's. */
  list: TemplateList
  id?: string
  typed?: string
}

async function listsPage(context: StaffContext, told?: Told): Promise<Answer> {
  const { portal, show, t, url } = context
  const options = await templateLists(portal.db)
  const counts = await optionCounts(portal.db)
  const inProfile = (await profileLines(portal.db)).filter(({ kind }) => kind === 'template')
  const countOf = ({ id, list }: Option) =>
    list === 'profiles' ? inProfile.filter(({ profile }) => profile === id).length : (counts.get(`${list}:${id}`) ?? 0)
  const page = {
    backHref: url('/staff/portal/templates'),
    errors: told ? [errorOf(options, told)] : [],
    lists: templateListNames.map((list) => ({
      list,
      action: url(`/staff/portal/templates/lists/${list}`),
      typed: told?.list === list && told.id === undefined ? (told.typed ?? '') : '',
      error: told?.list === list && told.id === undefined ? told.text : undefined,
      options: options[list]
        .filter(({ id }) => !isGroupProfile({ list, id }))
        .map(({ id, title }, at) => ({
          ...{ id, title, field: fieldId(list, at) },
          action: url(`/staff/portal/templates/lists/${list}/${encodeURIComponent(id)}`),
          used: t(`templates.lists.used.${list === 'groups' ? 'patients' : 'templates'}`, {
            count: countOf({ list, id }),
          }),
          builtIn: isBuiltIn(list, id),
          typed: told?.list === list && told.id === id ? (told.typed ?? title) : title,
          error: told?.list === list && told.id === id ? told.text : undefined,
        })),
    })),
  }
  const title = t('templates.lists')
  if (!told) return show.page('/documents/library/lists', page, { title })
  return show.refused('/documents/library/lists', page, { title, status: told.status })
}

function fieldId(list: TemplateList, at: number): string {
  return `field-${list}-${String(at)}`
}

/** Where a message leads: to the field that it is about. */
function errorOf(options: Awaited<ReturnType<typeof templateLists>>, { id, list, text: said }: Told): FieldError {
  if (id === undefined) return { text: said, id: `field-${list}-new` }
  const at = options[list]
    .filter((option) => !isGroupProfile({ list, id: option.id }))
    .findIndex((each) => each.id === id)
  return { text: said, id: fieldId(list, Math.max(at, 0)) }
}

/** Undefined: no list of that name. */
function listIn({ params }: StaffContext): TemplateList | undefined {
  return templateListNames.find((name) => name === params['list'])
}

/** POST /templates/lists/:list: `title` of a new one. */
export async function addOne(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const list = listIn(context)
  if (!list) return show.notFound()
  const asked = form(TitleForm)
  const typed = asked.typed['title'] ?? ''
  if (!asked.ok)
    return listsPage(context, {
      ...{ status: 422, list, typed },
      text: t(asked.errors['title'] ?? 'templates.missing.title'),
    })
  const outcome = await addToList(portal, actor, list, asked.value.title)
  if (!outcome.ok) return listsPage(context, { ...{ status: 422, list, typed }, text: t('templates.lists.taken') })
  return show.seeOther(`${AT}#field-${list}-new`, { kind: 'success', key: `templates.lists.added.${list}` })
}

const AT = '/staff/portal/templates/lists'

/** POST /templates/lists/:list/:option/title: `title` from now on. */
export async function renameOne(context: StaffContext): Promise<Answer> {
  const { actor, form, params, portal, show, t } = context
  const [list, id] = [listIn(context), params['option'] ?? '']
  if (!list) return show.notFound()
  const asked = form(TitleForm)
  const typed = asked.typed['title'] ?? ''
  if (!asked.ok) {
    return listsPage(context, {
      ...{ status: 422, list, id, typed },
      text: t(asked.errors['title'] ?? 'templates.missing.title'),
    })
  }
  const outcome = await renameInList(portal, actor, { list, id }, asked.value.title)
  if (outcome.ok) return show.seeOther(AT, { kind: 'success', key: 'templates.lists.renamed' })
  if (outcome.reason === 'not-found') return show.notFound()
  return listsPage(context, { ...{ status: 422, list, id, typed }, text: t('templates.lists.taken') })
}

/** POST /templates/lists/:list/:option/removal */
export async function removeOne(context: StaffContext): Promise<Answer> {
  const { actor, params, portal, show, t } = context
  const [list, id] = [listIn(context), params['option'] ?? '']
  if (!list) return show.notFound()
  const outcome = await removeFromList(portal, actor, { list, id })
  if (outcome.ok) return show.seeOther(AT, { kind: 'success', key: 'templates.lists.removed' })
  if (outcome.reason === 'not-found') return show.notFound()
  const said =
    outcome.reason === 'in-use'
      ? [t('templates.lists.inUse', { title: outcome.title }), ...usersText(context, outcome.users)].join(' ')
      : t('templates.lists.builtIn')
  return listsPage(context, { status: 409, list, id, text: said })
}

const NAMES_SHOWN = 5

/** "Templates: Consent, Privacy and 3 more." */
function usersText({ t }: StaffContext, users: Users): string[] {
  const named = (['templates', 'questionnaires', 'profiles', 'groups'] as const).flatMap((kind) => {
    const names = users[kind]
    if (names.length === 0) return []
    const more = names.length > NAMES_SHOWN ? ` ${t('templates.andMore', { count: names.length - NAMES_SHOWN })}` : ''
    return [t(`templates.lists.users.${kind}`, { names: `${names.slice(0, NAMES_SHOWN).join(', ')}${more}` })]
  })
  return users.patients === 0 ? named : [...named, t('templates.lists.users.patients', { count: users.patients })]
}
