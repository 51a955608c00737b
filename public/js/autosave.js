// A form that saves itself: after a pause, every few seconds where there is none, and when its page is left. What has not
// arrived is tried again by itself, and whoever leaves before that is asked. What became of it, the server says.

const LONGEST_MS = 5000
const AGAIN_MS = [3000, 6000, 12_000, 24_000, 60_000]
/** Browsers let 64 KiB go on without their page, and no more. */
const ALONE_MOST = 60_000
/** Nothing that a second try mends. What is said stands beside what was saved before. */
const OF_THE_PERSON = new Set([401, 403, 404, 413])
/** 409: kept beside what was saved elsewhere. What nobody here answers, a proxy did: it is not saved. */
const isKept = (status) => status < 300 || status === 409
const isAway = (status) => !isKept(status) && status !== 422 && !OF_THE_PERSON.has(status)

const form = document.querySelector('form[data-autosave]')
if (form) keepSaved(form)

function keepSaved(form) {
  const source = form.matches('[hx-post]') ? form : form.querySelector('[hx-post]')
  const trouble = document.getElementById('save-trouble')
  const quiet = { input: Number(form.dataset.afterInput), change: Number(form.dataset.afterChange) }
  // Changes so far; how many of them are saved, have left with the page, are on their way.
  let typed = 0
  let saved = 0
  let flushed = 0
  let sending = 0
  let failures = 0
  // Waits for the person: signed out, or refused.
  let stuck = false
  let leaves = false
  let pause, longest

  const isDirty = () => typed > saved && !leaves
  const posted = () => new URLSearchParams(new FormData(form))
  const goesAlone = (body) => new URLSearchParams(body).toString().length <= ALONE_MOST

  function changed({ type }) {
    typed += 1
    if (failures === 0) plan(quiet[type])
  }
  function plan(ms) {
    clearTimeout(pause)
    pause = setTimeout(save, ms)
    longest ??= setTimeout(save, LONGEST_MS)
  }
  function save() {
    clearTimeout(pause)
    clearTimeout(longest)
    longest = undefined
    // What is on its way says when it has come; what was typed since goes then.
    if (isDirty() && sending === 0) source.dispatchEvent(new CustomEvent('autosave'))
  }
  /** Its page may be gone before the answer: what is typed goes on alone, and the page counts it as unsaved. */
  function flush() {
    if (!isDirty() || flushed === typed) return
    flushed = typed
    const body = posted()
    const headers = { 'HX-Request': 'true' }
    fetch(source.getAttribute('hx-post'), { method: 'POST', body, headers, keepalive: goesAlone(body) }).catch(() => {})
  }
  function failed() {
    const wait = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]
    failures += 1
    say('away', notice(form.dataset.unsaved))
    clearTimeout(longest)
    longest = undefined
    clearTimeout(pause)
    pause = setTimeout(save, wait)
  }
  /** Once, however often it is tried: it is read out, too. */
  function say(what, ...nodes) {
    if (trouble.dataset.says === what) return
    trouble.dataset.says = what
    trouble.replaceChildren(...nodes)
  }

  const ofThis = (work) => (event) => event.target === source && work(event)
  const on = (name, work) => source.addEventListener(name, ofThis(work))
  on('htmx:config:request', ({ detail: { ctx } }) => {
    sending = typed
    ctx.request.keepalive = goesAlone(ctx.request.body)
  })
  on('htmx:after:request', (event) => {
    const { ctx } = event.detail
    const { status } = ctx.response
    if (isAway(status)) {
      event.preventDefault()
      return failed()
    }
    failures = 0
    stuck = OF_THE_PERSON.has(status) || status === 422
    if (!OF_THE_PERSON.has(status)) return stuck ? undefined : (saved = sending)
    if (trouble.dataset.says === String(status)) return event.preventDefault()
    trouble.dataset.says = String(status)
    ctx.target = trouble
    ctx.swap = 'innerHTML'
  })
  on('htmx:error', (event) => {
    event.stopPropagation()
    failed()
  })
  on('htmx:finally:request', () => {
    sending = 0
    if (takeToken()) return save()
    if (failures > 0 || stuck) return
    // Read out, where it was told that it was not.
    if ('says' in trouble.dataset) {
      const place = document.querySelector(source.getAttribute('hx-target'))
      say('saved', Object.assign(document.createElement('p'), { className: 'visually-hidden' }))
      trouble.firstChild.textContent = place?.textContent.trim() ?? ''
      delete trouble.dataset.says
    }
    if (isDirty()) plan(quiet.input)
  })
  /** Signed in again: the forms of this page take the token of the session that there is now. */
  function takeToken() {
    const fresh = trouble.querySelector('[data-fresh-token]')
    if (!fresh) return false
    for (const token of document.querySelectorAll('input[name=_csrf]')) token.value = fresh.value
    fresh.remove()
    return true
  }

  form.addEventListener('input', changed)
  form.addEventListener('change', changed)
  form.addEventListener('submit', () => (leaves = true))
  window.addEventListener('pageshow', () => (leaves = false))
  window.addEventListener('pagehide', flush)
  window.addEventListener('online', save)
  window.addEventListener('focus', () => stuck && save())
  document.addEventListener('visibilitychange', () => (document.hidden ? flush() : stuck && save()))
  window.addEventListener('beforeunload', (event) => {
    if (isDirty() && (failures > 0 || stuck || !goesAlone(posted()))) event.preventDefault()
  })
}

function notice(text) {
  const box = Object.assign(document.createElement('div'), { className: 'notice notice-warning' })
  box.append(Object.assign(document.createElement('p'), { textContent: text }))
  return box
}
