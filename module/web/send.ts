/** An answer onto the wire: a whole page or its fragment, a redirect, a file, or what went wrong. */
import { pipeline } from 'node:stream/promises'
import { cookieOptions, isFragment, requestContext, type Exchange } from './exchange.js'
import { tokenFor } from './formToken.js'
import { frameOf } from './frame.js'
import { visitOf } from './visit.js'
import type { Flash } from './layout.js'
import { cookieOf, keepLanguage } from './reader.js'
import { render, type Locals } from './render.js'
import type { Audience, RequestContext } from './routes.js'
import type { Answer, FlashKey, PageAnswer, ProblemAnswer, StreamAnswer } from './show.js'

/** Sends nothing of a page or a file before `recorded` has resolved, and nothing at all when that throws. */
export async function send(
  exchange: Exchange,
  audience: Audience,
  context: RequestContext,
  answer: Answer,
  recorded: Promise<void> = Promise.resolve(),
): Promise<void> {
  const { response } = exchange
  switch (answer.kind) {
    case 'page':
      return sendPage(exchange, audience, context, answer, recorded)
    case 'see-other':
      if (answer.flash) keepFlash(exchange, answer.flash)
      response.redirect(303, context.url(answer.to))
      return
    case 'to-the-door':
      response.setHeader('HX-Redirect', context.url(answer.to))
      response.status(401).type('text/plain').send('')
      return
    case 'file':
      await recorded
      response.attachment(answer.name).type(answer.type).setHeader('Content-Security-Policy', NOTHING_RUNS)
      response.send(answer.body)
      return
    case 'stream':
      await recorded.catch((error: unknown) => {
        answer.body.destroy()
        throw error
      })
      return sendStream(exchange, answer)
    case 'problem':
      return sendProblem(exchange, audience, context, answer)
  }
}

/** Of whatever leaves as a file. */
const NOTHING_RUNS = "sandbox; default-src 'none'"

/** Whatever it is, no browser runs it: not by a type that it guesses, nor as a page of ours. */
async function sendStream({ site, request, response }: Exchange, file: StreamAnswer): Promise<void> {
  const inline = file.inline === true && shownInline.has(file.type)
  if (inline) response.setHeader('Content-Disposition', 'inline')
  else response.attachment(file.name)
  response.type(file.type).setHeader('Content-Security-Policy', NOTHING_RUNS)
  if (file.bytes !== undefined) response.setHeader('Content-Length', String(file.bytes))
  // Who reads slowly keeps nobody from a page, and who has stopped reading is let go.
  visitOf(response).leave()
  response.setTimeout(READING_STOPPED_MS, () => {
    response.destroy()
  })
  try {
    await pipeline(file.body, response)
  } catch (error) {
    // Gone in the middle: what has come is cut off, so that nobody takes it for whole.
    site.portal.log.warn({ request: request.requestId, err: error }, 'a file was not sent to its end')
    response.destroy()
  }
}

const shownInline = new Set(['image/png', 'image/jpeg'])
const READING_STOPPED_MS = 60_000

async function sendPage(
  exchange: Exchange,
  audience: Audience,
  context: RequestContext,
  answer: PageAnswer,
  recorded: Promise<void> = Promise.resolve(),
): Promise<void> {
  const { site, request, response } = exchange
  keepLanguage(request, response, cookieOptions(site.portal))
  const flash = answer.flash ?? takeFlash(exchange, context)
  const locals = localsOf(exchange, context)
  response.status(answer.status).type('html')
  if (isFragment(request)) {
    const body = render(answer.view, { ...locals, page: answer.content })
    const said = flash ? render('/partials/flash', { ...locals, page: { ...flash, oob: true } }) : ''
    await recorded
    response.send(body + said)
    return
  }
  const frame = await frameOf(site, audience, context, answer, flash, request.path)
  // Written while this is made ready, since a page takes about as long.
  const page = render(`/layout/${frame.layout}`, { ...locals, page: frame.page })
  await recorded
  response.send(page)
}

function localsOf(exchange: Exchange, { t, url }: RequestContext): Omit<Locals, 'page'> {
  return { t, url, csrf: tokenFor(exchange), nonce: exchange.request.nonce }
}

/** What went wrong, in words, as a page or in place; always with the number to quote. */
async function sendProblem(
  exchange: Exchange,
  audience: Audience,
  context: RequestContext,
  answer: ProblemAnswer,
): Promise<void> {
  const { site, response } = exchange
  if (answer.retryAfter !== undefined) response.setHeader('Retry-After', String(answer.retryAfter))
  const { status, what, next } = answer
  const title = context.t(`problem.${String(status)}.title`)
  // No navigation: it would ask the database again, which may be what is wrong.
  const door: Audience =
    audience === 'staff' || audience === 'emr' || audience === 'staffDoor' ? 'staffDoor' : 'patientDoor'
  const home = context.url(door === 'staffDoor' ? '/staff/portal' : '/portal')
  const wayOn =
    status === 404 && site.portal.enabled() ? [{ label: context.t('problem.start'), href: home }] : undefined
  const content = { status, requestId: context.requestId, what, next, actions: answer.actions ?? wayOn }
  const page: PageAnswer = {
    kind: 'page',
    status,
    view: '/errors/problem',
    content,
    title,
    hasErrors: false,
    wide: false,
    about: [],
  }
  await sendPage(exchange, door, context, page)
}

const FLASH_COOKIE = 'foyer_flash'

function keepFlash({ site, response }: Exchange, flash: FlashKey): void {
  response.cookie(FLASH_COOKIE, `${flash.kind}:${flash.key}`, {
    ...cookieOptions(site.portal),
    httpOnly: true,
    sameSite: 'lax',
    maxAge: 60_000,
  })
}

// Not signed: it holds a key of our own words, and anything else says nothing.
function takeFlash({ site, request, response }: Exchange, context: RequestContext): Flash | undefined {
  const kept = /^(success|info|warning|danger):([\w.-]{1,80})$/.exec(cookieOf(request, FLASH_COOKIE) ?? '')
  if (!kept) return undefined
  response.clearCookie(FLASH_COOKIE, cookieOptions(site.portal))
  const [, kind, key = ''] = kept
  const text = context.t(key)
  return text === key ? undefined : { kind: kind as Flash['kind'], text }
}

/** For what comes before any route: a page that is not there, an error, a module that is switched off. */
export async function sendBareProblem(exchange: Exchange, problem: ProblemAnswer): Promise<void> {
  const audience: Audience = /^\/(staff|emr)/.test(exchange.request.path) ? 'staffDoor' : 'patientDoor'
  await sendProblem(exchange, audience, requestContext(exchange), problem)
}
