/** The lists that templates are sorted and sent by: a category, a profile or a group is made, renamed, removed. */
import type { Portal } from '../../../access/portal.js'
import {
  addOption,
  isBuiltIn,
  removeOption,
  renameOption,
  usersOf,
  type KeepOption,
  type TemplateList,
  type Users,
} from '../../../host/templateLists.js'
import { templateLists } from '../../../host/templateProfiles.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { takeTurn } from '../../../platform/turns.js'

/** At the end of its list. */
export function addToList(portal: Portal, actor: Actor, list: TemplateList, title: string): Promise<KeepOption> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, ['templates'])
    const outcome = await addOption(tx, list, title)
    if (outcome.ok) await record(tx, portal, actor, 'template.list-added', list, outcome.id, title)
    return outcome
  })
}

export interface Option {
  list: TemplateList
  /** list_options.option_id */
  id: string
}

/** Whatever names it does so by its id, and goes on doing so. */
export function renameInList(portal: Portal, actor: Actor, { id, list }: Option, title: string): Promise<KeepOption> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, ['templates'])
    if (!(await offered(tx, { id, list }))) return { ok: false, reason: 'not-found' }
    const outcome = await renameOption(tx, list, id, title)
    if (outcome.ok) await record(tx, portal, actor, 'template.list-renamed', list, id, title)
    return outcome
  })
}

type RemoveOutcome =
  | { ok: true }
  /** built-in: the EMR looks for it by its id. */
  | { ok: false; reason: 'not-found' }
  | { ok: false; reason: 'built-in' }
  | { ok: false; reason: 'in-use'; title: string; users: Users }

/** Only what nobody uses. */
export function removeFromList(portal: Portal, actor: Actor, { id, list }: Option): Promise<RemoveOutcome> {
  return portal.db.transaction(async (tx): Promise<RemoveOutcome> => {
    await takeTurn(tx, ['templates'])
    const option = await offered(tx, { id, list })
    if (!option) return { ok: false, reason: 'not-found' }
    if (isBuiltIn(list, id)) return { ok: false, reason: 'built-in' }
    const users = await usersOf(tx, portal.site, list, id)
    if (isUsed(users)) return { ok: false, reason: 'in-use', title: option.title, users }
    await removeOption(tx, list, id)
    await record(tx, portal, actor, 'template.list-removed', list, id, option.title)
    return { ok: true }
  })
}

/** As pages list it: not the profiles that Foyer makes for a group, nor the category of the host's own letters. */
async function offered(db: Queryable, { id, list }: Option): Promise<{ title: string } | undefined> {
  const options = (await templateLists(db))[list]
  return isGroupProfile({ id, list }) ? undefined : options.find((option) => option.id === id)
}

/** Made by Foyer for what one group alone is asked for: it comes and goes with its group. */
export function isGroupProfile({ id, list }: Option): boolean {
  return list === 'profiles' && id.startsWith('foyer_')
}

function isUsed({ groups, patients, profiles, questionnaires, templates }: Users): boolean {
  return patients > 0 || [groups, profiles, questionnaires, templates].some((names) => names.length > 0)
}

function record(
  tx: Tx,
  { clock }: Portal,
  actor: Actor,
  event: 'template.list-added' | 'template.list-renamed' | 'template.list-removed',
  list: TemplateList,
  id: string,
  title: string,
): Promise<void> {
  return recordAudit(tx, clock, actor, { event, subject: `${list}:${id}`.slice(0, 64), details: { list, id, title } })
}
