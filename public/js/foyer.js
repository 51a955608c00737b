// What the pages gain from JavaScript. Every journey works without it; nothing here writes HTML.

// Looked up when needed: a swap may replace any of them.
const byId = (id) => document.getElementById(id)

/** Speaks a text to screen readers, even the same text twice. */
function announce(text) {
  const announcer = byId('announcer')
  if (!announcer || !text) return
  announcer.textContent = ''
  setTimeout(() => (announcer.textContent = text.replace(/\s+/g, ' ').trim()), 50)
}

/** After new content: its error summary takes the focus, else its heading; what just happened is spoken. A poll moves nobody. */
function receive(parts, mayFocus = true) {
  const within = (selector) => {
    for (const part of parts) {
      const found = part.matches(selector) ? part : part.querySelector(selector)
      if (found) return found
    }
  }
  const place = mayFocus ? (within('[data-error-summary]') ?? within('[data-focus]')) : undefined
  place?.focus()
  const said = within('[data-announce]')
  if (said && !said.contains(place ?? null)) announce(said.textContent)
}

document.addEventListener('htmx:after:settle', (event) => {
  const { task, newContent } = event.detail
  const polling = /\bevery\b/.test(task.sourceElement?.getAttribute('hx-trigger') ?? '')
  receive(
    newContent.filter((node) => node instanceof Element),
    !polling,
  )
  const dialog = byId('dialog')
  if (dialog && !dialog.open && dialog.contains(task.target)) openDialog(dialog)
  showTheme()
})

// A request that stands still or finds no network says so where the reader is.
document.addEventListener('htmx:error', (event) => {
  const { ctx, error } = event.detail
  if (!ctx) return
  const offline = error instanceof TypeError && !ctx.response
  if (ctx.request.signal.aborted) complain(byId('announcer')?.dataset.slow)
  else if (offline) complain(byId('announcer')?.dataset.offline)
})

function complain(text) {
  const notice = Object.assign(document.createElement('p'), { className: 'notice notice-warning', textContent: text })
  const region = byId('dialog')?.open ? byId('dialog-body') : byId('flash')
  region?.querySelector(':scope > .notice')?.remove()
  region?.prepend(notice)
  notice.scrollIntoView({ block: 'nearest' })
  announce(text)
}

// A link marked data-dialog-link opens its page's fragment in the dialog; with a modifier key or without JavaScript, the page.
let opener
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-dialog-link]')
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
  if (!link || !byId('dialog') || !window.htmx || !plain) return
  event.preventDefault()
  opener = link
  window.htmx.ajax('GET', link.href, { target: '#dialog-body', swap: 'innerHTML' })
})

function openDialog(dialog) {
  const title = dialog.querySelector('h1, h2')
  if (title) dialog.setAttribute('aria-labelledby', (title.id ||= 'dialog-title'))
  dialog.showModal()
  const first = dialog.querySelector('[data-error-summary], [autofocus], [data-focus], h1, h2')
  if (first && first.tabIndex < 0 && !first.hasAttribute('tabindex')) first.tabIndex = -1
  first?.focus()
}

document.addEventListener('click', (event) => {
  const dialog = byId('dialog')
  if (!dialog?.open || (event.target !== dialog && !event.target.closest?.('[data-dialog-close]'))) return
  event.preventDefault()
  dialog.close()
})
// The answer that ends a dialog carries HX-Trigger: closeDialog.
document.addEventListener('closeDialog', () => byId('dialog')?.close())
const whenClosed = (event) => {
  if (event.target.id !== 'dialog') return
  byId('dialog-body')?.replaceChildren()
  ;(opener?.isConnected ? opener : byId('main'))?.focus({ preventScroll: true })
}
document.addEventListener('close', whenClosed, { capture: true })

// Menus are <details>: Escape closes and returns the focus, a click outside closes.
function closeMenus(except) {
  for (const menu of document.querySelectorAll('details[data-menu][open]')) if (menu !== except) menu.open = false
}
document.addEventListener('click', (event) => closeMenus(event.target.closest?.('details[data-menu]')))
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  event.target.closest?.('details[data-menu][open] > :not(summary)')?.parentElement.querySelector('summary').focus()
  closeMenus()
})

// A form that is on its way is not sent twice. The button stays enabled, so that its value goes along.
const onTheWay = new Map()
const guardSubmit = (event) => {
  const form = event.target
  if (form.getAttribute('method')?.toLowerCase() !== 'post' || 'mayRepeat' in form.dataset) return
  if (onTheWay.has(form)) {
    event.preventDefault()
    return event.stopImmediatePropagation()
  }
  event.submitter?.setAttribute('aria-disabled', 'true')
  form.setAttribute('aria-busy', 'true')
  onTheWay.set(form, { button: event.submitter, timer: setTimeout(() => release(form), 30_000) })
}
function release(form) {
  clearTimeout(onTheWay.get(form)?.timer)
  onTheWay.get(form)?.button?.removeAttribute('aria-disabled')
  form?.removeAttribute('aria-busy')
  onTheWay.delete(form)
}
document.addEventListener('submit', guardSubmit, { capture: true })
document.addEventListener('htmx:finally:request', (event) => release(event.detail.ctx.request.form))
window.addEventListener('pageshow', () => [...onTheWay.keys()].forEach(release))

// Light, dark, or as the device says: kept in this browser only.
function showTheme() {
  const now = document.documentElement.dataset.bsTheme ?? 'auto'
  for (const button of document.querySelectorAll('[data-theme-choice]')) {
    button.setAttribute('aria-pressed', String(button.dataset.themeChoice === now))
  }
}
document.addEventListener('click', (event) => {
  const choice = event.target.closest?.('[data-theme-choice]')?.dataset.themeChoice
  if (!choice) return
  if (choice === 'auto') delete document.documentElement.dataset.bsTheme
  else document.documentElement.dataset.bsTheme = choice
  try {
    localStorage.setItem('foyer-theme', choice)
  } catch {
    // Closed to us: the choice lasts as long as the page.
  }
  showTheme()
})
showTheme()

// A page that comes with an error summary or with news starts there; any other starts at its top.
const main = byId('main')
if (main?.querySelector('[data-error-summary], [data-announce]')) receive([main])
