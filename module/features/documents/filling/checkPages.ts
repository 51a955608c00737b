/** What will be sent is looked at once more, and sent; then it has a number. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import { nameOf } from '../../../access/scope.js'
import { fileOf } from '../../../access/storedFiles.js'
import { writeInstant } from '../../../web/instant.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { ownCopyIsReleased } from '../chart/released.js'
import { templateNodes } from '../directives.js'
import { errorsIn } from './formPages.js'
import { documentHref, found, namedIn, nextText, over, standingTag, type Found } from './found.js'
import { finish, finishedDocument, pdfOf, pinnedOf, seenOf, sendDocument, type Finished } from './sending.js'
import { signerOf } from './signing.js'
import { mayChange } from './standing.js'

/** GET …/check */
export async function check(context: RecordContext): Promise<Answer> {
  const { here, language, portal, show } = context
  const named = namedIn(context)
  const finished = named && (await finishedDocument(portal, { ...named, language }))
  if (!named || !finished) return show.notFound()
  if (!mayChange(finished.filling.standing)) return show.seeOther(here(`/documents/filled/${String(named.id)}`))
  return checkPage(context, named, finished)
}

function checkPage(
  context: RecordContext,
  { id, scope }: Found,
  finished: Finished,
  refused?: { status: number; said?: string },
): Answer {
  const { portal, show, t } = context
  const { filling, missing, values } = finished
  const errors = Object.fromEntries(Object.entries(missing).map(([name, key]) => [name, t(key)]))
  const signs = filling.fields.some(({ by, kind }) => kind === 'signature' && by === 'patient')
  const page = {
    title: t('filling.check.title'),
    document: filling.document.title,
    for: nameOf(scope),
    status: standingTag(context, filling.standing),
    said: refused?.said,
    missing: errorsIn(context, filling, errors).map(({ name, text }) => ({
      text,
      href: `${documentHref(context, id)}#field-${name ?? ''}`,
    })),
    nodes: templateNodes(filling.parts, values, 'read', t),
    hereby: signs ? t('filling.check.hereby', { name: filling.filled?.signer ?? signerOf(scope) }) : '',
    seen: seenOf(portal, finished),
    action: documentHref(context, id, '/submission'),
    changeHref: documentHref(context, id),
    previewHref: documentHref(context, id, '/document.pdf'),
  }
  const options = { title: t('filling.check.title'), ...(refused ? { status: refused.status } : {}) }
  return refused
    ? show.refused('/documents/filling/check', page, options)
    : show.page('/documents/filling/check', page, options)
}

/** POST …/submission */
export async function send(context: RecordContext): Promise<Answer> {
  const { actor, address, form, here, language, portal, show, t } = context
  const named = namedIn(context)
  if (!named) return show.notFound()
  const posted = form(z.object({ seen: z.string().catch('') }))
  const seen = posted.ok ? posted.value.seen : ''
  const outcome = await sendDocument(portal, actor, { ...named, seen, language, address })
  if (outcome.ok) return show.seeOther(here(`/documents/filled/${String(named.id)}/receipt`))
  if (outcome.reason === 'not-found') return show.notFound()
  if (outcome.reason === 'over') return over(context, named.id)
  const finished = await finishedDocument(portal, { ...named, language })
  if (!finished) return show.notFound()
  return outcome.reason === 'missing'
    ? checkPage(context, named, finished, { status: 422 })
    : checkPage(context, named, finished, { status: 409, said: t('filling.check.changed') })
}

/** GET …/receipt */
export async function receipt(context: RecordContext): Promise<Answer> {
  const { here, scope, show, t, url } = context
  const filling = await found(context)
  if (!filling?.sent) return show.notFound()
  const { document, sent, standing } = filling
  const page = {
    title: t('filling.receipt.title'),
    number: sent.receipt,
    next: nextText(context, standing),
    lines: [
      { term: t('filling.for'), text: nameOf(scope) },
      { term: t('filling.receipt.document'), text: document.title },
      { term: t('filling.sentAlready'), text: writeInstant(context, sent.sent_at) },
      { term: t('filling.status'), text: standingTag(context, standing).text },
    ],
    actions: [
      { label: t('filling.receipt.more'), href: url(here('/documents/asked')) },
      { label: t('filling.receipt.see'), href: documentHref(context, document.id) },
    ],
  }
  return show.page('/documents/filling/receipt', page, { title: t('filling.receipt.title') })
}

/** GET …/document.pdf: the bytes that were sent; before, how they would be now. */
export async function preview(context: RecordContext): Promise<Answer> {
  const { language, portal, show } = context
  const named = namedIn(context)
  const filling = await found(context)
  if (!named || !filling) return show.notFound()
  const name = `${filling.document.title.replace(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 100)}.pdf`
  const type = 'application/pdf'
  if (mayChange(filling.standing)) {
    const finished = await finish(portal, portal.db, named.scope, filling, { language, at: portal.clock.now() })
    return show.file(type, name, await pdfOf(portal, finished, pinnedOf(portal, named.scope, finished)))
  }
  const file = await fileOf(portal.db, filling.sent?.file_id ?? 0)
  if (!file || !filling.sent || !(await ownCopyIsReleased(portal, named.scope, filling.sent))) return show.notFound()
  return show.stream({ type, name, body: Readable.from(await portal.files.open(file.key)), bytes: file.bytes })
}
