import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What a source file may weigh: one idea a file, a function that fits on a screen. */
const sizes = {
  'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
};

/** Rules beyond typescript-eslint's recommended ones. */
const house = {
  eqeqeq: ['error', 'always'],
  'no-console': 'error',
  'no-param-reassign': 'error',
  'no-else-return': 'error',
  'no-eval': 'error',
  'no-new-func': 'error',
  'no-implicit-coercion': ['error', { allow: ['!!'] }],
  'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
  'id-denylist': ['error', 'manager', 'helper', 'helpers', 'util', 'utils', 'handler'],
  'object-shorthand': 'error',
  'prefer-const': 'error',
};

/** Rules that ask the type checker. */
const typed = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-unnecessary-condition': 'error',
  '@typescript-eslint/no-unnecessary-type-arguments': 'error',
  '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'error',
  '@typescript-eslint/no-deprecated': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-readonly': 'error',
  '@typescript-eslint/prefer-nullish-coalescing': 'error',
  '@typescript-eslint/prefer-optional-chain': 'error',
  '@typescript-eslint/return-await': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/ban-ts-comment': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  // Classes with injected constructor parameters need value imports; the rule leaves files with decorators alone.
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/restrict-template-expressions': [
    'error',
    { allowNumber: true, allowBoolean: true, allowAny: false, allowNullish: false, allowRegExp: false },
  ],
};

/** Nest's decorators and jest's matchers make these speak up without cause in tests. */
const loosenedInTests = {
  '@typescript-eslint/no-unsafe-assignment': 'off',
  '@typescript-eslint/no-unsafe-member-access': 'off',
  '@typescript-eslint/no-unnecessary-condition': 'off',
  '@typescript-eslint/require-await': 'off',
  'no-console': 'off',
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', 'data/', '**/bench/results/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { rules: house },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './packages/*/tsconfig.json', './tsconfig.test.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: typed,
  },
  { files: ['src/**/*.ts', 'packages/*/src/**/*.ts'], rules: sizes },
  {
    // The engine has to know BSON types that new documents should not use.
    files: ['packages/embedded-mongo/**/*.ts'],
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  { files: ['**/*.module.ts'], rules: { '@typescript-eslint/no-extraneous-class': 'off' } },
  { files: ['test/**/*.ts', 'bench/**/*.ts', 'packages/*/test/**/*.ts'], rules: loosenedInTests },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', module: 'writable' },
    },
    rules: { 'no-console': 'off' },
  },
  {
    // Run by mongosh.
    files: ['containers/mongo/*.js'],
    languageOptions: {
      globals: { db: 'readonly', Mongo: 'readonly', print: 'readonly', quit: 'readonly', sleep: 'readonly' },
    },
  },
);
