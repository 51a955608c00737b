// A form marked data-passkey brings the browser's answer to data-options in its field `passkey`, then goes its way.
const { startAuthentication, startRegistration } = window.SimpleWebAuthnBrowser

let underWay = false
async function answer(form) {
  if (underWay) return
  underWay = true
  const said = form.querySelector('[data-said]')
  said.hidden = true
  try {
    const optionsJSON = JSON.parse(form.dataset.options)
    const start = form.dataset.passkey === 'create' ? startRegistration : startAuthentication
    form.elements.passkey.value = JSON.stringify(await start({ optionsJSON }))
    form.requestSubmit()
  } catch {
    // Cancelled, timed out, or there is none on this device: the browser has told, and another way stays open.
    said.hidden = false
  } finally {
    underWay = false
  }
}

// Before foyer.js, which would take the form as sent.
window.addEventListener(
  'submit',
  (event) => {
    const form = event.target.closest?.('form[data-passkey]')
    if (!form || form.elements.passkey.value) return
    event.preventDefault()
    event.stopImmediatePropagation()
    void answer(form)
  },
  { capture: true },
)
