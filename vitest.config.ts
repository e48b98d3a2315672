import { defineConfig } from 'vitest/config'

/** `@warrenmq/source` leads from a package's name to its `src`: tests see the source as it is, without a build. */
const conditions = ['@warrenmq/source', 'node', 'import', 'module', 'default']

/** Where the machine-readable report goes, for a caller that counts the tests. */
const reportFile = process.env.WARREN_TEST_REPORT

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Concurrent tests wait, for RabbitMQ mostly; they do not compute.
    maxConcurrency: 20,
    reporters: reportFile ? ['default', ['json', { outputFile: reportFile }]] : ['default'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['packages/*/src/generated/**'],
      reporter: ['text', 'html'],
      reportsDirectory: 'coverage',
    },
    projects: [
      {
        // No sockets and no disk of a package under test: milliseconds.
        extends: true,
        test: {
          name: 'unit',
          // Not what they take, but what a busy machine may make of it.
          testTimeout: 30_000,
          include: ['packages/*/test/unit/**/*.test.ts', 'scripts/test/**/*.test.ts'],
        },
      },
      {
        // Real sockets, real processes, and the same steps against RabbitMQ where it is installed.
        extends: true,
        test: {
          name: 'system',
          globalSetup: ['tests/testkit/src/global-setup.ts'],
          include: [
            'packages/*/test/integration/**/*.test.ts',
            'tests/*/test/**/*.test.ts',
            'benchmarks/test/**/*.test.ts',
            'apps/*/test/**/*.test.ts',
          ],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
