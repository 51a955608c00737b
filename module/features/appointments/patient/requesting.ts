/** A new visit: a time is chosen, looked at once more, and asked for. */
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { requestAppointment, type RequestRefusal } from '../booking.js'
import { requestable, type Wish } from '../openings.js'
import { whyNotOffered, whyNotRequested, type CheckTyped } from './choicePages.js'
import {
  Chosen,
  chosenErrors,
  chosenIn,
  Reason,
  showCheck,
  showChoice,
  startAgain,
  statusOf,
  typedIn,
} from './choosing.js'
import { chosenAmong, type Note } from './providerChoice.js'
import { made } from './visit.js'

/** GET …/new: what the address asks for, else the first of what can be had. */
export async function chooseTime(context: RecordContext): Promise<Answer> {
  const { portal, query, scope } = context
  const { categories, providers } = await requestable(portal, portal.db)
  const category = categories.find((each) => String(each.id) === query['category'])
  const own = scope.kind === 'chart' ? String(scope.patient.providerId ?? '') : ''
  // Whom they see usually, unless they say otherwise.
  const wanted = query['provider'] ?? own
  const among = chosenAmong(providers, wanted, query['who'])
  const { provider } = among
  const notes: Note[] = [
    ...(query['category'] !== undefined && !category ? [{ key: 'appointments.choose.otherCategory' }] : []),
    ...(provider ? [] : await whyNotThey(context, query['provider'], own)),
  ]
  const wish = { category: category ?? categories[0], provider: provider ?? providers[0] }
  return showChoice(context, undefined, { categories, among, ...wish, notes })
}

/** Of the doctor whom they usually see nothing is said, unless there is something to say. */
async function whyNotThey(context: RecordContext, asked: string | undefined, own: string): Promise<Note[]> {
  const why = await whyNotOffered(context, asked ?? own)
  return asked === undefined && why.name === undefined ? [] : [why]
}

/** GET …/new/check */
export async function check(context: RecordContext): Promise<Answer> {
  const { portal, show } = context
  const chosen = Chosen.safeParse(chosenIn(context))
  if (!chosen.success) return chooseTime(context)
  const wish = wishIn(await requestable(portal, portal.db), chosen.data)
  if (!wish) return show.notFound()
  return showCheck(context, { ...wish, purpose: undefined, typed: { ...chosen.data, reason: '' } }, 200)
}

function wishIn(
  { categories, providers }: Awaited<ReturnType<typeof requestable>>,
  ids: { provider: number; category: number },
): Wish | undefined {
  const provider = providers.find((each) => each.id === ids.provider)
  const category = categories.find((each) => each.id === ids.category)
  return provider && category && { provider, category }
}

/** POST …/appointments */
export async function request(context: RecordContext): Promise<Answer> {
  const { actor, form, once, portal, scope } = context
  const chosen = form(Chosen)
  const said = form(Reason)
  const typed = typedIn(chosen.typed)
  const category = Number(chosen.typed['category'] ?? 0)
  if (!chosen.ok) return again(context, { ...typed, category }, 422, chosenErrors(chosen.errors))
  if (!said.ok) return again(context, { ...typed, ...chosen.value }, 422, said.errors)

  const wish = { ...chosen.value, reason: said.value.reason }
  const outcome = await requestAppointment(portal, actor, {
    ...wish,
    scope,
    once: once({ ...wish, record: scope.record }),
  })
  if (outcome.ok) return made(context, outcome.eid, 'appointments.requested')
  return again(context, wish, statusOf(outcome), {}, outcome)
}

/** The form once more, with what was typed, what is in the way, and where there is room instead. */
async function again(
  context: RecordContext,
  typed: CheckTyped & { category: number },
  status: number,
  errors: Readonly<Record<string, string>>,
  refusal?: RequestRefusal,
): Promise<Answer> {
  const { portal } = context
  const wish = wishIn(await requestable(portal, portal.db), typed)
  if (wish)
    return showCheck(context, { ...wish, purpose: undefined, typed, errors, ...(refusal ? { refusal } : {}) }, status)
  const what = refusal ? whyNotRequested(context, refusal) : context.t(errors['at'] ?? 'appointments.chooseTime')
  return startAgain(context, what, '/appointments/new')
}
