/** Tests against real servers, which `make test-system` runs. */
import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/system/**/*.test.ts'],
    exclude: [],
    globalSetup: ['test/system/install-servers.ts'],
    testTimeout: 120_000,
  },
})
