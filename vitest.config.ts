import { defineConfig } from 'vitest/config'

// `#room` imports lead to the sources: to Vite by these conditions, to Node (workers that a test starts) by the flag.
const conditions = ['source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    allowOnly: false,
    passWithNoTests: false,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
