/** The floors of the house: imports go down, never up, never sideways between wings. */
const floors = [
  'platform',
  'host',
  'access',
  '(web|lifecycle)',
  'feature[.]ts',
  'features',
  'portal[.]ts',
  'index[.]ts',
]
const above = (floor) => floors.slice(floors.indexOf(floor) + 1).concat('demo', 'connectors', 'cli[.]ts', 'cli')
const file = (name) => (name.endsWith('[.]ts') ? `^module/${name}$` : `^module/${name}/`)

/** A wing's handlers and pages for one of the two: a file of routes, or a folder with everything beside it. */
const serving = (whom) => `^module/features/[^/]+/(${whom}Routes[.]ts$|${whom}/)`

const onlyDown = floors.map((floor) => ({
  name: `up-from-${floor.replace(/\W+/g, '-').replace(/^-|-$/g, '')}`,
  comment: 'Imports go down. What both need belongs on the lower floor, or comes in as an argument.',
  severity: 'error',
  from: { path: file(floor) },
  to: { path: above(floor).map(file) },
}))

module.exports = {
  forbidden: [
    ...onlyDown,
    {
      name: 'between-wings',
      comment: 'A wing knows no other wing. They meet in feature.ts: one publishes an event, the other listens.',
      severity: 'error',
      from: { path: '^module/features/([^/]+)/' },
      to: { path: '^module/features/', pathNot: '^module/features/$1/' },
    },
    {
      name: 'between-web-and-lifecycle',
      comment: 'web/ and lifecycle/ stand side by side.',
      severity: 'error',
      from: { path: '^module/(web|lifecycle)/' },
      to: { path: '^module/(web|lifecycle)/', pathNot: '^module/$1/' },
    },
    {
      name: 'from-patients-to-staff',
      comment: 'Nothing that serves patients reaches what serves staff, by any path.',
      severity: 'error',
      from: { path: serving('patient') },
      to: { path: serving('staff'), reachable: true },
    },
    {
      name: 'from-staff-to-patients',
      comment: 'Handlers and pages of the two share verbs and rules, nothing of each other.',
      severity: 'error',
      from: { path: serving('staff') },
      to: { path: serving('patient'), reachable: true },
    },
    {
      name: 'migrations-know-the-schema-only',
      comment:
        'A migration must run the same in ten years: it takes the index definitions and types from below, no behaviour.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^module/', pathNot: '^module/(host/indexes[.]ts$|platform/)' },
    },
    {
      name: 'who-runs-migrations',
      comment: 'Only lifecycle/ installs and upgrades.',
      severity: 'error',
      from: { path: '^module/', pathNot: '^module/lifecycle/' },
      to: { path: '^migrations/' },
    },
    {
      name: 'the-demo-is-no-part-of-the-module',
      comment: 'A practice that installs Foyer does not run the demo: only the command may start it.',
      severity: 'error',
      from: { path: '^module/', pathNot: '^module/(demo/|cli[.]ts$|cli/)' },
      to: { path: '^module/demo/' },
    },
    {
      name: 'nobody-imports-the-command',
      severity: 'error',
      from: { path: '^(module|migrations)/', pathNot: '^module/cli([.]ts$|/)' },
      to: { path: '^module/cli([.]ts$|/)' },
    },
    {
      name: 'no-tests-in-the-module',
      severity: 'error',
      from: { path: '^(module|migrations)/' },
      to: { path: '^test/' },
    },
    {
      name: 'in-a-circle',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(dist/|[.][.]?/dist/)' },
    },
    {
      name: 'a-tool-at-run-time',
      comment: 'What the running module needs stands under dependencies.',
      severity: 'error',
      from: { path: '^(module|migrations)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|[.]data|public/vendor)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
