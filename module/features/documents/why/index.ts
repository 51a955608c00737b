/** Why a member of staff can file what patients sent, and why not. */
import { explainStaff } from '../../../access/explain.js'
import type { Portal } from '../../../access/portal.js'
import { staffMay, staffMember, type StaffMember } from '../../../access/staff.js'
import {
  emrFix,
  whyStepsIn,
  type Part,
  type Reasons,
  type Why,
  type WhyContext,
  type WhyFix,
  type WhyStep,
} from '../../../feature.js'
import { siteFolder } from '../../../host/documents/siteFolder.js'
import { clamdVersion } from '../../../platform/clamd.js'
import { categoriesFor, isScanned } from '../audit/filing.js'
import { holderOf, type Submission } from '../submissions.js'
import { words } from './words.js'

const stepOf = whyStepsIn('documentsWhy')

const AUDIT = 'documents:audit'
/** So many of those that wait are looked at. */
const MOST = 500

const whyFile: Why = {
  key: 'file-document',
  title: 'documentsWhy.file',
  who: 'staff',
  async reasons(context, person) {
    const { portal } = context
    const member = person.kind === 'staff' ? await staffMember(portal.db, person.user.id) : undefined
    if (member) return ofMember(context, member)
    const username = person.kind === 'staff' ? person.user.username : ''
    const who = context.url(`/staff/portal/why?who=${encodeURIComponent(`user:${username}`)}&thing=staff-sign-in`)
    return { verdict: false, steps: [stepOf(context, 'atWork', false, {}, fix(context, 'atWork', who, 'why:ask'))] }
  },
}

/** Documents: what keeps them from the chart. */
export const explaining: Part = { words, routes: [], explain: [whyFile] }

async function ofMember(context: WhyContext, member: StaffMember): Promise<Reasons> {
  const { portal, url } = context
  const policy = portal.policy()
  const allowed = explainStaff(policy, member.subjects, AUDIT).verdict
  const folder = await siteFolder(portal.config)
  const categories = await categoriesFor(portal.db, member.username)
  const waiting = await waitingFor(portal)
  const others = (row: Waiting) => holderOf(portal, row)?.by ?? member.username
  const free = waiting.filter((row) => others(row) === member.username)
  const inChart = free.filter(({ pid }) => pid !== null)
  const scanned = inChart.filter(isScanned)
  const holders = [...new Set(waiting.map(others))].filter((name) => name !== member.username)
  const rules = url(
    `/staff/portal/access/users/${encodeURIComponent(member.username)}?permission=${encodeURIComponent(AUDIT)}`,
  )
  const queue = fix(context, 'queue', url('/staff/portal/documents'), AUDIT)
  const registrations = fix(context, 'registrations', url('/staff/portal/registrations'), 'registrations:process')
  const standing = [
    stepOf(context, 'atWork', true),
    stepOf(context, 'rules', allowed, {}, fix(context, 'rules', rules, 'access:manage')),
    stepOf(context, 'folder', folder.ok),
    stepOf(context, 'categories', categories.length > 0, { count: categories.length }, [emrFix(context)]),
    await waitsStep(context, waiting.length),
  ]
  const ofRows = [
    stepOf(context, 'free', free.length > 0, { count: free.length, names: holders.join(', ') }, queue),
    stepOf(context, 'inChart', inChart.length > 0, { count: inChart.length }, registrations),
    stepOf(context, 'scanned', scanned.length > 0, { count: scanned.length }, queue),
  ]
  return {
    verdict: staffMay(policy, member, AUDIT) && folder.ok && categories.length > 0 && scanned.length > 0,
    // Of what does not wait nothing more can be asked.
    steps: waiting.length === 0 ? standing : [...standing, ...ofRows],
  }
}

type Waiting = Pick<Submission, 'claimed_by' | 'claimed_at' | 'pid' | 'scan'>

function waitingFor({ db }: Portal): Promise<Waiting[]> {
  return db.select<Waiting>(
    // sql-safe: a number
    `SELECT claimed_by, claimed_at, pid, scan FROM foyer_submissions WHERE state = 'waiting' ORDER BY sent_at, id LIMIT ${String(MOST)}`,
  )
}

/** What a scanner has still to look at has not come to staff yet. */
async function waitsStep(context: WhyContext, count: number): Promise<WhyStep> {
  const { portal, t } = context
  const step = stepOf(context, 'waits', count > 0, { count })
  const { clamd } = portal.config
  if (clamd === undefined) return step
  const checking = await portal.db.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM foyer_uploads WHERE state = 'checking'`,
  )
  const answers = (await clamdVersion(clamd)) !== undefined
  const said = t(`documentsWhy.scanner.${answers ? 'yes' : 'no'}`, { count: checking?.count ?? 0 })
  return { ...step, detail: [...step.detail, said] }
}

function fix({ t }: WhyContext, key: string, href: string, permission: string): WhyFix[] {
  return [{ label: t(`documentsWhy.fix.${key}`), href, permission }]
}
