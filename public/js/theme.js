// Runs before the first paint, so that a reader's own choice of light or dark never flickers.
document.documentElement.dataset.scripted = 'true'
try {
  const choice = localStorage.getItem('foyer-theme')
  if (choice === 'light' || choice === 'dark') document.documentElement.dataset.bsTheme = choice
} catch {
  // Storage may be closed to us; then the device decides.
}
