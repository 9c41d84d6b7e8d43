/** Random queries whose plans several workers share give the answer of one. WORKER_QUERIES=1000 asks more of them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askedOptimizer, askMillrace } from './answers.ts'
import { rewritable } from './random-plan-query.ts'
import { randomQuery } from './random-query.ts'

const queries = Number(process.env['WORKER_QUERIES'] ?? 100)
const firstSeed = Number(process.env['WORKER_SEED'] ?? 1)
const groupSize = 25

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-workers-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the number of workers does not change the answer', () => {
  for (let first = firstSeed; first < firstSeed + queries; first += groupSize) {
    const last = Math.min(first + groupSize, firstSeed + queries) - 1
    test(`seeds ${first} to ${last}`, { timeout: 120_000 }, async () => {
      for (let seed = first; seed <= last; seed++) await compare(seed)
    })
  }
})

async function compare(seed: number): Promise<void> {
  const query = seed % 2 === 0 ? randomQuery(seed) : randomQuery(seed, rewritable)
  const files = 1 + (seed % 7)
  const count = 2 + (seed % 3)
  const alone = await askMillrace(query, folder, { files, optimized: true })
  const shared = await askMillrace(query, folder, {
    files,
    optimized: true,
    workers: { count, seed },
    settings: seed % 4 === 1 ? askedOptimizer : {},
  })
  const inOrder = (rows: readonly string[]): readonly string[] => (query.ordered ? rows : rows.toSorted())
  expect(inOrder(shared), `seed ${seed} by ${count} workers: ${query.sql}`).toEqual(inOrder(alone))
}
