// The builder's tables grow as one writes: a filled last row brings another, and a button adds one without asking the
// server. A condition offers only the answers that its question can have. Without this file the page's buttons do it.

const form = document.querySelector('[data-form-builder]')
if (form) {
  for (const list of form.querySelectorAll('[data-rows]')) growing(list)
  narrowing(form)
}

function growing(list) {
  const name = list.dataset.rows
  const rows = () => list.querySelectorAll(`[data-row-of="${name}"]`)
  const button = form.querySelector(`[data-more="${name}"]`)
  button?.addEventListener('click', (event) => {
    event.preventDefault()
    addRow(rows())?.querySelector('input:not([type="hidden"]), select')?.focus()
  })
  if (name === 'conditions') return
  list.addEventListener('input', () => {
    const last = [...rows()].at(-1)
    const isFilled = last && [...last.querySelectorAll('input:not([type="hidden"])')].some(({ value }) => value !== '')
    if (isFilled) addRow(rows())
  })
}

function addRow(rows) {
  const last = [...rows].at(-1)
  if (!last || rows.length >= 100) return undefined
  const row = last.cloneNode(true)
  for (const said of row.querySelectorAll('.field-error')) said.remove()
  for (const control of row.querySelectorAll('input, select')) {
    if (control.tagName === 'SELECT') control.selectedIndex = 0
    else control.value = ''
    control.removeAttribute('aria-invalid')
    control.removeAttribute('aria-describedby')
    renumber(control, rows.length)
  }
  for (const label of row.querySelectorAll('label')) label.htmlFor = label.htmlFor.replace(/\d+$/, String(rows.length))
  for (const legend of row.querySelectorAll('legend')) legend.textContent = numbered(legend.textContent, rows.length)
  last.after(row)
  return row
}

function renumber(control, at) {
  if (control.id) control.id = control.id.replace(/\d+$/, String(at))
  const said = control.getAttribute('aria-label')
  if (said) control.setAttribute('aria-label', numbered(said, at))
}

function numbered(text, at) {
  return text.replace(/\d+/, String(at + 1))
}

function narrowing(within) {
  const all = within.querySelector('#condition-answers')
  if (!all) return
  const answers = [...all.options].map(({ dataset, value }) => ({ question: dataset.question, value }))
  within.addEventListener('focusin', ({ target }) => {
    if (target.name !== 'whenAnswer') return
    const row = target.closest('[data-row-of="conditions"]')
    const question = row?.querySelector('[name="whenQuestion"]')?.value
    const operator = row?.querySelector('[name="whenOperator"]')?.value
    const fitting = answers.filter((answer) => operator !== 'exists' && answer.question === question)
    all.replaceChildren(...fitting.map(({ value }) => Object.assign(document.createElement('option'), { value })))
  })
}
