/**
 * ESM under jest 30: TypeScript through swc, and the two ESM-only packages that CommonJS code requires are turned
 * back into CommonJS, since jest cannot `require` ESM before Node 24.9.
 */
const typescript = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};
const commonJs = {
  jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } },
  module: { type: 'commonjs' },
};
const project = (displayName, roots, extra = {}) => ({
  displayName,
  roots,
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transformIgnorePatterns: ['/node_modules/(?!(content-disposition|cookie)/)'],
  transform: {
    'node_modules/(content-disposition|cookie)/.+\\.js$': ['@swc/jest', commonJs],
    '\\.ts$': ['@swc/jest', typescript],
  },
  ...extra,
});

export default {
  maxWorkers: 2,
  projects: [
    project('engine', ['<rootDir>/packages/embedded-mongo/test']),
    project('domain', ['<rootDir>/test/domain', '<rootDir>/test/kernel']),
    project('service', [
      '<rootDir>/test/acceptance',
      '<rootDir>/test/containers',
      '<rootDir>/test/contracts',
      '<rootDir>/test/faults',
      '<rootDir>/test/tooling',
    ]),
  ],
  // Ends what hangs. A slow machine with other work takes many times as long as one that is free.
  testTimeout: 300_000,
};
