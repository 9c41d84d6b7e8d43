/** Statements and files that nobody in their right mind writes, and someone does: an answer or a coded error, soon, never a defect. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const program = path.resolve('bin/millrace')
/** Each of these took longer than a minute or ended as a defect once. */
const patienceMs = 30_000

interface Outcome {
  readonly status: number
  readonly out: string
  readonly notes: string
}

function run(script: string, words: readonly string[] = ['run', '-', '--format', 'csv']): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(program, words, { timeout: patienceMs, maxBuffer: 1 << 26 }, (error, out, notes) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, notes }),
    )
    // What is refused is not read to its end.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(script)
  })
}

/** What was printed, or the code of the error that refused the statement. */
function answerOrLimit({ status, out, notes }: Outcome): string {
  return status === 0 ? out : (/code: (\w+)/.exec(notes)?.[1] ?? `status ${status}: ${notes}`)
}

/** WITH t0 AS (SELECT 1 AS a), t1 AS (…), … SELECT … */
function chain(length: number, step: (before: string) => string, last: (name: string) => string): string {
  const tables = Array.from({ length }, (_, index) => `t${index} AS (${index === 0 ? 'SELECT 1 AS a' : step(`t${index - 1}`)})`)
  return `WITH ${tables.join(', ')} ${last(`t${length - 1}`)}`
}

describe('queries upon queries', { timeout: patienceMs }, () => {
  test('10,000 in a row', async () => {
    const script = chain(
      10_000,
      (before) => `SELECT a + 1 AS a FROM ${before}`,
      (name) => `SELECT a FROM ${name}`,
    )
    expect(answerOrLimit(await run(script))).toMatch(/^(?:a\n10000\n|QUERY_PLAN_TOO_DEEP)$/)
  })

  test('each read twice by the next', async () => {
    const script = chain(
      30,
      (before) => `SELECT x.a FROM ${before} AS x CROSS JOIN ${before} AS y`,
      (name) => `SELECT a FROM ${name}`,
    )
    expect(await run(script)).toEqual({ status: 0, out: 'a\n1\n', notes: '' })
  })

  test.each(['INTERSECT', 'EXCEPT'])('2,000 under %s', async (operator) => {
    const script = Array.from({ length: 2000 }, () => 'SELECT 1 AS a').join(` ${operator} `)
    expect(answerOrLimit(await run(script))).toMatch(/^(?:a\n(?:1\n)?|QUERY_PLAN_TOO_DEEP)$/)
  })
})

describe('names that JavaScript has a meaning for', () => {
  test.each([
    ["CREATE TABLE t (event_type INT) WITH ('connector' = 'nexmark'); SELECT * FROM t /*+ OPTIONS('__proto__' = 'x') */", '__proto__'],
    [
      "CREATE TABLE t (`constructor` INT) WITH ('connector' = 'nexmark'); SELECT * FROM t",
      '"constructor" of table "t" is none of the Nexmark',
    ],
  ])('%s', async (script, said) => {
    const { status, notes } = await run(script)
    expect(status).toBe(1)
    expect(notes).toContain(said)
  })
})

describe('the shell in a pipe', { timeout: patienceMs }, () => {
  test('a statement of 100,000 lines', async () => {
    const { status, out } = await run(`SELECT 1 AS n\n${'-- and so on\n'.repeat(100_000)};`, ['sql'])
    expect(status).toBe(0)
    expect(out).toContain('│ 1 │')
  })

  test('a line without an end', async () => {
    const { status, notes } = await run('x'.repeat(20_000_000), ['sql'])
    expect(status).toBe(1)
    expect(notes).toContain('code: CLI_FILE_TOO_LARGE')
  })
})

test('far times are moved further', async () => {
  const script = `SELECT TIMESTAMPADD(YEAR, 500000, TIMESTAMP '2001-01-01 00:00:00') IS NOT NULL AS a,
    TIMESTAMPADD(DAY, 2147483647, TIMESTAMP '2001-01-01 00:00:00') > TIMESTAMP '9999-12-31 00:00:00' AS b`
  expect(await run(script)).toEqual({ status: 0, out: 'a,b\nTRUE,TRUE\n', notes: '' })
})

test('maps are equal or not, though they have no order', async () => {
  const script = `SELECT MAP['a', 1, 'b', 2] = MAP['b', 2, 'a', 1] AS a, MAP['a', 1] <> MAP['a', 2] AS b, MAP['a', 1] <> MAP['a', 1] AS c`
  expect(await run(script)).toEqual({ status: 0, out: 'a,b,c\nTRUE,TRUE,FALSE\n', notes: '' })
})

test('too many arguments are told from too few', async () => {
  const { notes } = await run(`SELECT COALESCE(${Array.from({ length: 20_001 }, () => '1').join()})`)
  expect(notes).toContain('COALESCE takes at most 20000 arguments, got 20001')
})

test.each([
  "REPEAT('abc', 2000000000)",
  "LPAD('a', 2000000000, 'x')",
  "RPAD('a', 2000000000, 'x')",
  "REPEAT('a', 500000000) || REPEAT('a', 500000000)",
])('a text that would be too long is refused, with the name of its function: %s', async (call) => {
  const { status, notes } = await run(`SELECT CHAR_LENGTH(${call}) AS n`)
  expect(status).toBe(1)
  expect(notes).toMatch(/^error: function (?:REPEAT|LPAD|RPAD|\|\|) would give a text longer than 536870888 characters$/m)
})
