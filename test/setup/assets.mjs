/**
 * Lays what browsers need from node_modules into public/vendor/ (not kept in git): Bootstrap's stylesheet for both
 * directions, htmx with its CSP extension, and one SVG sprite of the icons that are used. Nothing is fetched.
 * What is laid down carries the package versions in public/vendor/versions.json; when they have not changed
 * and neither has this file, nothing is written.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createHash } from 'node:crypto'

const here = fileURLToPath(import.meta.url)
const root = join(dirname(here), '..', '..')
const modules = join(root, 'node_modules')
const vendor = join(root, 'public', 'vendor')

const files = [
  ['bootstrap/dist/css/bootstrap.min.css', 'bootstrap.min.css'],
  ['bootstrap/dist/css/bootstrap.rtl.min.css', 'bootstrap.rtl.min.css'],
  ['htmx.org/dist/htmx.min.js', 'htmx.min.js'],
  ['htmx.org/dist/ext/hx-csp.min.js', 'hx-csp.min.js'],
  ['@simplewebauthn/browser/dist/bundle/index.umd.min.js', 'simplewebauthn.js'],
  ['signature_pad/dist/signature_pad.umd.min.js', 'signature_pad.js'],
]

/** The icons that views may name. One that is missing here shows as nothing, so add it in the same change. */
// prettier-ignore
export const icons = [
  'arrow-clockwise',
  'arrow-counterclockwise',
  'arrow-left',
  'arrow-repeat',
  'arrow-right',
  'bell',
  'box-arrow-right',
  'calendar-check',
  'calendar-event',
  'calendar-plus',
  'calendar-week',
  'calendar-x',
  'chat-left-text',
  'check-circle',
  'check-lg',
  'chevron-down',
  'chevron-left',
  'chevron-right',
  'circle-half',
  'clipboard-check',
  'clock',
  'clock-history',
  'credit-card',
  'door-open',
  'download',
  'envelope',
  'exclamation-circle',
  'exclamation-triangle',
  'eye',
  'file-earmark-medical',
  'file-earmark-text',
  'gear',
  'geo-alt',
  'heart-pulse',
  'hourglass-split',
  'house',
  'inbox',
  'info-circle',
  'journal-text',
  'key',
  'link-45deg',
  'lock',
  'moon-stars',
  'pencil',
  'people',
  'person',
  'person-check',
  'person-circle',
  'person-plus',
  'person-vcard',
  'phone',
  'plus-lg',
  'printer',
  'puzzle',
  'question-circle',
  'search',
  'shield-check',
  'slash-circle',
  'speedometer2',
  'sun',
  'telephone',
  'three-dots',
  'translate',
  'trash',
  'upload',
  'x-circle',
  'x-lg',
]

/**
 * Brings public/vendor/ up to date. Returns whether anything was written.
 * @returns {boolean}
 */
export function copyAssets() {
  const wanted = stamp()
  const stampFile = join(vendor, 'versions.json')
  const laidDown = [...files.map(([, name]) => name), 'icons.svg'].every((name) => existsSync(join(vendor, name)))
  if (laidDown && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return false

  mkdirSync(vendor, { recursive: true })
  for (const [from, name] of files) {
    const text = readFileSync(join(modules, from), 'utf8')
    lay(name, text.replace(/\n\/[/*]# sourceMappingURL=.*$/s, '\n')) // the maps stay behind
  }
  lay('icons.svg', sprite())
  lay('versions.json', wanted)
  return true
}

/** Whole or not at all: a server that is running reads these files while they change. */
function lay(name, text) {
  const draft = join(vendor, `.${name}.${process.pid}`)
  writeFileSync(draft, text)
  renameSync(draft, join(vendor, name))
}

function stamp() {
  const versions = {}
  for (const name of ['bootstrap', 'bootstrap-icons', 'htmx.org', '@simplewebauthn/browser', 'signature_pad']) {
    versions[name] = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version
  }
  const recipe = createHash('sha256').update(readFileSync(here)).digest('hex').slice(0, 12)
  return JSON.stringify({ ...versions, recipe }, undefined, 2) + '\n'
}

function sprite() {
  const symbols = icons.map((name) => {
    const svg = readFileSync(join(modules, 'bootstrap-icons', 'icons', `${name}.svg`), 'utf8')
    const body = svg.slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>')).trim()
    return `<symbol id="${name}" viewBox="0 0 16 16">${body}</symbol>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(copyAssets() ? 'public/vendor is up to date now.' : 'public/vendor was up to date.')
}
