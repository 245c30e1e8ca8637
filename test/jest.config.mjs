import { dirname } from 'node:path';

// Three projects: `unit` needs Node alone (and brings its own PostgreSQL from npm), `services` needs what
// `.ci/run` installs with apt-get (sshd, systemd), `browser` needs Chromium.
const shared = {
  rootDir: dirname(import.meta.dirname),
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  // Its soft kind calls itself without end when something sets a property that it has "deleted".
  testEnvironmentOptions: { globalsCleanup: 'off' },
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          target: 'es2022',
          transform: { react: { runtime: 'automatic' } },
        },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

export default {
  rootDir: dirname(import.meta.dirname),
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.(services|browser|pictures)\\.test\\.ts$'],
    },
    { ...shared, displayName: 'services', testMatch: ['<rootDir>/test/**/*.services.test.ts'] },
    // No test of anything: it takes the pictures of the README.
    { ...shared, displayName: 'pictures', testMatch: ['<rootDir>/test/**/*.pictures.test.ts'] },
    { ...shared, displayName: 'browser', testMatch: ['<rootDir>/test/**/*.browser.test.ts'] },
  ],
  testSequencer: '<rootDir>/test/support/waiting-first.mjs',
  // More than cores: tests that take long mostly wait for processes of their own.
  maxWorkers: 5,
  // One generous limit for all: no test asserts a duration.
  testTimeout: 240_000,
};
