import { expect } from 'chai'
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { hostTables, hostTablesWithEverydayNames } from '../../module/host/tables.js'
import { colourLiterals } from '../setup/rules/colours.js'
import { hostTableNames } from '../setup/rules/hostTables.js'
import { brokenManifest } from '../setup/rules/manifest.js'
import type { Finding } from '../setup/rules/rule.js'
import { builtSql } from '../setup/rules/sql.js'
import { unsafeTemplates } from '../setup/rules/templates.js'
import { saidTwice, uneven, unknownWords } from '../setup/rules/words.js'

const lines = (findings: Finding[]) => findings.map(({ line }) => line)
const messages = (findings: Finding[]) => findings.map(({ message }) => message).join('\n')

describe('the house rule about the host’s tables', () => {
  const names = { plain: hostTables, everyday: hostTablesWithEverydayNames }
  const inWing = (text: string) => hostTableNames([{ path: 'module/features/x/y.ts', text }], names)

  it('catches a host table in any kind of string', () => {
    const findings = inWing(
      [
        `const a = 'patient_data'`,
        'const b = `SELECT * FROM onsite_mail WHERE id = :id`',
        'const c = `SELECT ${columns} FROM x JOIN openemr_postcalendar_events e`',
        `const d = { pnotes: "pnotes" }`,
      ].join('\n'),
    )
    expect(lines(findings)).to.deep.equal([1, 2, 3, 4])
    expect(messages(findings)).to.include('onsite_mail')
  })

  it('catches an everyday name where SQL expects a table, in capitals and in small letters', () => {
    const findings = inWing(
      [
        'const a = `SELECT id FROM users`',
        "const b = 'UPDATE `groups` SET name = :name'",
        'const c = `insert into log (event) values (:event)`',
        'const d = `${read} JOIN documents d ON d.id = x.id`',
        'const e = `update users set active = 0`',
        'const f = `TRUNCATE TABLE lists`',
      ].join('\n'),
    )
    expect(lines(findings)).to.deep.equal([1, 2, 3, 4, 5, 6])
  })

  it('leaves everyday words, Foyer’s own tables, comments and imports alone', () => {
    const findings = inWing(
      [
        `import { documents } from '../../host/patient_data.js'`,
        `type Mail = import('../../host/onsite_mail.js').Mail`,
        `// SELECT * FROM patient_data`,
        `const a = 'Choose from documents that you can share, or update users of the group'`,
        `const b = 'SELECT id FROM foyer_users JOIN foyer_patient_data'`,
        `const c = { users: 'users', log: 'log' }`,
      ].join('\n'),
    )
    expect(findings).to.deep.equal([])
  })

  it('lets module/host/ name them', () => {
    expect(
      hostTableNames([{ path: 'module/host/patients.ts', text: `const a = 'patient_data'` }], names),
    ).to.deep.equal([])
  })

  it('knows every table once', () => {
    const all = [...hostTables, ...hostTablesWithEverydayNames]
    expect(new Set(all).size).to.equal(all.length)
  })
})

describe('the house rule about SQL', () => {
  const inModule = (text: string) => builtSql([{ path: 'module/x.ts', text }])

  it('catches a value that is written or joined into SQL', () => {
    const findings = inModule(
      [
        'const a = `SELECT * FROM foyer_x WHERE id = ${id}`',
        `const b = 'SELECT * FROM foyer_x WHERE id = ' + id`,
        'const c = `AND name = ${name}`',
        'const d = `${column} IN (:ids)`',
        'const e = `SET time_zone=${zone}`',
        'const f = `select id from x order by ${column}`',
      ].join('\n'),
    )
    expect(lines(findings)).to.deep.equal([1, 2, 3, 4, 5, 6])
  })

  it('catches Sequelize.literal, however it is called', () => {
    const findings = inModule(
      [
        `import { literal, Sequelize } from 'sequelize'`,
        `const a = Sequelize.literal(x)`,
        `const b = db.sequelize.literal(x)`,
        `const c = literal(x)`,
        `const d = z.literal('x')`,
      ].join('\n'),
    )
    expect(lines(findings)).to.deep.equal([2, 3, 4])
  })

  it('lets through plain constants of the file, what is marked sql-safe, and what is no SQL', () => {
    const findings = inModule(
      [
        `const columns = 'id, name'`,
        'const all = `${columns}, at`',
        'const a = `SELECT ${all} FROM foyer_x`',
        `const b = 'SELECT id ' + 'FROM foyer_x'`,
        `// sql-safe: one of two names that this file defines`,
        'const c = `SELECT * FROM ${table}`',
        '',
        '',
        '',
        'const d = `SELECT * FROM ${/* sql-safe: from the list above */ table}`',
        'const e = `${count} rows on ${day}, and in ${place}`',
      ].join('\n'),
    )
    expect(findings).to.deep.equal([])
  })

  it('does not let a mark speak for SQL further down', () => {
    const findings = inModule(
      ['// sql-safe: yes', 'const a = 1', '', '', '', 'const b = `SELECT ${x} FROM y`'].join('\n'),
    )
    expect(lines(findings)).to.deep.equal([6])
  })
})

describe('the house rules about views', () => {
  const inView = (text: string) => unsafeTemplates([{ path: 'views/x.ejs', text }])

  it('let <%- print one include and nothing else', () => {
    const good = [
      `<%- include('/partials/icon', { page: { name: ')' } }) -%>`,
      `<%- include(page.view, { page: page.content }); %>`,
    ]
    const bad = [
      `<%- page.html %>`,
      `<%- include('/x') + page.html %>`,
      `<%- include('/x'), page.html %>`,
      `<%-page.html%>`,
    ]
    for (const text of good) expect(inView(text), text).to.deep.equal([])
    for (const text of bad) expect(inView(text), text).to.have.length(1)
  })

  it('catch inline styles, scripts, handlers and addresses that are code', () => {
    const bad = [
      `<p style="color:red">`,
      `<p class="a"\n   style='x'>`,
      `<button type="button" onclick="go()">`,
      `<input ONCHANGE=go>`,
      `<style>p { }</style>`,
      `<script nonce="<%= nonce %>">go()</script>`,
      `<script src="/x.js"></script>`,
      `<a href="javascript:go()">`,
      `<div hx-on:click="go()" hx-nonce="<%= nonce %>">`,
      `<p <% if (page.wide) { %> style="width: 9em" <% } %>>`,
      `<p <%= page.wide ? 'style="width: 9em"' : '' %>>`,
    ]
    for (const text of bad) expect(inView(text), text).to.have.length(1)
  })

  it('want the nonce beside htmx attributes', () => {
    expect(inView(`<form hx-post="/x">`)).to.have.length(1)
    expect(inView(`<form <% if (page.live) { %> hx-get="/x" <% } %>>`)).to.have.length(1)
    expect(inView(`<form hx-post="/x" hx-nonce="<%= nonce %>">`)).to.deep.equal([])
    expect(inView(`<div hx-swap-oob="true">`)).to.deep.equal([])
  })

  it('leave code, text, comments and ordinary markup alone', () => {
    const good = `<%# style="x" <%- x %>
<!-- <p style="x" onclick="y"> -->
<% const once = page.one > 2; const style = page.style %>
<p class="<%= page.tone %>" data-style="x" title="a > b, style=c onclick=d">style="x" of onset=today</p>
<script type="module" src="<%= url('/public/js/foyer.js') %>" nonce="<%= nonce %>"></script>`
    expect(inView(good)).to.deep.equal([])
  })

  it('name the line', () => {
    expect(lines(inView(`<p>\n\n<%- page.html %>\n<b style="x">`))).to.deep.equal([3, 4])
  })
})

describe('the house rule about colours', () => {
  const found = (path: string, text: string) => colourLiterals([{ path, text }])

  it('catches a colour outside the theme', () => {
    expect(
      lines(found('public/css/print.css', `a { color: #fff }\nb { background: rgb(1 2 3) }\ni { fill: #1a2b3c80 }`)),
    ).to.deep.equal([1, 2, 3])
    expect(found('views/x.ejs', `<rect fill="#0b5fa5">`)).to.have.length(1)
    expect(found('module/web/chart.ts', `const line = '#0b5fa5'`)).to.have.length(1)
    expect(found('public/js/foyer.js', 'element.style.color = `hsl(200 10% 20%)`')).to.have.length(1)
  })

  it('leaves the theme, the host’s data, addresses, entities and names alone', () => {
    expect(found('public/css/foyer/tokens.css', `a { color: #fff }`)).to.deep.equal([])
    expect(found('module/host/statuses.ts', `const none = '#ffffff'`)).to.deep.equal([])
    expect(found('views/x.ejs', `<a href="#123">&#39; #main <use href="/icons.svg#a11"></a>`)).to.deep.equal([])
    expect(found('public/css/print.css', `a { color: var(--ink); border-color: currentColor }`)).to.deep.equal([])
  })
})

describe('the house rules about words', () => {
  const words = (en: Record<string, string>, es: Record<string, string>) => ({
    path: 'module/x/words.ts',
    words: { en, es },
  })
  const same = (...keys: string[]) => {
    const all = Object.fromEntries(keys.map((key) => [key, key]))
    return words(all, all)
  }

  it('catch a key that no words file has, in views and in the source', () => {
    const sources = [
      {
        path: 'views/x.ejs',
        text: `<p><%= t('a.known') %></p>\n<p><%= t('a.gone', { n: 1 }) %> <%= page.x ? t('b.gone') : '' %></p>`,
      },
      { path: 'module/x.ts', text: `const a = t('c.gone')\nconst b = show.t(x ? 'a.known' : 'd.gone')` },
    ]
    const findings = unknownWords(sources, [same('a.known')])
    expect(findings.map(({ path, line }) => `${path}:${line}`)).to.deep.equal([
      'views/x.ejs:2',
      'views/x.ejs:2',
      'module/x.ts:1',
      'module/x.ts:2',
    ])
    expect(messages(findings)).to.match(/a\.gone[^]*b\.gone[^]*c\.gone[^]*d\.gone/)
  })

  it('know a plural by its stem and a joined key by its beginning', () => {
    const text =
      "<%= t('visits', { count: 2 }) %><%= t('status.' + page.status) %><%= t(`kind.${page.kind}`) %><%= t(page.key) %>"
    const view = [{ path: 'views/x.ejs', text }]
    expect(unknownWords(view, [same('visits_one', 'visits_other', 'status.open', 'kind.a')])).to.deep.equal([])
    expect(unknownWords(view, [same('visits_one', 'visits_other')])).to.have.length(2)
  })

  it('catch a key without Spanish or without English, an empty one, and holes that differ', () => {
    const findings = uneven(
      words(
        { a: 'A', b: 'B {{name}}', c: ' ', ok: '{{n}}' },
        { b: 'B {{nombre}}', c: 'C', d: 'D', ok: '¡{{n}}!', ok_many: '{{n}}' },
      ),
    )
    expect(findings).to.have.length(4)
    expect(messages(findings)).to.match(
      /'d' has Spanish[^]*'a' has English[^]*'b' fills in \{\{name\}\}[^]*'c' says nothing/,
    )
  })

  it('catch a key that two files define', () => {
    expect(saidTwice([same('a', 'b'), same('b', 'c')])).to.have.length(1)
  })
})

describe('the house rule about module.json', () => {
  const schema = {
    path: 'module/manifest.schema.json',
    text: JSON.stringify({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['name', 'version'],
      additionalProperties: false,
      properties: { name: { type: 'string' }, version: { type: 'string' }, kind: { enum: ['a', 'b'] } },
    }),
  }
  const check = (text: string) => brokenManifest({ path: 'module.json', text }, schema, '1.0.0')

  it('accepts what keeps to the schema and gives the package’s version', () => {
    expect(check(`{ "name": "foyer", "version": "1.0.0" }`)).to.deep.equal([])
  })

  it('catches what the schema does not know, another version, and what is no JSON', () => {
    expect(messages(check(`{ "name": 1, "version": "1.0.0" }`))).to.equal('name must be string')
    expect(lines(check(`{ "name": "foyer", "version": "1.0.0",\n "color": "red" }`))).to.deep.equal([2])
    expect(messages(check(`{ "name": "x", "version": "1.0.0", "kind": "c" }`))).to.include('a, b')
    expect(messages(check(`{ "name": "x", "version": "0.9.0" }`))).to.include('package.json says "1.0.0"')
    expect(messages(check(`{ name }`))).to.include('no JSON')
  })
})

describe('the floors of the house', () => {
  const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as IFlattenedRuleSet
  let house: string

  beforeEach(() => {
    house = mkdtempSync(join(tmpdir(), 'foyer-floors-'))
  })

  afterEach(() => {
    rmSync(house, { recursive: true })
  })

  /** The rules that a house of these files breaks. `'a.ts': ['b.ts']` is a file that imports another. */
  async function broken(files: Record<string, string[]>): Promise<string[]> {
    for (const [path, imports] of Object.entries(files)) {
      mkdirSync(join(house, dirname(path)), { recursive: true })
      const up = '../'.repeat(path.split('/').length - 1) || './'
      writeFileSync(join(house, path), imports.map((target) => `import '${up}${target}'\n`).join('') + 'export {}\n')
    }
    const options = {
      baseDir: house,
      validate: true,
      ruleSet: { forbidden: forbidden ?? [] },
      tsPreCompilationDeps: true,
    }
    const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? path))]
    const { output } = await cruise(folders, options)
    return (output as ICruiseResult).summary.violations.map(({ rule }) => rule.name)
  }

  it('let imports go down', async () => {
    const files = {
      'module/index.ts': ['module/portal.ts'],
      'module/portal.ts': ['module/features/a/index.ts', 'module/web/app.ts'],
      'module/features/a/index.ts': ['module/features/a/rules.ts', 'module/feature.ts', 'module/lifecycle/install.ts'],
      'module/features/a/rules.ts': ['module/host/x.ts'],
      'module/feature.ts': ['module/web/app.ts'],
      'module/web/app.ts': ['module/access/x.ts'],
      'module/lifecycle/install.ts': ['migrations/index.ts'],
      'migrations/index.ts': ['module/host/indexes.ts'],
      'module/access/x.ts': ['module/host/x.ts'],
      'module/host/x.ts': ['module/platform/x.ts'],
      'module/host/indexes.ts': [],
      'module/platform/x.ts': [],
    }
    expect(await broken(files)).to.deep.equal([])
  })

  const offences: [string, string, string[]][] = [
    ['platform to host', 'module/platform/a.ts', ['module/host/a.ts', 'up-from-platform']],
    ['host to access', 'module/host/a.ts', ['module/access/a.ts', 'up-from-host']],
    ['access to web', 'module/access/a.ts', ['module/web/a.ts', 'up-from-access']],
    ['web to a wing', 'module/web/a.ts', ['module/features/a/a.ts', 'up-from-web-lifecycle']],
    ['lifecycle to the portal', 'module/lifecycle/a.ts', ['module/portal.ts', 'up-from-web-lifecycle']],
    ['web to lifecycle', 'module/web/a.ts', ['module/lifecycle/a.ts', 'between-web-and-lifecycle']],
    ['the contract to a wing', 'module/feature.ts', ['module/features/a/a.ts', 'up-from-feature-ts']],
    ['a wing to another', 'module/features/a/a.ts', ['module/features/b/b.ts', 'between-wings']],
    ['a wing to the portal', 'module/features/a/a.ts', ['module/portal.ts', 'up-from-features']],
    ['the portal to the index', 'module/portal.ts', ['module/index.ts', 'up-from-portal-ts']],
    ['a wing to migrations', 'module/features/a/a.ts', ['migrations/index.ts', 'who-runs-migrations']],
    ['migrations to behaviour', 'migrations/a.ts', ['module/access/a.ts', 'migrations-know-the-schema-only']],
    ['the index to the demo', 'module/index.ts', ['module/demo/start.ts', 'the-demo-is-no-part-of-the-module']],
    ['the module to tests', 'module/web/a.ts', ['test/a.ts', 'no-tests-in-the-module']],
    [
      'patients’ routes to staff’s',
      'module/features/a/patientRoutes.ts',
      ['module/features/a/staffRoutes.ts', 'from-patients-to-staff'],
    ],
  ]
  for (const [title, from, [to = '', rule]] of offences) {
    it(`stop an import from ${title}`, async () => {
      expect(await broken({ [from]: [to], [to]: [] })).to.include(rule)
    })
  }

  const apart: [string, string, string, string][] = [
    ['patients’ routes from reaching staff’s', 'patientRoutes.ts', 'staffRoutes.ts', 'from-patients-to-staff'],
    ['staff’s routes from reaching patients’', 'staffRoutes.ts', 'patientRoutes.ts', 'from-staff-to-patients'],
    ['a patient’s page from reaching staff’s', 'patient/page.ts', 'staff/page.ts', 'from-patients-to-staff'],
    ['a page of staff’s from reaching a patient’s', 'staff/page.ts', 'patient/page.ts', 'from-staff-to-patients'],
    ['a patient’s page from reaching staff’s routes', 'patient/page.ts', 'staffRoutes.ts', 'from-patients-to-staff'],
  ]
  for (const [title, from, to, rule] of apart) {
    it(`stop ${title} by way of another file`, async () => {
      const wing = 'module/features/a'
      const files = {
        [`${wing}/${from}`]: [`${wing}/shared.ts`],
        [`${wing}/shared.ts`]: [`${wing}/${to}`],
        [`${wing}/${to}`]: [],
      }
      expect(await broken(files)).to.deep.equal([rule])
    })
  }

  it('let both be listed side by side, and share what serves neither', async () => {
    const wing = 'module/features/a'
    const files = {
      [`${wing}/index.ts`]: [`${wing}/patient/routes.ts`, `${wing}/staff/routes.ts`],
      [`${wing}/patient/routes.ts`]: [`${wing}/verb.ts`],
      [`${wing}/staff/routes.ts`]: [`${wing}/verb.ts`],
      [`${wing}/verb.ts`]: [],
    }
    expect(await broken(files)).to.deep.equal([])
  })

  it('stop a circle', async () => {
    expect(
      await broken({ 'module/host/a.ts': ['module/host/b.ts'], 'module/host/b.ts': ['module/host/a.ts'] }),
    ).to.include('in-a-circle')
  })
})
