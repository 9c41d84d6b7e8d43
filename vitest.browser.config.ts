/** Tests of the console in a real Chromium, which `make test-browser` runs, and `make test-system` after its own. */
import { defineConfig } from 'vitest/config'
import base, { retry } from './vitest.base.config.ts'

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    exclude: [],
    globalSetup: ['test/browser/install-browser.ts'],
    fileParallelism: false,
    // Frames are counted: nothing else runs beside them.
    sequence: { groupOrder: 2 },
    testTimeout: 180_000,
    retry,
  },
})
