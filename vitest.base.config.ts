/** What all tests have in common. */
import { defineConfig } from 'vitest/config'

// `#room` imports lead to the sources: to Vite by these conditions, to Node (workers that a test starts) by the flag. Packages are found as
// Node finds them: what they have for bundlers, under "module", Node cannot always read, and "import" and "require" are for it to tell apart.
const conditions = ['source', 'node']

export default defineConfig({
  resolve: { conditions, mainFields: [] },
  ssr: { resolve: { conditions, externalConditions: conditions, mainFields: [] } },
  environments: { __vitest__: { resolve: { conditions, externalConditions: conditions, mainFields: [] } } },
  test: {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    allowOnly: false,
    passWithNoTests: false,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
