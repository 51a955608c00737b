/** Questionnaires of the demo practice: the samples, some asked, some answered over the last weeks. */
import { assignForm, findAssignment, type NewAssignment } from '../access/formAssignments.js'
import { makeRule } from '../access/formRules.js'
import { formVersion, pinVersion } from '../access/formVersions.js'
import type { Answers, Form, Path, Value } from '../access/questionnaires/model.js'
import { keepAnswers } from '../features/forms/answering/submitting.js'
import { samples } from '../features/forms/building/samples/index.js'
import { detectHost } from '../host/detect.js'
import { keepVersion, keepsQuestionnaires, type RepositoryRow } from '../host/questionnaires.js'
import type { Actor } from '../platform/audit.js'
import { day, daysLater, utc, wallClock, type Clock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { category } from './hours.js'
import type { ResidentName } from './people.js'
import { earlierBy } from './stories.js'

type Sample = 'foyer-phq-9' | 'foyer-gad-7' | 'foyer-intake' | 'foyer-diet-journal'
type Asked = Extract<ResidentName, 'amina.yusuf' | 'maria.santos' | 'leo' | 'john.carter' | 'luis.reyes'>

export interface QuestionnairePeople {
  by: Actor
  patients: Pick<Record<ResidentName, number>, Asked>
  /** Account ids; none: after a reinstallation nothing is told again. */
  accounts: ReadonlyMap<string, number>
  /** users.id of who made them. */
  staffId: number
}

/** Takes the samples over, asks some patients, and lets two of them have answered before. */
export async function addQuestionnaires(tx: Tx, clock: Clock, people: QuestionnairePeople): Promise<void> {
  const site = await detectHost(tx)
  if (!keepsQuestionnaires(site)) return
  const { by, patients } = people
  const kept = new Map<string, RepositoryRow>()
  for (const resource of samples) {
    const at = wallClock(clock.now().minus({ days: 90 }))
    const name = resource.title ?? resource.id ?? ''
    const row = await keepVersion(tx, site, { key: undefined, resource, name, providerId: people.staffId, at })
    kept.set(resource.id ?? '', row)
  }
  const today = day(clock.now())
  const asking = async (at: Clock, sample: Sample, who: Asked, more: Partial<NewAssignment> = {}) => {
    const row = kept.get(sample)
    if (!row) return undefined
    const portal = { clock: at, site }
    const outcome = await assignForm(tx, portal, by, {
      ...{ form: row.key, to: { pid: patients[who] }, origin: 'hand', ...more },
    })
    return outcome.ok ? { id: outcome.id, row, portal } : undefined
  }
  const answered = async (days: number, sample: Sample, who: Asked, weights: readonly number[]) => {
    const at = earlierBy(clock, { days })
    const asked = await asking(at, sample, who)
    const account = people.accounts.get(who)
    if (!asked || account === undefined) return
    const assignment = await findAssignment(tx, asked.id)
    const version = await formVersion(tx, await pinVersion(tx, at, asked.row))
    if (!assignment) return
    const actor: Actor = { kind: 'account', id: String(account), name: who, requestId: undefined }
    const answers = weighted(version.form, weights)
    const kept = await keepAnswers(tx, asked.portal, actor, account, { assignment, version, answers })
    if (!kept.ok)
      throw new Error(`${sample}: ${kept.problems.map(({ linkId, problem }) => `${linkId} ${problem}`).join(', ')}`)
  }
  await answered(56, 'foyer-phq-9', 'amina.yusuf', [2, 2, 2, 2, 1, 1, 2, 1, 0])
  await answered(28, 'foyer-phq-9', 'amina.yusuf', [1, 2, 1, 2, 1, 1, 1, 0, 0])
  await answered(14, 'foyer-gad-7', 'john.carter', [2, 1, 2, 1, 2, 1, 2])
  await answered(1, 'foyer-phq-9', 'luis.reyes', [2, 2, 1, 2, 1, 1, 1, 1, 1])
  await asking(clock, 'foyer-phq-9', 'amina.yusuf', { dueOn: daysLater(today, 5), everyDays: 28 })
  await asking(clock, 'foyer-intake', 'maria.santos', { dueOn: daysLater(today, 7) })
  await asking(clock, 'foyer-diet-journal', 'leo', { everyDays: 7, note: 'One day of this week is enough.' })
  const intake = kept.get('foyer-intake')
  if (intake) await askNewcomers(tx, clock, by, intake)
  // They were told long ago: nobody is written to when the demo begins.
  await tx.change(`UPDATE foyer_form_assignments SET told_at = :now WHERE told_at IS NULL`, { now: utc(clock.now()) })
}

/** Each question that counts, in order, answered by its option of this weight. */
function weighted(form: Form, weights: readonly number[]): Answers {
  const counted = [...form.all.values()].filter(({ item }) => item.options.some(({ ordinal }) => ordinal !== undefined))
  return new Map(
    counted.flatMap(({ item }, at): [Path, Value[]][] => {
      const option = item.options.find(({ ordinal }) => ordinal === weights[at])
      return option ? [[encodeURIComponent(item.linkId), [option.value]]] : []
    }),
  )
}

/** Whoever comes for the first time is asked beforehand. */
async function askNewcomers(tx: Tx, clock: Clock, by: Actor, intake: RepositoryRow): Promise<void> {
  await makeRule(tx, { clock }, by, {
    ...{ form: intake.key, categoryId: category.newPatient, daysBefore: 14 },
    ...{ ageFrom: undefined, ageUntil: undefined, everyDays: undefined, dueDays: undefined },
  })
}
