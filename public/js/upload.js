// What sending files gains from JavaScript: it is looked at before it goes, how far it is, and a way to stop.
// Without it the form is sent as any other, and the server says the same. Sent twice it is not: it is looked after here
// (data-may-repeat), since what was stopped or refused may be sent again at once.

document.addEventListener('submit', (event) => {
  const form = event.target.closest?.('[data-upload]')
  if (!form) return
  event.preventDefault()
  if (form.dataset.under) return
  const fault = faultIn(form)
  if (fault) return complain(form, fault)
  send(form)
})

document.addEventListener('change', (event) => {
  const form = event.target.closest?.('[data-upload]')
  if (!form || event.target.type !== 'file') return
  const fault = faultIn(form)
  if (fault) complain(form, fault)
  else tidy(form)
})

/** The server's own words for what it would refuse anyway. */
function faultIn(form) {
  const files = [...form.querySelectorAll('input[type=file]')].flatMap((input) => [...input.files])
  const large = files.find((file) => file.size > Number(form.dataset.most) * 1024 * 1024)
  if (large) return form.dataset.tooLarge.replace('{{name}}', large.name)
  return files.length > Number(form.dataset.files) ? form.dataset.tooMany : undefined
}

function complain(form, text) {
  tidy(form)
  const field = form.querySelector('[data-upload-field]')
  const input = field.querySelector('input')
  const message = document.createElement('p')
  Object.assign(message, { className: 'field-error', id: 'upload-fault', textContent: text })
  message.setAttribute('role', 'alert')
  message.dataset.uploadFault = ''
  input.before(message)
  field.classList.add('has-error')
  input.setAttribute('aria-invalid', 'true')
  input.focus()
}

function tidy(form) {
  const field = form.querySelector('[data-upload-field]')
  for (const old of field.querySelectorAll('[data-upload-fault], .field-error')) old.remove()
  field.classList.remove('has-error')
  field.querySelector('input').removeAttribute('aria-invalid')
}

function send(form) {
  const request = new XMLHttpRequest()
  const progress = form.querySelector('[data-upload-progress]')
  const bar = progress.querySelector('progress')
  const said = progress.querySelector('[data-upload-said]')
  const stop = progress.querySelector('[data-upload-stop]')
  const button = form.querySelector('[type=submit]')
  const show = (percent) => {
    bar.value = percent
    said.textContent = form.dataset.sending.replace('%percent%', String(percent))
  }
  const over = (text) => {
    delete form.dataset.under
    progress.hidden = true
    button.disabled = false
    if (text) complain(form, text)
  }
  tidy(form)
  form.dataset.under = 'true'
  button.disabled = true
  progress.hidden = false
  show(0)
  stop.focus()
  stop.addEventListener('click', () => request.abort(), { once: true })
  request.upload.addEventListener('progress', (event) => {
    if (event.lengthComputable) show(Math.floor((event.loaded / event.total) * 100))
  })
  request.addEventListener('abort', () => over(form.dataset.stopped))
  request.addEventListener('error', () => over(form.dataset.broken))
  request.addEventListener('load', () => {
    // The page of what was sent, wherever it led; what was refused, in place of the form.
    if (request.status < 400) return location.assign(request.responseURL)
    const main = request.response?.querySelector('main')
    if (!main) return over(form.dataset.broken)
    over()
    document.querySelector('main').replaceWith(document.adoptNode(main))
    document.querySelector('[data-error-summary]')?.focus()
  })
  request.responseType = 'document'
  request.open('POST', form.action)
  request.send(new FormData(form))
}
