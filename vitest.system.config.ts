/** Tests against real servers, and then those of the console in a real browser, which `make test-system` runs. */
import { defineConfig } from 'vitest/config'
import base, { retry } from './vitest.base.config.ts'
import browser from './vitest.browser.config.ts'

const system = {
  ...base,
  test: {
    ...base.test,
    name: 'system',
    include: ['test/system/**/*.test.ts'],
    exclude: [],
    globalSetup: ['test/system/install-servers.ts'],
    sequence: { groupOrder: 1 },
    testTimeout: 180_000,
    retry,
  },
}

export default defineConfig({ test: { projects: [system, browser] } })
