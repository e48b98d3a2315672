import { defineConfig } from 'vitest/config'

const conditions = ['@warrenmq/source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'tests/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts'],
  },
})
