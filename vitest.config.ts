/** The tests that need no server, which `make test` runs. */
import { defineConfig } from 'vitest/config'
import base, { retry } from './vitest.base.config.ts'

/** Folders below test/ whose tests compute and wait for nothing. */
const computing = ['conformance', 'simulation', 'oracle', 'tpch', 'nexmark', 'changelogs', 'plans', 'time', 'errors', 'architecture']
const computingTests = computing.map((folder) => `test/${folder}/**/*.test.ts`)

const ofRooms = {
  ...base,
  test: {
    ...base.test,
    name: 'rooms',
    include: ['src/**/*.test.ts', 'web/src/**/*.test.ts', ...computingTests],
    maxWorkers: 2,
    sequence: { groupOrder: 1 },
  },
}

/** Tests that start processes, and wait for them. */
const ofProduct = {
  ...base,
  test: {
    ...base.test,
    name: 'product',
    include: ['test/**/*.test.ts'],
    // Some need servers or a browser: see vitest.system.config.ts and vitest.browser.config.ts.
    exclude: ['test/system/**', 'test/browser/**', ...computingTests],
    maxWorkers: 1,
    retry,
    sequence: { groupOrder: 2 },
  },
}

export default defineConfig({ test: { projects: [ofRooms, ofProduct] } })
