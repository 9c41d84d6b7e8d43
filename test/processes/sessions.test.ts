/** Sessions in processes of their own, as their users see them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import type { DefinitionChange } from '#catalog'
import { SessionProcesses, type SessionProcessesOptions, type SessionStatement, type TextEvent } from '#processes'
import { hostOptions, until } from './hosted-jobs.fixture.ts'

let folder: string
let sessions: SessionProcesses

async function serve(limits: SessionProcessesOptions['limits'] = {}): Promise<void> {
  await sessions?.close()
  sessions = new SessionProcesses({ process: hostOptions('').process, workersMax: 2, limits })
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-sessions-'))
  await serve()
})
afterEach(async () => {
  await sessions.close()
  await rm(folder, { recursive: true })
})

async function eventsOf(statement: SessionStatement): Promise<TextEvent[]> {
  const events: TextEvent[] = []
  for await (const event of statement) if (event.kind !== 'progress') events.push(event)
  return events
}

/** How a text ended, with the code of its first failure. */
async function outcomeOf(statement: SessionStatement): Promise<string | undefined> {
  const last = (await eventsOf(statement)).at(-1)
  return last?.kind === 'executed' ? (last.failures[0]?.code ?? last.outcome) : undefined
}

const numbers = (perSecond: number): string =>
  `CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}', 'fields.n.kind' = 'random', 'fields.n.min' = '0', 'fields.n.max' = '9');`

const slow = { timeout: 90_000 }

describe('a session', () => {
  test('answers statements, one after another, and keeps what they set up', slow, async () => {
    const session = await sessions.open({ 'table.local-time-zone': 'Asia/Tokyo' })
    const events = await eventsOf(session.execute("CREATE TABLE t (x INT) WITH ('connector' = 'blackhole'); SHOW TABLES;"))
    expect(events).toEqual([
      expect.objectContaining({ kind: 'started', statement: 'CREATE TABLE', line: 1, start: 0 }),
      { kind: 'done', message: expect.stringContaining('created table') },
      expect.objectContaining({ kind: 'started', statement: 'SHOW' }),
      { kind: 'table', columns: [{ name: 'table name', type: 'STRING' }], rows: 1, json: '[["t"]]' },
      { kind: 'executed', outcome: 'finished', failures: [] },
    ])
    const query = 'SELECT 9007199254740993 AS big, 1.50 AS price, CAST(NULL AS INT) AS nothing, TO_TIMESTAMP_LTZ(0, 3) AS began'
    const [, opened, submitted, changes, closed, ran, executed] = await eventsOf(session.execute(query))
    expect(opened).toMatchObject({ kind: 'opened', updating: false, columns: [{ name: 'big', type: 'BIGINT NOT NULL' }, {}, {}, {}] })
    expect([submitted?.kind, closed?.kind, ran?.kind, executed?.kind]).toEqual(['submitted', 'closed', 'ran', 'executed'])
    expect(changes).toMatchObject({ kind: 'changes', rows: 1 })
    expect(JSON.parse(changes?.kind === 'changes' ? changes.json : '')).toEqual([
      { op: '+I', values: ['9007199254740993', '1.50', null, '1970-01-01 09:00:00.000'] },
    ])
  })

  test('answers soon, since a process stands ready', slow, async () => {
    const tookMs: number[] = []
    for (let turn = 0; turn < 3; turn++) {
      await sessions.ready()
      const startMs = systemClock.monotonicMs()
      const session = await sessions.open({})
      for await (const event of session.execute('SELECT 1')) if (event.kind === 'changes') break
      tookMs.push(systemClock.monotonicMs() - startMs)
    }
    // One of them has the machine to itself.
    expect(Math.min(...tookMs)).toBeLessThan(300)
  })

  test('tells what is wrong, and what may be typed', slow, async () => {
    const session = await sessions.open({})
    await eventsOf(session.execute("CREATE TABLE orders (amount INT) WITH ('connector' = 'blackhole');"))
    expect(await session.check('SELECT amout FROM (SELECT 1 AS amount);\nSELECT 1 +')).toMatchObject([
      { code: 'SQL_COLUMN_NOT_FOUND', position: { line: 1 } },
      { code: 'SQL_SYNTAX', position: { line: 2 } },
    ])
    const { from, found } = await session.complete('SELECT * FROM ord', 17)
    expect([from, found.map(({ text }) => text)]).toEqual([14, expect.arrayContaining(['orders'])])
    expect(await session.explain('SELECT 1')).toContain('SELECT')
    await expect(session.explain('SELECT x')).rejects.toMatchObject({ code: 'SQL_COLUMN_NOT_FOUND' })
    expect(await outcomeOf(session.execute('SELECT x'))).toBe('SQL_COLUMN_NOT_FOUND')
    expect(await outcomeOf(session.execute('SELECT 1'))).toBe('finished')
  })

  test('refuses settings that are wrong, or that its server has decided', slow, async () => {
    await expect(sessions.open({ 'parallelism.default': 'many' })).rejects.toMatchObject({ code: 'QUERY_SETTING_VALUE' })
    await expect(sessions.open({ 'io.tmp.dirs': '/' })).rejects.toMatchObject({ code: 'QUERY_SETTING_FIXED' })
    const session = await sessions.open({})
    expect(await outcomeOf(session.execute("SET 'execution.checkpointing.dir' = '/tmp'"))).toBe('QUERY_SETTING_FIXED')
    const many = `SET 'parallelism.default' = '3'; ${numbers(10)} SELECT * FROM numbers;`
    expect(await outcomeOf(session.execute(many))).toBe('PROCESSES_WORKERS')
  })

  test('tells what statements make for good, whoever reads them, and finds what is kept', slow, async () => {
    const changes: DefinitionChange[] = []
    const first = await sessions.open({})
    first.onDefined((each) => changes.push(...each))
    const script = `${numbers(100)} CREATE TEMPORARY TABLE gone (a INT) WITH ('connector' = 'blackhole');
      CREATE TABLE filled WITH ('connector' = 'blackhole') AS SELECT * FROM numbers;`
    first.execute(script)
    const names = (): (string | undefined)[] => changes.map(({ object }) => object.path.at(-1))
    // Nobody reads, and the last statement never comes to its end.
    await until(() => Promise.resolve(changes.length === 2 ? true : null))
    expect(names()).toEqual(['numbers', 'filled'])
    const kept = changes.flatMap(({ object, definition }) => (definition === null ? [] : [{ object, text: definition.text }]))
    const second = await sessions.open({}, { kept: kept.slice(0, 1), secrets: {} })
    expect(await second.check('SELECT n FROM numbers')).toEqual([])
    expect(await second.check('INSERT INTO filled SELECT n FROM numbers')).toMatchObject([{ code: 'SQL_TABLE_NOT_FOUND' }])
    second.recall({ kept, secrets: {} })
    // What comes right after it finds it there.
    expect(await outcomeOf(second.execute('INSERT INTO filled SELECT 1'))).toBe('finished')
    second.recall({ kept: kept.slice(0, 1), secrets: {} })
    expect(await second.check('INSERT INTO filled SELECT 1')).toMatchObject([{ code: 'SQL_TABLE_NOT_FOUND' }])
  })

  test('lets the next text begin while a query goes on', slow, async () => {
    const session = await sessions.open({})
    const live = session.execute(`${numbers(100)} SELECT n, COUNT(*) FROM numbers GROUP BY n;`)
    const next = session.execute('SELECT 1')
    expect(await outcomeOf(next)).toBe('finished')
    expect(live.state).toBe('running')
    expect(session.running).toBe(live)
    live.cancel()
    const events = await eventsOf(live)
    expect(events.find(({ kind }) => kind === 'opened')).toMatchObject({ updating: true })
    expect(events.at(-1)).toEqual({ kind: 'executed', outcome: 'cancelled', failures: [] })
    expect(await outcomeOf(session.execute('SHOW TABLES'))).toBe('finished')
  })
})

describe('a query that goes on', () => {
  test('waits for who reads it', slow, async () => {
    const session = await sessions.open({})
    const statement = session.execute(`${numbers(1_000_000)} SELECT * FROM numbers;`)
    // Nobody reads: what was told fills its room, and no more comes.
    const before = await until(async () => {
      const events = await statement.read(0, 1000)
      return events.filter(({ event }) => event.kind !== 'progress').length === 8 ? events : null
    })
    const rowsIn = await settled(async () => {
      const progress = (await statement.read(0, 0)).find(({ event }) => event.kind === 'progress')?.event
      return progress?.kind === 'progress' ? progress.report.rowsIn : -1
    })
    expect(rowsIn).toBeGreaterThan(0)
    expect(rowsIn).toBeLessThan(1_000_000)
    // Who reads on gets all, in order and without a gap.
    let last = before.findLast(({ event }) => event.kind !== 'progress')?.number ?? 0
    let rows = 0
    while (rows < 100_000) {
      for (const { number, event } of await statement.read(last, 1000)) {
        expect(number).toBeGreaterThan(last)
        last = number
        expect(event.kind).not.toBe('executed')
        if (event.kind === 'changes') rows += event.rows
      }
    }
    await expect(statement.read(0, 0)).rejects.toMatchObject({ code: 'PROCESSES_EVENT_GONE' })
    await expect(statement.read(last + 1000, 0)).rejects.toMatchObject({ code: 'PROCESSES_EVENT_GONE' })
    statement.cancel()
    expect(await outcomeOf(statement)).toBe('cancelled')
  })

  test('is cancelled while it is held back', slow, async () => {
    const session = await sessions.open({})
    const statement = session.execute(`${numbers(1_000_000)} SELECT * FROM numbers;`)
    await until(async () => ((await statement.read(0, 1000)).length >= 8 ? true : null))
    statement.cancel()
    expect(await outcomeOf(statement)).toBe('cancelled')
  })
})

/** What no longer changes. */
async function settled(look: () => Promise<number>): Promise<number> {
  let known = -1
  return until(async () => {
    await sleep(500)
    const value = await look()
    const isSettled = value === known && value >= 0
    known = value
    return isSettled ? value : null
  })
}

describe('whatever happens to one', () => {
  const broken: readonly [what: string, code: string, outcome: string][] = [
    ['loops', 'for (;;) {}', 'PROCESSES_PROCESS_STUCK'],
    ['leaks', 'const kept = []; for (;;) kept.push({ a: [1, 2, 3] })', 'PROCESSES_MEMORY_EXHAUSTED'],
    ['ends its program', 'process.exit(7)', 'PROCESSES_PROCESS_ENDED'],
    ['is killed', "process.kill(process.pid, 'SIGKILL')", 'PROCESSES_PROCESS_KILLED'],
    ['crashes', "process.kill(process.pid, 'SIGSEGV')", 'PROCESSES_PROCESS_CRASHED'],
    [
      'lies',
      "for (let i = 0; i < 100; i++) process.send({ kind: 'told', run: 1, event: { kind: 'closed' } }); await new Promise(() => setInterval(() => 0, 1000))",
      'PROCESSES_PROTOCOL_BROKEN',
    ],
  ]
  test.each(broken)('%s', slow, async (_what, code, outcome) => {
    await serve({ cancelMs: 500 })
    const other = await sessions.open({})
    const session = await sessions.open({})
    const file = path.join(folder, 'f.ts')
    await writeFile(file, code)
    const statement = session.execute(`CREATE FUNCTION f AS '${file}#f' LANGUAGE TYPESCRIPT`)
    const waiting = session.execute('SELECT 1')
    if (outcome === 'PROCESSES_PROCESS_STUCK') {
      // One that has not begun is cancelled without force.
      await sleep(500)
      statement.cancel()
    }
    expect(await outcomeOf(statement)).toBe(outcome)
    expect(await outcomeOf(waiting)).toBe(outcome)
    expect(await session.ended).toMatchObject({ code: outcome })
    expect(() => session.execute('SELECT 1')).toThrow(expect.objectContaining({ code: outcome }))
    await expect(session.check('SELECT 1')).rejects.toMatchObject({ code: outcome })
    expect(() => sessions.session(session.id)).toThrow(expect.objectContaining({ code: outcome }))
    expect(await outcomeOf(other.execute('SELECT 1'))).toBe('finished')
    expect(sessions.session(other.id)).toBe(other)
  })

  test('a function that loops within a statement ends with it, and the session goes on', slow, async () => {
    const session = await sessions.open({})
    const file = path.join(folder, 'f.ts')
    await writeFile(file, "export const f = { parameters: ['INT'], returns: 'INT', evaluate: () => { for (;;) {} } }")
    const statement = session.execute(`CREATE FUNCTION f AS '${file}#f' LANGUAGE TYPESCRIPT; SELECT f(1)`)
    await until(async () => ((await statement.read(0, 1000)).some(({ event }) => event.kind === 'submitted') ? true : null))
    await sleep(500)
    statement.cancel()
    expect(await outcomeOf(statement)).toBe('cancelled')
    expect(await outcomeOf(session.execute('SHOW USER FUNCTIONS'))).toBe('finished')
  })

  test('a row that is too long for anybody fails its statement alone', slow, async () => {
    const session = await sessions.open({})
    expect(await outcomeOf(session.execute("SELECT REPEAT('x', 10000000)"))).toBe('PROCESSES_ROW_TOO_LONG')
    expect(await outcomeOf(session.execute('SELECT 1'))).toBe('finished')
  })
})

describe('limits', () => {
  test('of sessions', slow, async () => {
    await serve({ sessionsMax: 2 })
    const first = await sessions.open({})
    const opened = await Promise.allSettled([sessions.open({}), sessions.open({})])
    expect(opened.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(sessions.open({})).rejects.toMatchObject({ code: 'PROCESSES_SESSIONS_FULL' })
    await first.close()
    await until(() => Promise.resolve(sessions.size === 1 ? true : null))
    await sessions.open({})
    expect(() => sessions.session(first.id)).toThrow(expect.objectContaining({ code: 'PROCESSES_SESSION_NOT_FOUND' }))
    expect(() => first.execute('SELECT 1')).toThrow(expect.objectContaining({ code: 'PROCESSES_SESSION_CLOSED' }))
  })

  test('of statements, of which those that wait can be cancelled', slow, async () => {
    await serve({ statementsMax: 2 })
    const session = await sessions.open({})
    const insert = `${numbers(10)} CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole'); INSERT INTO nowhere SELECT * FROM numbers;`
    const running = session.execute(insert)
    const waiting = session.execute('SELECT 1')
    expect([running.state, waiting.state]).toEqual(['running', 'waiting'])
    expect(() => session.execute('SELECT 1')).toThrow(expect.objectContaining({ code: 'PROCESSES_STATEMENTS_FULL' }))
    waiting.cancel()
    expect(await outcomeOf(waiting)).toBe('cancelled')
    expect(await outcomeOf(session.execute('SELECT 1'))).toBe('finished')
    running.cancel()
    expect(await outcomeOf(running)).toBe('cancelled')
    expect(session.statement(running.id)).toBe(running)
    expect(() => session.statement('77')).toThrow(expect.objectContaining({ code: 'PROCESSES_STATEMENT_NOT_FOUND' }))
  })

  test('of time that nobody uses one', slow, async () => {
    await serve({ idleMs: 1500 })
    const session = await sessions.open({})
    const used = await sessions.open({})
    const live = used.execute(`${numbers(10)} SELECT * FROM numbers;`)
    const reading = eventsOf(live)
    expect(await session.ended).toBeNull()
    await until(() => Promise.resolve(sessions.size === 1 ? true : null))
    expect(() => sessions.session(session.id)).toThrow(expect.objectContaining({ code: 'PROCESSES_SESSION_IDLE' }))
    await sleep(2000)
    expect(sessions.session(used.id)).toBe(used)
    live.cancel()
    await reading
  })
})

test('closing ends what runs', slow, async () => {
  const session = await sessions.open({})
  const live = session.execute(`${numbers(10)} SELECT * FROM numbers;`)
  await until(async () => ((await live.read(0, 1000)).some(({ event }) => event.kind === 'changes') ? true : null))
  await sessions.close()
  expect(await outcomeOf(live)).toBe('cancelled')
  await expect(sessions.open({})).rejects.toMatchObject({ code: 'PROCESSES_HOST_CLOSED' })
})
