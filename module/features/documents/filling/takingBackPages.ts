/** Presses that take something back. */
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { namedIn, over } from './found.js'
import { dismissText, removeDraft, withdrawDocument, type TakeBackOutcome } from './takingBack.js'

/** POST …/withdrawal */
export async function takeBack(context: RecordContext): Promise<Answer> {
  const { actor, here, portal, show } = context
  const named = namedIn(context)
  if (!named) return show.notFound()
  const outcome = await withdrawDocument(portal, actor, named.scope, named.id)
  return said(context, named.id, outcome, here(`/documents/filled/${String(named.id)}`), 'filling.withdrawn')
}

/** POST …/removal */
export async function throwAway(context: RecordContext): Promise<Answer> {
  const { actor, here, portal, show } = context
  const named = namedIn(context)
  if (!named) return show.notFound()
  const outcome = await removeDraft(portal, actor, named.scope, named.id)
  return said(context, named.id, outcome, here('/documents/asked'), 'filling.removed')
}

/** POST …/kept/:kept/dismissal */
export async function dismiss(context: RecordContext): Promise<Answer> {
  const { actor, here, params, portal, show } = context
  const named = namedIn(context)
  const kept = /^[1-9]\d{0,14}$/.test(params['kept'] ?? '') ? Number(params['kept']) : 0
  if (!named || kept === 0) return show.notFound()
  const outcome = await dismissText(portal, actor, named.scope, { id: named.id, kept })
  return said(context, named.id, outcome, here(`/documents/filled/${String(named.id)}`), 'filling.kept.dismissed')
}

function said(context: RecordContext, id: number, outcome: TakeBackOutcome, to: string, key: string): Answer {
  const { show } = context
  if (outcome.ok) return show.seeOther(to, { kind: 'success', key })
  return outcome.reason === 'not-found' ? show.notFound() : over(context, id)
}
