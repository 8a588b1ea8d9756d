import tseslint from 'typescript-eslint';
import { keelson } from './ops/src/checks/eslint-plugin.ts';

/** Syntax that is out everywhere, with the sentence that says what to do instead. */
const focusedTests = {
  selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|todo)$/]',
  message: 'A focused or planned test hides the others. Fix: remove .only, write the .todo.',
};
const mocks = {
  selector: 'CallExpression[callee.object.name="jest"][callee.property.name=/^(mock|unstable_mockModule|fn|spyOn)$/]',
  message: 'Tests run the real part. Fix: use @keelson/testkit, an emulator, or pass the collaborator in.',
};
const decorators = {
  selector: 'Decorator',
  message:
    'Node runs this file from source and knows no decorators. Fix: apply it as a function, Module({ … })(RiskModule), or move the class to services/.',
};
const notErasable = [
  {
    selector: 'TSEnumDeclaration',
    message: 'Node cannot erase an enum. Fix: an `as const` object or a union of texts.',
  },
  {
    selector: 'TSParameterProperty',
    message: 'Node cannot erase a parameter property. Fix: a field and an assignment.',
  },
  { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'Node cannot erase a namespace. Fix: a file.' },
];

/** Rules that need types; they cost most of the lint's time, so only those that types alone can answer. */
const typed = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': [
    'error',
    { checksVoidReturn: { attributes: false, inheritedMethods: false } },
  ],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', 'coverage/', '.keelson/', '**/*.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,js,mjs}'],
    languageOptions: { parser: tseslint.parser, ecmaVersion: 'latest', sourceType: 'module' },
    plugins: { keelson, '@typescript-eslint': tseslint.plugin },
    rules: {
      'keelson/import-table': 'error',
      'keelson/size-limits': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-non-null-asserted-optional-chain': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      'no-empty': 'error',
      'no-console': 'error',
      'no-debugger': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unreachable': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-catch': 'error',
      'no-throw-literal': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', focusedTests, mocks, decorators, ...notErasable],
    },
  },
  {
    files: ['{libs,services,infra,ops,runbooks}/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname } },
    rules: typed,
  },
  {
    files: ['libs/trading/*/src/**/*.ts', 'libs/feeds/market/src/**/*.ts', 'libs/base/kernel/src/amounts.ts'],
    rules: { 'keelson/exact-amounts': 'error' },
  },
  {
    files: ['services/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', focusedTests, mocks] },
  },
  {
    // The set-up talks to a person before anything is installed, load scripts run inside k6, fixtures play any program.
    files: ['ops/bootstrap/**', 'load-tests/**', '**/test/fixture*/**'],
    rules: { 'no-console': 'off' },
  },
);
