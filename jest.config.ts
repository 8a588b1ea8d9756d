/** Jest runs the same TypeScript as Node does: ESM from source, decorators by swc, no module mapping but the workspace's. */
const config = {
  testEnvironment: 'node',
  // A hook or test that is not told otherwise may take this long: machines may be slow, and a hang still ends.
  testTimeout: 30_000,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        module: { type: 'nodenext' },
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2023',
        },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/libs/base/testkit/jest-setup.mjs',
  globalTeardown: '<rootDir>/libs/base/testkit/jest-teardown.mjs',
  testMatch: ['**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.keelson/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.keelson/'],
};

export default config;
