import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const sayWhy = (selector, message) => ({ selector, message })

export default defineConfig(
  { ignores: ['dist/', '.data/', 'node_modules/', 'public/vendor/', 'module/connectors/**/*.php'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    // What the compiler does not say about any file, script or module.
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-control-regex': 'error',
      'no-debugger': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-extra-boolean-cast': 'error',
      'no-fallthrough': 'error',
      'no-loss-of-precision': 'error',
      'no-misleading-character-class': 'error',
      'no-new-func': 'error',
      'no-eval': 'error',
      'no-self-assign': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-escape': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'require-atomic-updates': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-indexed-object-style': ['error', 'record'],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      '@typescript-eslint/no-inferrable-types': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Half of the time of a run, for classes and enums, of which there are hardly any here.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // Says what a row looks like at the place that reads it: select<Row>(…).
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/prefer-function-type': 'error',
      '@typescript-eslint/prefer-optional-chain': 'error',
      // A function that promises stays one that promises, so that what it throws arrives as a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Objects here are made of functions that close over what they need: they may be taken apart.
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-syntax': [
        'error',
        sayWhy('ExportDefaultDeclaration', 'Export it by name: a name is found by searching for it.'),
        sayWhy('TSEnumDeclaration', 'A union of strings, please.'),
        sayWhy('Decorator', 'No decorators.'),
        sayWhy("Program > TSModuleDeclaration[kind='namespace']", 'A file is the namespace.'),
        sayWhy("Program > ExportNamedDeclaration > TSModuleDeclaration[kind='namespace']", 'A file is the namespace.'),
      ],
    },
  },
  {
    // A running module speaks through its log (platform), the commands and the demo through the terminal.
    files: ['module/**/*.ts'],
    ignores: ['module/cli.ts', 'module/cli/**', 'module/demo/**'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Source that a test is about may stand in plain quotes.
      'no-template-curly-in-string': 'off',
      // expect(x).to.be.true is an expression that does something.
      '@typescript-eslint/no-unused-expressions': 'off',
      // A test reads a field of an answer whose shape is what it is about to check.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    extends: [tseslint.configs.base],
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }] },
  },
  {
    files: ['**/*.mjs'],
    ignores: ['public/**'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'Buffer',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'AbortController',
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: { 'no-undef': 'error' },
  },
)
