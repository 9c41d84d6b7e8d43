/** What all tests have in common. */
import { defineConfig } from 'vitest/config'

// `#room` imports lead to the sources: to Vite by these conditions, to Node (workers that a test starts) by the flag. Packages are found as
// Node finds them: what they have for bundlers, under "module", Node cannot always read, and "import" and "require" are for it to tell apart.
const conditions = ['source', 'node']

// Machines are shared, and may stand still for minutes: in CI a limit is there for what hangs, not for what is slow.
const isCi = process.env['CI'] === 'true'

/** For tests that wait for processes and servers. What passes with its second try only is named at the end of CI, with its first failure. */
export const retry = isCi ? 1 : 0

export default defineConfig({
  resolve: { conditions, mainFields: [] },
  ssr: { resolve: { conditions, externalConditions: conditions, mainFields: [] } },
  environments: { __vitest__: { resolve: { conditions, externalConditions: conditions, mainFields: [] } } },
  test: {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    allowOnly: false,
    passWithNoTests: false,
    testTimeout: isCi ? 180_000 : 20_000,
    hookTimeout: isCi ? 180_000 : 60_000,
    teardownTimeout: 60_000,
  },
})
