// What filling a document gains from JavaScript: saves in order, and a signature that is drawn. Without it a name is typed.

const form = document.querySelector('[data-filling]')

// Each save has a number, so that one that was slow never lays itself over a later one.
const number = form?.querySelector('[data-number]')
const next = () => (number.value = String(Number(number.value) + 1))
form?.addEventListener('input', next, { capture: true })
form?.addEventListener('submit', next)

/** A pad beside the field for a name; what is drawn is posted in the same field. */
function offerPad(place) {
  const input = place.querySelector('input:not([type=hidden])')
  if (!input || !window.SignaturePad) return
  const toggle = button(form.dataset.draw)
  toggle.setAttribute('aria-controls', `${input.id}-pad`)
  toggle.setAttribute('aria-expanded', 'false')
  place.append(toggle)
  let pad
  toggle.addEventListener('click', () => {
    if (input.type === 'hidden') return backToName()
    input.type = 'hidden'
    input.value = ''
    toggle.textContent = form.dataset.type
    toggle.setAttribute('aria-expanded', 'true')
    pad = openPad(place, input, toggle)
  })
  function backToName() {
    pad.close()
    input.type = 'text'
    input.value = ''
    toggle.textContent = form.dataset.draw
    toggle.setAttribute('aria-expanded', 'false')
    input.focus()
    tell(input)
  }
}

function openPad(place, input, toggle) {
  const box = Object.assign(document.createElement('span'), { className: 'signature-pad', id: `${input.id}-pad` })
  const canvas = document.createElement('canvas')
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', form.dataset.pad)
  const hint = Object.assign(document.createElement('span'), { className: 'field-hint', textContent: form.dataset.pad })
  const clear = button(form.dataset.clear)
  box.append(hint, canvas, clear)
  toggle.before(box)
  const pad = new window.SignaturePad(canvas, { penColor: 'black', backgroundColor: 'white' })
  fit(canvas, pad)
  const refit = () => fit(canvas, pad)
  window.addEventListener('resize', refit)
  pad.addEventListener('endStroke', () => {
    input.value = pad.toDataURL('image/png')
    canvas.setAttribute('aria-label', form.dataset.drawn)
    tell(input)
  })
  clear.addEventListener('click', () => {
    pad.clear()
    input.value = ''
    canvas.setAttribute('aria-label', form.dataset.pad)
    tell(input)
  })
  return {
    close() {
      window.removeEventListener('resize', refit)
      pad.off()
      box.remove()
    },
  }
}

/** As many dots as the screen has, and what was drawn stays where the window is turned. */
function fit(canvas, pad) {
  const drawn = pad.toData()
  const { height, width } = canvas.getBoundingClientRect()
  const ratio = Math.min(2, Math.max(1, window.devicePixelRatio))
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  canvas.getContext('2d').scale(ratio, ratio)
  pad.clear()
  pad.fromData(drawn)
}

function button(text) {
  return Object.assign(document.createElement('button'), {
    type: 'button',
    className: 'btn btn-outline-secondary btn-sm',
    textContent: text,
  })
}

// For whoever listens to what is typed: the draft is saved by it.
function tell(input) {
  input.dispatchEvent(new Event('input', { bubbles: true }))
}

for (const place of form?.querySelectorAll('[data-signature]:not([data-by=staff])') ?? []) offerPad(place)
