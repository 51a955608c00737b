// A button marked data-copy copies the lines of a list.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]')
  if (!button) return
  const lines = [...document.getElementById(button.dataset.copy).children].map((line) => line.textContent.trim())
  try {
    await navigator.clipboard.writeText(lines.join('\n'))
    button.textContent = button.dataset.copied
  } catch {
    // Closed to us: they can still be selected.
  }
})
