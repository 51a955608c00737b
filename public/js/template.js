// Puts a directive where the cursor is in the template's text. Without JavaScript it is typed or copied.
for (const list of document.querySelectorAll('[data-insert-into]')) {
  const field = document.getElementById(list.dataset.insertInto ?? '')
  if (!(field instanceof HTMLTextAreaElement)) continue
  for (const button of list.querySelectorAll('[data-insert]')) {
    button.hidden = false
    button.addEventListener('click', () => insert(field, button.dataset.insert ?? ''))
  }
}

function insert(field, text) {
  field.focus()
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end')
  field.dispatchEvent(new Event('input', { bubbles: true }))
}
