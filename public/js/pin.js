// A QR code or a letter's link carries the PIN behind the #, which no browser sends: it goes into its field, and out of
// the address, so that it stands in no history. Who signs in first finds it again in the same tab.
const KEPT = 'foyer-pin'
const field = document.getElementById('field-pin')
const carried = /^#([A-Za-z2-9]{8})$/.exec(location.hash)?.[1]?.toUpperCase()
if (carried) history.replaceState(history.state, '', location.pathname + location.search)

const pin = carried ? `${carried.slice(0, 4)}-${carried.slice(4)}` : takeKept()
if (pin && field && !field.value) {
  field.value = pin
  if (!document.querySelector('[data-error-summary]')) document.getElementById('field-birthDate')?.focus()
}

for (const link of document.querySelectorAll('a[data-keep-pin]')) link.addEventListener('click', keep)

function keep() {
  try {
    if (field?.value) sessionStorage.setItem(KEPT, field.value)
  } catch {
    // Closed to us: it is typed once more.
  }
}

function takeKept() {
  try {
    const kept = sessionStorage.getItem(KEPT)
    sessionStorage.removeItem(KEPT)
    return kept
  } catch {
    return null
  }
}
