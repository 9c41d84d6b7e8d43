/** One file that one worker reads, before a function of a user: every worker computes it where the order of rows is free, else one does. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-stages-'))
  writeFileSync(
    path.join(folder, 'functions.ts'),
    `import { threadId } from 'node:worker_threads'
const declared = { parameters: ['BIGINT'], returns: 'BIGINT' }
function spin(ms: number): void { const end = performance.now() + ms; while (performance.now() < end); }
export const thread = { ...declared, evaluate: (n: number) => { spin(0.2); return n < 0 ? n : threadId } }
export const slow = { ...declared, evaluate: (n: number) => { spin(1000); return n < 0 ? n : threadId } }
export const quick = { ...declared, evaluate: (n: number) => (n < 0 ? n : threadId) }
export const later = { ...declared, async: true, evaluate: async (n: number) => { await new Promise((resolve) => setTimeout(resolve, 1)); return n < 0 ? n : threadId } }
`,
  )
  writeFileSync(path.join(folder, 'rows.csv'), lines(1000))
  writeFileSync(path.join(folder, 'large.csv'), lines(250_000))
})

function lines(count: number): string {
  return Array.from({ length: count }, (_, row) => `${row},${row}\n`).join('')
}

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(called: string, query: string): Promise<number> {
  const script = path.join(folder, 'script.sql')
  writeFileSync(
    script,
    `SET 'parallelism.default' = '2';
CREATE FUNCTION f AS '${path.join(folder, 'functions.ts')}#${called}' LANGUAGE TYPESCRIPT;
CREATE TABLE t (a BIGINT, at_ms BIGINT, placed AS TO_TIMESTAMP_LTZ(at_ms, 3), WATERMARK FOR placed AS placed)
  WITH ('connector' = 'filesystem', 'path' = '${path.join(folder, 'rows.csv')}', 'format' = 'csv');
CREATE TABLE many (a BIGINT, b BIGINT) WITH ('connector' = 'filesystem', 'path' = '${path.join(folder, 'large.csv')}', 'format' = 'csv');
${query}
`,
  )
  const child = spawn(path.resolve('bin/millrace'), ['run', script, '--format', 'json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = await text(child.stdout)
  const last = output.trim().split('\n').at(-1) ?? ''
  return Number(Object.values(JSON.parse(last) as object).at(-1))
}

const threads = 'COUNT(DISTINCT thread)'

describe('is computed by', () => {
  test.each([
    ['plain functions, for sums', 'thread', `SELECT ${threads} AS n FROM (SELECT f(a) AS thread FROM t)`],
    ['functions that answer later, for sums', 'later', `SELECT ${threads} AS n FROM (SELECT f(a) AS thread FROM t)`],
    ['few rows of VALUES', 'slow', `SELECT ${threads} AS n FROM (SELECT f(a) AS thread FROM (VALUES (1), (2), (3), (4)) AS v (a))`],
    ['the condition of a filter', 'thread', `SELECT ${threads} AS n FROM (SELECT f(a) AS thread FROM t WHERE f(a) > 0)`],
  ])('all workers: %s', { timeout: 60_000 }, async (_name, called, query) => {
    expect(await run(called, `SET 'execution.runtime-mode' = 'batch';\n${query};`)).toBe(2)
  })

  test.each([
    ['the last row of a key', `SELECT ${threads} AS n FROM (SELECT LAST_VALUE(f(a)) AS thread FROM t GROUP BY a)`],
    [
      'windows of event time, where rows may be late',
      `SELECT ${threads} AS n FROM (SELECT MAX(f(a)) AS thread FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(placed), INTERVAL '1' SECOND)) GROUP BY a, window_start, window_end)`,
    ],
  ])('one worker: %s', { timeout: 60_000 }, async (_name, query) => {
    expect(await run('thread', `SET 'execution.runtime-mode' = 'streaming';\n${query};`)).toBe(1)
  })
})

/** The function takes no time, so that the first worker would have read all before another one had a part in it. */
describe('a large file is cut', () => {
  test.each([
    ['where the order of rows is free', 2, `SELECT ${threads} AS n FROM (SELECT f(a) AS thread FROM many)`],
    ['not for the last row of a key', 1, `SELECT ${threads} AS n FROM (SELECT LAST_VALUE(f(a)) AS thread FROM many GROUP BY a)`],
  ])('%s', { timeout: 60_000 }, async (_name, expected, query) => {
    expect(await run('quick', `SET 'execution.runtime-mode' = 'streaming';\n${query};`)).toBe(expected)
  })
})
