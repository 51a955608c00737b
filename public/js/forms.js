// A form that is being filled: the server says what is asked now and which revision stands; this only shows it. Without
// JavaScript the questions that an answer leads to come after Continue.
const form = document.querySelector('[data-form]')
const counter = form?.querySelector('[data-count]')

// What leaves later says so: an answer that was on its way when Continue was pressed never overwrites what came with it.
const count = () => (counter.value = String(Number(counter.value) + 1))
form?.addEventListener('input', count, true)
form?.addEventListener('change', count, true)
form?.addEventListener('submit', count, true)

// What help there is stands where the answer is that calls for it.
function placeHelp() {
  const region = document.getElementById('form-help')
  const near = region?.querySelector('[data-near]')?.dataset.near
  const item = near && [...form.querySelectorAll('[data-item]')].find((each) => each.dataset.item === near)
  if (item && item.nextElementSibling !== region) item.after(region)
}
if (form) placeHelp()

document.addEventListener('htmx:after:settle', () => {
  const saved = document.getElementById('form-saved')
  if (!saved || !form?.contains(saved)) return
  form.querySelector('[data-seen]').value = saved.dataset.revision
  form.querySelector('[data-shown]').value = saved.dataset.shown
  const notAsked = new Set(saved.dataset.notAsked.split(' '))
  for (const item of form.querySelectorAll('[data-item]')) item.hidden = notAsked.has(item.dataset.item)
  placeHelp()
})
