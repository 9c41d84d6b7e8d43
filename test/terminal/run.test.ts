/** The command line as scripts use it: what goes to which stream, and with which exit status. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const program = path.resolve('bin/millrace')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-run-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Outcome {
  readonly status: number | null
  readonly out: string
  readonly notes: string
}

function start(words: readonly string[], input = ''): ChildProcess {
  const child = spawn(program, words, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  return child
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let out = ''
  let notes = ''
  child.stdout?.on('data', (data) => {
    out += String(data)
  })
  child.stderr?.on('data', (data) => {
    notes += String(data)
  })
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, notes })))
}

function millrace(words: readonly string[], input = ''): Promise<Outcome> {
  return outcomeOf(start(words, input))
}

async function scriptFile(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(path.join(folder, name), content)
  return name
}

const endless = `CREATE TABLE bids (event_type INT, bid ROW<auction BIGINT, price BIGINT>) WITH ('connector' = 'nexmark');
SELECT bid.price AS price FROM bids WHERE event_type = 2;`

describe('formats', () => {
  const answer = "SELECT n, s FROM (VALUES (1, 'a'), (2, CAST(NULL AS STRING))) AS t (n, s)"
  test.each([
    ['table', '┌───┬──────┐\n│ n │ s    │\n├───┼──────┤\n│ 1 │ a    │\n│ 2 │ NULL │\n└───┴──────┘\n2 rows\n'],
    ['json', '{"n":1,"s":"a"}\n{"n":2,"s":null}\n'],
    ['csv', 'n,s\n1,a\n2,\n'],
    ['changelog', '{"op":"+I","row":{"n":1,"s":"a"}}\n{"op":"+I","row":{"n":2,"s":null}}\n'],
  ])('%s is printed to a pipe without a word beside', async (format, out) => {
    expect(await millrace(['run', '-', '--format', format], answer)).toEqual({ status: 0, out, notes: '' })
  })

  test('rows that are not in the answer are counted beside it', async () => {
    await scriptFile('dirty.json', '{"at":"2001-01-01 00:00:00"}\n{"at"\n{"at":"2001-01-01 00:01:00"}\n{"at":"2001-01-01 00:00:01"}\n')
    const script = `CREATE TABLE t (\`at\` TIMESTAMP(3), WATERMARK FOR \`at\` AS \`at\`)
WITH ('connector' = 'filesystem', 'path' = 'dirty.json', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(\`at\`), INTERVAL '30' SECOND)) GROUP BY window_start, window_end;`
    const notes = 'note: 1 row set aside as unreadable, 1 row dropped as late\n'
    expect(await millrace(['run', '-', '--format', 'csv'], script)).toEqual({ status: 0, out: 'n\n1\n1\n', notes })
    expect(await millrace(['sql'], script)).toMatchObject({ status: 0, notes })
  })

  test('timestamps and settings', async () => {
    const script = "SELECT TIMESTAMP '2001-01-31 12:30:00' AS t, CAST(TIMESTAMP '2001-01-31 12:30:00.5' AS TIMESTAMP(3)) AS u"
    const { out } = await millrace(['run', '-', '-f', 'json', '--set', 'table.local-time-zone=Europe/Berlin'], script)
    expect(out).toBe('{"t":"2001-01-31 12:30:00","u":"2001-01-31 12:30:00.500"}\n')
  })
})

describe('exit status', () => {
  test.each([
    [0, ['run', '-'], 'SELECT 1'],
    [0, ['run', '-'], ''],
    [1, ['run', '-'], 'SELECT'],
    [1, ['run', '-'], "SELECT CAST('x' AS INT)"],
    [1, ['check', '-'], 'SELECT nope'],
    [2, ['run'], ''],
    [2, [], ''],
    [2, ['rnu', 'a.sql'], ''],
    [2, ['run', '-', '--formt', 'json'], ''],
    [2, ['run', 'missing.sql'], ''],
    [2, ['run', '.'], ''],
    [2, ['run', '-', '--set', 'table.local-time-zone=Mars/Olympus'], 'SELECT 1'],
    [2, ['run', '-', '--set', 'nonsense'], 'SELECT 1'],
    [0, ['--help'], ''],
    [0, ['run', '--help'], ''],
    [0, ['--version'], ''],
  ])('%i for %j with %j', async (status, words, input) => {
    const outcome = await millrace(words, input)
    expect(outcome).toMatchObject({ status })
    expect(outcome.notes === '').toBe(status === 0)
  })
})

describe('what is wrong with a file is said', () => {
  test('one that does not exist', async () => {
    const { notes } = await millrace(['run', 'missing.sql'])
    expect(notes).toContain('error: file "missing.sql" does not exist\n')
  })

  test('a directory', async () => {
    await mkdir(path.join(folder, 'scripts'))
    const { notes } = await millrace(['run', 'scripts'])
    expect(notes).toContain('error: "scripts" is a directory, expected a file of SQL statements\n')
  })

  test('a statement in place of a file', async () => {
    for (const statement of ['SELECT 1;', `SELECT ${'1, '.repeat(2000)} 1`]) {
      const { status, notes } = await millrace(['run', statement])
      expect(status).toBe(2)
      expect(notes).toContain('A statement itself goes in through a pipe')
    }
  })

  test('one that is not UTF-8', async () => {
    const file = await scriptFile('latin.sql', Buffer.from("SELECT '\xe4'", 'latin1'))
    expect(await millrace(['run', file])).toMatchObject({ status: 1, notes: expect.stringContaining('"latin.sql" is not UTF-8 text') })
  })

  test('one that is too large', async () => {
    const file = await scriptFile('large.sql', Buffer.alloc(17 * 1024 * 1024, ' '))
    expect(await millrace(['run', file])).toMatchObject({
      status: 1,
      notes: expect.stringContaining('larger than the limit of a script, 16 MB'),
    })
  })

  test('one that may not be read, which root may all the same', async () => {
    const file = await scriptFile('secret.sql', 'SELECT 1')
    await chmod(path.join(folder, file), 0)
    const refusal = { status: 3, notes: expect.stringContaining('could not read "secret.sql"') }
    expect(await millrace(['run', file])).toMatchObject(process.getuid?.() === 0 ? { status: 0 } : refusal)
  })

  test('a byte order mark is no error', async () => {
    const file = await scriptFile('marked.sql', '\ufeffSELECT 1 AS n')
    expect(await millrace(['run', file, '-f', 'csv'])).toEqual({ status: 0, out: 'n\n1\n', notes: '' })
  })
})

describe('errors of statements', () => {
  test('have a place, a hint and a code; all of a script are told', async () => {
    const file = await scriptFile('wrong.sql', 'SELECT 1 +;\nSELCT 2;\n')
    expect(await millrace(['run', file])).toEqual({
      status: 1,
      out: '',
      notes: `error: expected an expression, got the end of the statement
  at wrong.sql:1:11
  1 | SELECT 1 +;
    |           ^
  code: SQL_SYNTAX
error: expected a statement, got "SELCT"
  at wrong.sql:2:1
  2 | SELCT 2;
    | ^^^^^
  hint: Did you mean SELECT?
  code: SQL_SYNTAX
`,
    })
  })

  test('check prints them to standard output, as JSON when asked', async () => {
    const { out, status } = await millrace(['check', '-', '--format', 'json'], 'SELECT 1;\nSELECT nope;')
    expect(status).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ file: '<stdin>', line: 2, column: 8, code: 'SQL_COLUMN_NOT_FOUND', start: 17, end: 21 })
  })

  test('a script that is right has no errors', async () => {
    expect(await millrace(['check', '-'], 'SELECT 1;')).toEqual({ status: 0, out: '', notes: '<stdin>: no errors\n' })
  })

  test('text of the data does not steer the terminal', async () => {
    const { notes } = await millrace(['run', '-'], "SELECT CAST(E'\\u001b[2Jx' AS INT)")
    expect(notes).not.toMatch(/(?!\n)\p{Cc}/u)
  })
})

describe('ends', () => {
  test('quietly when nobody reads on', async () => {
    const child = start(['run', '-', '--format', 'csv'], endless)
    const ended = outcomeOf(child)
    child.stdout?.once('data', () => child.stdout?.destroy())
    expect(await ended).toMatchObject({ status: 0, notes: '' })
  })

  test('cleanly at the first Ctrl-C, with what was known by then', async () => {
    const child = start(['run', '-', '--format', 'changelog'], endless.replace("'nexmark'", "'nexmark', 'rate.limited' = 'true'"))
    const ended = outcomeOf(child)
    child.stdout?.once('data', () => child.kill('SIGINT'))
    const { status, notes, out } = await ended
    expect({ status, notes }).toEqual({ status: 130, notes: '' })
    expect(out.endsWith('}\n')).toBe(true)
  })

  test('at Ctrl-C with a word on the rows set aside by then', async () => {
    await scriptFile('watched.json', '{"n":1}\nnonsense\n{"n":2}\n')
    const watching = `CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = 'watched.json', 'format' = 'json',
'json.ignore-parse-errors' = 'true', 'source.monitor-interval' = '10 s');
SELECT n FROM t;`
    const child = start(['run', '-', '--format', 'changelog'], watching)
    const ended = outcomeOf(child)
    child.stdout?.once('data', () => child.kill('SIGINT'))
    expect(await ended).toMatchObject({ status: 130, notes: 'note: 1 row set aside as unreadable\n' })
  })

  test('at once at the second Ctrl-C', async () => {
    const child = start(['run', '-', '--format', 'csv'], endless)
    const ended = outcomeOf(child)
    child.stdout?.once('data', () => {
      child.kill('SIGINT')
      child.kill('SIGINT')
    })
    expect(await ended).toMatchObject({ status: 130, notes: '' })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('at %s even while nothing comes', async (signal) => {
    const silent =
      "CREATE TABLE bids (event_type INT) WITH ('connector' = 'nexmark', 'events.num' = '10', 'keep-alive' = 'true');\nSELECT event_type FROM bids;"
    const child = start(['run', '-', '--format', 'csv'], silent)
    const ended = outcomeOf(child)
    child.stdout?.once('data', () => child.kill(signal))
    expect(await ended).toMatchObject({ status: 130 })
  })
})

describe('two runs that write into one directory', () => {
  const table = (name: string) =>
    `CREATE TABLE ticks (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000'${name === 'few' ? ", 'number-of-rows' = '10'" : ''});
SET 'execution.checkpointing.interval' = '50 ms';
CREATE TABLE log (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'log', 'format' = 'csv');
INSERT INTO log SELECT n FROM ticks;`
  const log = () => readdir(path.join(folder, 'log')).catch(() => [] as string[])
  const isWriting = async () => (await log()).some((name) => name.endsWith('.inprogress'))

  test('do not disturb one another, and what a killed one left is cleared by the next', async () => {
    const endless = start(['run', '-'], table('endless'))
    const ended = outcomeOf(endless)
    await expect.poll(isWriting, { timeout: 10_000 }).toBe(true)
    expect(await millrace(['run', '-'], table('few'))).toMatchObject({ status: 0 })
    endless.kill('SIGINT')
    expect(await ended).toMatchObject({ status: 130, notes: '' })
    expect((await log()).filter((name) => name.startsWith('.'))).toEqual([])

    const killed = start(['run', '-'], table('endless'))
    const gone = outcomeOf(killed)
    await expect.poll(isWriting, { timeout: 10_000 }).toBe(true)
    killed.kill('SIGKILL')
    await gone
    expect((await log()).filter((name) => name.startsWith('.'))).not.toEqual([])
    expect(await millrace(['run', '-'], table('few'))).toMatchObject({ status: 0 })
    expect((await log()).filter((name) => name.startsWith('.'))).toEqual([])
  })
})

test.each([
  ['run - --format csv', endless],
  ['run -', 'SELECT 1 AS n'],
  ['explain -', 'SELECT 1 AS n'],
  ['sql', 'SELECT 1 AS n;'],
  ['--help', ''],
])('a full disk is an error of the outside, however short the answer is: %s', async (words, script) => {
  const child = spawn('sh', ['-c', `echo "$1" | "$0" ${words} > /dev/full`, program, script], { cwd: folder })
  expect(await outcomeOf(child)).toMatchObject({ status: 3, notes: expect.stringContaining('could not write the answer') })
})

test('explain shows plans and runs nothing', async () => {
  const { status, out } = await millrace(['explain', '-'], endless)
  expect(status).toBe(0)
  expect(out).toContain('== Optimized Plan ==')
  expect(out).toContain('TableSourceScan')
  expect(out).not.toContain('== Generated Code ==')
})

test('explain writes queries as Flink SQL when asked to', async () => {
  const script =
    "CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'datagen');\nSELECT a FROM (SELECT a, b FROM t) AS q WHERE b LIKE 'x%' AND 1 = 1;"
  const written = await millrace(['explain', '-', '--as', 'flink'], script)
  expect(written).toEqual({ status: 0, out: "SELECT a\nFROM t\nWHERE b LIKE 'x%' AND 1 = 1;\n", notes: '' })
  const optimized = await millrace(['explain', '-', '--as', 'flink', '--optimized'], script)
  expect(optimized.out).toBe("SELECT a\nFROM t\nWHERE b LIKE 'x%';\n")
})

test('explain names what a version of Flink lacks', async () => {
  const script = "SELECT 1 AS n;\nSELECT STARTSWITH('abc', 'a') AS b"
  const { status, out, notes } = await millrace(['explain', '-', '--as', 'flink', '--flink-version', '1.20'], script)
  expect(status).toBe(1)
  expect(out).toBe('')
  expect(notes).toContain('version 1.20 of Flink has no function STARTSWITH')
  expect(notes).toContain('<stdin>:2:1')
})

test('explain shows the generated loops when asked to', async () => {
  const { status, out } = await millrace(['explain', '--code', '-'], 'SELECT n + 1 AS m FROM (VALUES (1), (2)) AS t(n)')
  expect(status).toBe(0)
  expect(out).toContain('== Generated Code ==\n-- select=[')
  expect(out).toContain('return function (columns, length')
})

test('bench prints the machine and a line for each query', async () => {
  const words = ['--events', '20000', '--runs', '1', '--queries', 'q2,q7', '--checkpoint-interval', '1 ms']
  const { status, out } = await millrace(['bench', 'nexmark', ...words])
  expect(status).toBe(0)
  expect(out).toContain('Node v')
  expect(out).toMatch(/^nexmark: 20,000 events, generated; .*; checkpoints every 1 ms; parallelism 1$/m)
  expect(out).toMatch(/^generator +[\d,]+ +\d+\.\d\d +\d+\.\d\d +[\d,]+ +- +\d+ /m)
  expect(out).toMatch(/^q2 +[\d,]+ +\d+\.\d\d +\d+\.\d\d +[\d,]+ +[\d,-]+ +\d+ .* {2}bids for some auctions$/m)
  // At least one checkpoint held rows back.
  expect(out).toMatch(/^q7 .* [1-9]\d*( +\d+\.\d){2} +- {2}highest bids of each window$/m)
  expect(out).not.toContain('q8')
  expect(out).toMatch(/^geometric mean: [\d,]+ thousand events per CPU-second, [\d,]+ net$/m)
})

test.each([1, 2])('bench prints JSON for programs, of runs of %d workers', async (workers) => {
  const words = ['--events', '100000', '--runs', '2', '--queries', 'q0', '--workers', String(workers), '--checkpoint-interval', '1 ms']
  const { status, out } = await millrace(['bench', 'nexmark', '--json', ...words])
  expect(status).toBe(0)
  const runs = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly pausesMs: readonly number[] })
  const run = { query: 'q0', events: 100_000, workers, rowsOut: 92_000 }
  expect(runs).toEqual([expect.objectContaining(run), expect.objectContaining(run)])
  for (const { pausesMs } of runs) {
    expect(pausesMs.length).toBeGreaterThan(0)
    expect(Math.min(...pausesMs)).toBeGreaterThan(0)
  }
})

test('bench measures how long a run takes to go on when it is asked to', async () => {
  const { out } = await millrace(['bench', 'nexmark', '--json', '--events', '100000', '--runs', '1', '--queries', 'q9', '--restore'])
  expect((JSON.parse(out) as { readonly restoreMs: number }).restoreMs).toBeGreaterThan(0)
})

test('bench tells which queries there are', async () => {
  const { status, notes } = await millrace(['bench', 'nexmark', '--queries', 'q7,q77'])
  expect(status).toBe(2)
  expect(notes).toMatch(/^error: option "--queries" expects q0, q1, q2, .*, q23 or generator, got "q77"$/m)
})
