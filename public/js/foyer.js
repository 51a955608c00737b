// What the pages gain from JavaScript. Every journey works without it; nothing here writes HTML.

// Looked up when needed: a swap may replace any of them.
const byId = (id) => document.getElementById(id)

let toSay = []
/** Speaks a text to screen readers, even the same text twice. What one answer says in several places is said together. */
function announce(text) {
  const announcer = byId('announcer')
  const said = text?.replace(/\s+/g, ' ').trim()
  if (!announcer || !said) return
  if (toSay.length === 0) {
    announcer.textContent = ''
    setTimeout(() => {
      announcer.textContent = toSay.join(' ')
      toSay = []
    }, 50)
  }
  if (!toSay.includes(said)) toSay.push(said)
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

/** What comes without a press: news, a card that loads, what is found while somebody types. */
const isUnasked = (element) => /\b(every|load|input|autosave)\b/.test(element?.getAttribute('hx-trigger') ?? '')

document.addEventListener('htmx:after:settle', (event) => {
  const { task, newContent } = event.detail
  const parts = newContent.filter((node) => node instanceof Element)
  keepPicks()
  receive(parts, !isUnasked(task.sourceElement) && !goToNextRow(parts))
  const dialog = byId('dialog')
  if (dialog && !dialog.open && dialog.contains(task.target)) openDialog(dialog)
  refocusCard(task.target)
  standUndo()
  showTheme()
})

// A request that stands still or finds no network says so where the reader is.
document.addEventListener('htmx:error', (event) => {
  const { ctx, error } = event.detail
  if (!ctx) return
  const card = loadingCard(ctx)
  if (card) return failCard(card)
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

// A card that does not come says so in its place, and the others are left alone. News that do not come leave what is there.
const loadingCard = (ctx) => (ctx.sourceElement?.matches?.('[data-card]') ? ctx.sourceElement : undefined)

document.addEventListener('htmx:before:swap', (event) => {
  const { ctx } = event.detail
  if (ctx.request.method === 'GET' && isUnasked(ctx.sourceElement) && hasOpenMenu(ctx.sourceElement)) {
    return event.preventDefault()
  }
  const failed = ctx.request.method === 'GET' && ctx.response?.status >= 400 && isUnasked(ctx.sourceElement)
  if (!failed) return rememberPicks(ctx.sourceElement)
  event.preventDefault()
  const card = loadingCard(ctx)
  if (card) failCard(card)
  else complain(byId('announcer')?.dataset.failed)
})

function failCard(card) {
  const failed = byId('card-failed')?.content.cloneNode(true)
  if (!failed) return
  const title = card.dataset.cardTitle ?? card.querySelector('h2')?.textContent ?? ''
  const heading = Object.assign(document.createElement('h2'), { className: 'card-title', textContent: title })
  failed.querySelector('.card-body').prepend(heading)
  const said = failed.querySelector('p').textContent
  card.replaceChildren(failed)
  announce(said)
}

let askedAgain
document.addEventListener('click', (event) => {
  const card = event.target.closest?.('[data-card-again]')?.closest('[data-card]')
  if (!card || !window.htmx) return
  askedAgain = card
  window.htmx.ajax('GET', card.getAttribute('hx-get'), { source: card, target: card, swap: 'innerHTML' })
})

/** The button is gone with the card that came: its heading takes the focus. */
function refocusCard(target) {
  if (!askedAgain || target !== askedAgain) return
  askedAgain = undefined
  const heading = target.querySelector('h2, h3, p')
  if (!heading) return
  heading.tabIndex = -1
  heading.focus()
}

// Rows: the one that was acted on may go; then the focus is on the one that follows it, else on the one before.
const rows = () => [...document.querySelectorAll('[data-row]')].filter((row) => row.checkVisibility())
const rowOf = (element) => element?.closest?.('[data-row]') ?? undefined
const openerIn = (row) => row.querySelector('[data-open]') ?? row.querySelector('a, button')

function neighboursOf(row) {
  const all = rows()
  const at = all.indexOf(row)
  return [row, ...all.slice(at + 1), ...all.slice(0, at).reverse()].map((each) => openerIn(each)?.id).filter(Boolean)
}

let neighbours = []
document.addEventListener('htmx:before:request', (event) => {
  const { ctx } = event.detail
  if (ctx.request.method === 'GET') return
  const row = rowOf(ctx.sourceElement) ?? rowOf(opener)
  neighbours = row ? neighboursOf(row) : neighbours
})

/** Whether the focus has found its place; with nobody left, the page says where it goes. */
function goToNextRow(parts) {
  const next = neighbours.map(byId).find(Boolean)
  // An answer comes in parts: the count in the navigation is none of the rows.
  if (!next || !parts.some((part) => part.contains(next))) return false
  neighbours = []
  if (document.activeElement === document.body) next.focus()
  return true
}

// A link marked data-dialog-link opens its page's fragment in the dialog; with a modifier key or without JavaScript, the page.
let opener
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-dialog-link]')
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
  if (!link || !byId('dialog') || !window.htmx || !plain) return
  event.preventDefault()
  opener = link
  neighbours = rowOf(link) ? neighboursOf(rowOf(link)) : []
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
  const back = opener?.isConnected ? opener : (neighbours.map(byId).find(Boolean) ?? byId('main'))
  back?.focus({ preventScroll: back === byId('main') })
}
document.addEventListener('close', whenClosed, { capture: true })

// What has just been done can be taken back for some seconds; they don't run while somebody is there (views/partials/undo.ejs).
// What was not done offers no way back and stays: until somebody closes it, does the next thing, or leaves the page.
function standUndo() {
  for (const undo of document.querySelectorAll('[data-undo]:not([data-standing])')) {
    undo.dataset.standing = ''
    // A page that was made with it has it among its own: only from its place is it taken away with what it offered.
    const place = byId('undo')
    if (place && !place.contains(undo)) place.replaceChildren(undo)
    announce(undo.textContent)
    let left = Number(undo.dataset.seconds ?? 10) * 1000
    let since, timer
    const run = () => {
      if (timer || undo.matches(':hover, :focus-within')) return
      since = Date.now()
      timer = setTimeout(() => undo.remove(), left)
    }
    const wait = () => {
      if (!timer) return
      clearTimeout(timer)
      timer = undefined
      left = Math.max(2000, left - (Date.now() - since))
    }
    for (const come of ['pointerenter', 'focusin']) undo.addEventListener(come, wait)
    for (const go of ['pointerleave', 'focusout']) undo.addEventListener(go, () => setTimeout(run))
    run()
  }
}

document.addEventListener('click', (event) => {
  const notice = event.target.closest?.('[data-dismiss]')?.closest('.notice')
  if (!notice) return
  notice.remove()
  byId('main')?.focus({ preventScroll: true })
})

// Several rows at once (views/partials/selection.ejs).
const picksOf = (form) => [...document.querySelectorAll(`[data-pick][form="${CSS.escape(form)}"]`)]
const selections = () => [...document.querySelectorAll('[data-selection]')]

function showPicks() {
  for (const bar of selections()) {
    const picks = picksOf(bar.dataset.selection)
    const picked = picks.filter((pick) => pick.checked)
    for (const pick of picks) rowOf(pick)?.toggleAttribute('data-picked', pick.checked)
    const number = bar.querySelector('[data-selection-count]')
    const text = picked.length === 1 ? number.dataset.one : number.dataset.more.replace('{n}', picked.length)
    if (number.textContent !== text) number.textContent = text
    bar.toggleAttribute('data-some', picked.length > 0)
    const all = document.querySelector(`[data-pick-all="${CSS.escape(bar.dataset.selection)}"]`)
    if (!all) continue
    all.checked = picks.length > 0 && picked.length === picks.length
    all.indeterminate = picked.length > 0 && !all.checked
  }
}

let lastPick
document.addEventListener('click', (event) => {
  const pick = event.target.closest?.('[data-pick]')
  if (pick && event.shiftKey && lastPick?.isConnected) {
    const picks = picksOf(pick.getAttribute('form'))
    const [from, until] = [picks.indexOf(lastPick), picks.indexOf(pick)].sort((a, b) => a - b)
    for (const between of picks.slice(Math.max(0, from), until + 1)) between.checked = pick.checked
  }
  if (pick) lastPick = pick
  const cleared = event.target.closest?.('[data-selection-clear]')?.dataset.selectionClear
  if (cleared !== undefined) {
    const first = picksOf(cleared)[0]
    for (const each of picksOf(cleared)) each.checked = false
    first?.focus()
  }
  if (pick || cleared !== undefined) showPicks()
})
document.addEventListener('change', (event) => {
  const form = event.target.dataset?.pickAll
  if (form !== undefined) for (const pick of picksOf(form)) pick.checked = event.target.checked
  if (form !== undefined || event.target.matches?.('[data-pick]')) showPicks()
})

// News that replace the table keep what was ticked; what was done with the ticked rows unticks them.
let picked = new Map()
function rememberPicks(source) {
  const forms = selections().map((bar) => bar.dataset.selection)
  const kept = forms.filter((form) => source?.id !== form)
  picked = new Map(kept.map((form) => [form, picksOf(form).flatMap((pick) => (pick.checked ? pick.value : []))]))
}
function keepPicks() {
  for (const [form, values] of picked) for (const pick of picksOf(form)) pick.checked ||= values.includes(pick.value)
  showPicks()
}

// Keys. Never while somebody types, never with a modifier; single letters can be switched off (WCAG 2.1.4).
const TYPING =
  'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])'

function storedKeys() {
  try {
    return localStorage.getItem('foyer-keys') !== 'off'
  } catch {
    return true
  }
}

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  const free = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing
  if (!free || !byId('keys') || byId('dialog')?.open || target.closest?.(TYPING)) return
  const inRow = rowOf(target)
  const byArrow = inRow && !target.matches('[type=radio]') ? { ArrowDown: 1, ArrowUp: -1 }[key] : undefined
  if (byArrow === undefined && !storedKeys()) return
  const done = byArrow === undefined ? byLetter(key, inRow) : step(inRow, byArrow)
  if (done) event.preventDefault()
})

function byLetter(key, inRow) {
  if (key === 'j') return step(inRow, 1)
  if (key === 'k') return step(inRow, -1)
  if (key === '/') return focusOn(document.querySelector('[role=search] input[type=search]'))
  if (key === '?') return openKeys()
  if (key === 'u') return focusOn(document.querySelector('[data-undo] [data-key=u]'))
  if (key.length !== 1 || !inRow) return false
  const control =
    key === 'x' ? inRow.querySelector('[data-pick]') : inRow.querySelector(`[data-key="${CSS.escape(key)}"]`)
  control?.click()
  return Boolean(control)
}

/** To the next row or the one before; from outside to the first or the last. */
function step(row, by) {
  const all = rows()
  const next = row ? all[all.indexOf(row) + by] : all.at(by > 0 ? 0 : -1)
  return focusOn(next && openerIn(next)) || Boolean(row)
}

function focusOn(element) {
  element?.focus()
  if (element?.matches('input')) element.select()
  return Boolean(element)
}

function openKeys() {
  const dialog = byId('dialog')
  const list = byId('keys')?.content.cloneNode(true)
  if (!dialog || !list) return false
  list.querySelector('[data-keys-switch]').checked = storedKeys()
  opener = document.activeElement === document.body ? undefined : document.activeElement
  byId('dialog-body').replaceChildren(list)
  openDialog(dialog)
  return true
}
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-keys-open]')
  if (!button) return
  closeMenus()
  openKeys()
  opener = button.closest('details')?.querySelector('summary') ?? button
})
document.addEventListener('change', (event) => {
  if (!event.target.matches?.('[data-keys-switch]')) return
  try {
    localStorage.setItem('foyer-keys', event.target.checked ? 'on' : 'off')
  } catch {
    // Closed to us: they stay on.
  }
})

/** Who chooses from a row's menu keeps it: the next news come once it is closed. */
const hasOpenMenu = (part) => Boolean(part?.querySelector('details[data-menu][open]'))

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

// Paper: what prints is said by the style sheet.
document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-print]')) window.print()
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

// A form whose buttons each have an address of their own: sent there, as it is without JavaScript.
document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  const address = ctx.request.submitter?.getAttribute('formaction')
  if (address) ctx.request.action = address
})
window.addEventListener('pageshow', () => [...onTheWay.keys()].forEach(release))

// A password is shown to who types it, and hidden again before it is sent: browsers offer to keep what is a password.
function reveal(button, shown) {
  const field = byId(button.dataset.reveal)
  if (!field || shown === (field.type === 'text')) return
  field.type = shown ? 'text' : 'password'
  const text = button.textContent
  button.textContent = button.dataset.hide
  button.dataset.hide = text
}
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-reveal]')
  if (button) reveal(button, byId(button.dataset.reveal)?.type === 'password')
})
document.addEventListener('submit', (event) => {
  for (const button of event.target.querySelectorAll('[data-reveal]')) reveal(button, false)
})

// A token came with the address and stands in the form now: the address and the history need not keep it.
if (document.querySelector('[data-token]')) history.replaceState(history.state, '', location.pathname)

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

// On a narrow screen staff's places are one line that scrolls: where one is stands in sight.
const here = document.querySelector('.staff .sidenav-link[aria-current]')
if (here) {
  const line = here.closest('ul')
  const [place, all] = [here.getBoundingClientRect(), line.getBoundingClientRect()]
  line.scrollBy({ left: place.left + place.width / 2 - all.left - all.width / 2 })
}

// A page that comes with an error summary or with news starts there; any other starts at its top.
const main = byId('main')
if (main?.querySelector('[data-error-summary], [data-announce]')) receive([main])
standUndo()
showPicks()
