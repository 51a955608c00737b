/** From the right password to being in, by way of whatever stages are left: the same for every page at the doors. */
import type { SignInOutcome } from '../../access/signIn.js'
import type { Stage } from '../../access/stages.js'
import type { DoorContext, WaitingPerson } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'

const pages: Record<Stage, string> = {
  'verify-email': 'verify-address',
  'second-factor': 'second-factor',
  'change-password': 'new-password',
  'set-up-second-factor': 'set-up-second-factor',
}

const doors = { patient: '/portal/sign-in', staff: '/staff/sign-in' } as const
const insides = { patient: '/portal', staff: '/staff/portal' } as const

/** In at once, or held until the last stage is done. `next`: a safe address of this door. */
export async function goIn(
  context: DoorContext,
  { who, stages }: Extract<SignInOutcome, { ok: true }>,
  next: string | undefined,
): Promise<Answer> {
  const [first] = stages
  if (first === undefined) {
    await context.enter(who)
    return context.show.seeOther(next ?? insides[context.door])
  }
  await context.hold({ who, stages, next })
  return context.show.seeOther(stagePath(context, first))
}

/** This stage is done: to the next one, or in. `fingerprint`: of the password that they have just chosen. */
export async function goOn(context: DoorContext, stage: Stage, fingerprint?: string): Promise<Answer> {
  const then = await context.pass(stage, fingerprint)
  return context.show.seeOther(
    then === undefined ? (context.waiting?.next ?? insides[context.door]) : stagePath(context, then),
  )
}

export type AtStage = { who: WaitingPerson; answer?: never } | { who?: never; answer: Answer }

/** Who stands at this stage; anybody else is led to where they are: an earlier stage, inside, or the door. */
export function atStage(context: DoorContext, stage: Stage): AtStage {
  const { waiting, show, door } = context
  const [first] = waiting?.stages ?? []
  if (waiting && first === stage) return { who: waiting }
  if (first !== undefined) return { answer: show.seeOther(stagePath(context, first)) }
  return { answer: show.seeOther(context.inside ? insides[door] : doors[door]) }
}

function stagePath({ door }: DoorContext, stage: Stage): string {
  return `${doors[door]}/${pages[stage]}`
}
