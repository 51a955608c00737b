/** Profiles: which templates are in them, and which groups of patients have them. */
import { z } from 'zod'
import { profileLines } from '../../../host/reads/templates.js'
import { linkGroup, templateLists } from '../../../host/templateProfiles.js'
import { recordAudit } from '../../../platform/audit.js'
import { takeTurn } from '../../../platform/turns.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { several } from './libraryPages.js'

/** GET /templates/profiles */
export async function profiles(context: StaffContext): Promise<Answer> {
  const { portal, show, t, url } = context
  const lists = await templateLists(portal.db)
  const lines = await profileLines(portal.db)
  const page = {
    backHref: url('/staff/portal/templates'),
    profiles: lists.profiles.map(({ id, title }) => {
      const own = lines.filter(({ profile }) => profile === id)
      return {
        ...{ id, title, groupOnly: id.startsWith('foyer_') },
        action: url(`/staff/portal/templates/profiles/${encodeURIComponent(id)}`),
        templates: own
          .filter(({ kind }) => kind === 'template')
          .map((line) => ({
            name: line.name,
            href: url(`/staff/portal/templates/${String(line.template_id)}`),
            how:
              line.recurring === 1 && line.period > 0
                ? t('templates.every', { count: line.period })
                : t('templates.once'),
          })),
        groups: lists.groups.map((group) => ({
          ...group,
          on: own.some(({ kind, name }) => kind === 'group' && name === group.id),
        })),
      }
    }),
  }
  return show.page('/documents/library/profiles', page, { title: t('templates.profiles') })
}

/** POST /templates/profiles/:profile: `group`, each that has it. */
export async function setGroups(context: StaffContext): Promise<Answer> {
  const { actor, form, params, portal, show, staff } = context
  const asked = form(z.object({ group: several }))
  if (!asked.ok) return show.problem(422)
  const lists = await templateLists(portal.db)
  const profile = lists.profiles.find(({ id }) => id === params['profile'] && !id.startsWith('foyer_'))?.id
  if (profile === undefined) return show.notFound()
  await portal.db.transaction(async (tx) => {
    await takeTurn(tx, ['templates'])
    const has = (await profileLines(tx)).filter((line) => line.kind === 'group' && line.profile === profile)
    for (const { id: group } of lists.groups) {
      const active = asked.value.group.includes(group)
      if (active === has.some(({ name }) => name === group)) continue
      await linkGroup(tx, portal, { profile, group, active, providerId: staff.id })
      await recordAudit(tx, portal.clock, actor, {
        ...{ event: 'template.group', subject: `profile:${profile}`.slice(0, 64) },
        details: { group, active },
      })
    }
  })
  return show.seeOther('/staff/portal/templates/profiles', { kind: 'success', key: 'templates.done.groups' })
}
