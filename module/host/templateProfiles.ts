/**
 * Profiles: sets of templates that groups of patients are asked for (facts §6.1). A row with a template says that it is
 * in the profile; one without that a group of patients has the profile.
 */
import { wallClock, type Clock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import type { HostSite } from './detect.js'

/** With the clock by which the host's rows are written. */
export interface Site {
  clock: Clock
  site: HostSite
}

export interface Membership {
  templateId: number
  /** '' for a template that was sent to a patient or to all: only its rule stands there. */
  profile: string
  name: string
  category: string
  providerId: number
  recurring: boolean
  /** Days from one document to the next; 0 where it is not asked for again. */
  periodDays: number
  /** Asked for once: the host shows it no more when it was sent. */
  once: boolean
}

/** Puts a template into a profile, or says by which rule it is asked for. Returns the row's id. */
export function putMembership(tx: Tx, portal: Site, membership: Membership): Promise<number> {
  const { recurring, once, ...row } = membership
  return putRow(tx, portal, {
    ...row,
    ...{ memberOf: '', active: 1, recurring: recurring ? 1 : 0, trigger: once ? 'once' : '' },
  })
}

interface ProfileRow {
  templateId: number
  profile: string
  name: string
  category: string
  providerId: number
  memberOf: string
  active: number
  recurring: number
  trigger: string
  periodDays: number
}

/** notify_* came with 7.0.2, and have no default (facts §1.1, §12.2). */
function putRow(tx: Tx, { clock, site }: Site, row: ProfileRow): Promise<number> {
  const notifies = site.has('document_template_profiles', 'notify_trigger')
  return tx.insert(
    // sql-safe: constants
    `INSERT INTO document_template_profiles
       (template_id, profile, template_name, category, provider, modified_date, member_of, active, recurring,
        event_trigger, period${notifies ? ', notify_trigger, notify_period' : ''})
     VALUES (:templateId, :profile, :name, :category, :providerId, :now, :memberOf, :active, :recurring,
        :trigger, :periodDays${notifies ? `, '', 0` : ''})
     ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), template_name = VALUES(template_name), category = VALUES(category),
       provider = VALUES(provider), modified_date = VALUES(modified_date), active = VALUES(active),
       recurring = VALUES(recurring), event_trigger = VALUES(event_trigger), period = VALUES(period)`,
    { ...row, now: wallClock(clock.now()) },
  )
}

/** Whether a template is in a profile. */
export async function isInProfile(db: Queryable, templateId: number, profile: string): Promise<boolean> {
  const row = await db.first<{ id: number }>(
    `SELECT id FROM document_template_profiles WHERE template_id = :templateId AND profile = :profile LIMIT 1`,
    { templateId, profile },
  )
  return row !== undefined
}

/** False: it was not in it. */
export async function removeMembership(tx: Tx, templateId: number, profile: string): Promise<boolean> {
  const gone = await tx.change(
    `DELETE FROM document_template_profiles WHERE template_id = :templateId AND template_id > 0 AND profile = :profile`,
    { templateId, profile },
  )
  return gone > 0
}

/** Gives a profile to a group of patients, or takes it from them. */
export async function linkGroup(
  tx: Tx,
  portal: Site,
  link: { profile: string; group: string; active: boolean; providerId: number },
): Promise<void> {
  await putRow(tx, portal, {
    ...{ templateId: 0, profile: link.profile, name: '', category: 'Group', providerId: link.providerId },
    ...{ memberOf: link.group, active: link.active ? 1 : 0, recurring: 0, trigger: '', periodDays: 0 },
  })
}

const PROFILE_MOST = 64

/** The host has no way to ask a group for one template: it gets a profile of its own. */
export function profileOfGroup(group: string): string {
  return `foyer_${group}`.slice(0, PROFILE_MOST)
}

/** The group's own profile is there, in the host's list, and the group has it. */
export async function ensureGroupProfile(
  tx: Tx,
  portal: Site,
  { group, title, providerId }: { group: string; title: string; providerId: number },
): Promise<string> {
  const profile = profileOfGroup(group)
  await tx.change(
    `INSERT IGNORE INTO list_options
       (list_id, option_id, title, seq, is_default, option_value, mapping, notes, codes, toggle_setting_1,
        toggle_setting_2, activity, subtype, edit_options)
     SELECT 'Document_Template_Profiles', :profile, :title, COALESCE(MAX(seq), 0) + 10, 0, 0, '', 'foyer', '', 0, 0, 1, '', 1
       FROM list_options WHERE list_id = 'Document_Template_Profiles'`,
    { profile, title: title.slice(0, 255) },
  )
  await linkGroup(tx, portal, { profile, group, active: true, providerId })
  return profile
}

export interface Option {
  id: string
  title: string
}

export interface TemplateLists {
  categories: Option[]
  profiles: Option[]
  groups: Option[]
}

/** What the practice has in the lists for templates, in its order (facts §5.4). */
export async function templateLists(db: Queryable): Promise<TemplateLists> {
  const rows = await db.select<{ list_id: string; option_id: string; title: string }>(
    `SELECT list_id, option_id, title FROM list_options
      WHERE activity = 1
        AND list_id IN ('Document_Template_Categories', 'Document_Template_Profiles', 'Patient_Groupings')
      ORDER BY seq, title`,
  )
  const of = (list: string) =>
    rows.filter(({ list_id }) => list_id === list).map(({ option_id: id, title }) => ({ id, title: title || id }))
  return {
    // Letters of the host, which no patient fills.
    categories: of('Document_Template_Categories').filter(({ id }) => id !== 'notification_template'),
    profiles: of('Document_Template_Profiles'),
    groups: of('Patient_Groupings'),
  }
}
