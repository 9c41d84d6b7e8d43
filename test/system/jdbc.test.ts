/** The connector `jdbc` with real servers, one after the other; what is the same for all of them is asked of all of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import {
  ConnectorMeter,
  type ConnectorTable,
  connectorOf,
  type DeadLetter,
  loadConnector,
  type Sink,
  type SinkWriter,
  type SourceReader,
} from '#connectors'
import { batchOf, bigintType, type DataType, decimalType, integerType, stringType, type Vector, valueAt } from '#data'
import { Commands, seededPauses } from './command.fixture.ts'
import type { DatabaseServer } from './database-server.fixture.ts'
import { mysqlTypes, postgresTypes, type TypeCase } from './jdbc-types.fixture.ts'
import { startMariadbServer } from './mariadb-server.fixture.ts'
import { startMysqlServer } from './mysql-server.fixture.ts'
import { startPostgresServer } from './postgres-server.fixture.ts'
import { changesOf, startSql } from './sql-run.fixture.ts'

interface Kind {
  readonly name: DatabaseServer['name']
  readonly start: () => Promise<DatabaseServer>
  /** Columns with types and, below them, values that the database's own client writes. */
  readonly types: readonly TypeCase[]
  readonly sleep: string
  readonly running: string
}

const kinds: readonly Kind[] = [
  {
    name: 'postgresql',
    start: () => startPostgresServer(),
    types: postgresTypes,
    sleep: '(SELECT 1 FROM pg_sleep(60))',
    running: "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%slow%' AND pid <> pg_backend_pid()",
  },
  {
    name: 'mariadb',
    start: () => startMariadbServer(),
    types: mysqlTypes,
    sleep: 'SLEEP(60)',
    running: "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%slow%' AND id <> CONNECTION_ID()",
  },
  {
    name: 'mysql',
    start: () => startMysqlServer(),
    types: mysqlTypes,
    sleep: 'SLEEP(60)',
    running: "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%slow%' AND id <> CONNECTION_ID()",
  },
]

const hugeTimeoutMs = 100_000

/** Numbers from 0 on. */
const numbers = (count: number, perSecond = 1_000_000): string =>
  `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}', 'number-of-rows' = '${count}',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${count - 1}');\n`

describe.each(kinds)('$name', ({ name, start, types, sleep: sleepSql, running }) => {
  let server: DatabaseServer
  let commands: Commands

  beforeAll(async () => {
    server = await start()
    await server.ask(name === 'postgresql' ? "CREATE TYPE mood AS ENUM ('happy', 'very sad')" : 'SELECT 1')
  })
  afterAll(() => server.remove())
  beforeEach(async () => {
    commands = await Commands.open()
  })
  afterEach(async () => {
    await commands.close()
    for (const made of ['VIEW slow', 'TABLE t', 'TABLE u', 'TABLE millrace_commits', 'TABLE millrace_commits_rows']) {
      await server.ask(`DROP ${made}`).catch(() => undefined)
    }
  })

  const withClause = (options: Readonly<Record<string, string>>, target = 't'): string => {
    const all = { connector: 'jdbc', url: server.url, username: server.user, password: server.password, 'table-name': target, ...options }
    return `WITH (${Object.entries(all)
      .map(([key, value]) => `'${key}' = '${value}'`)
      .join(', ')})`
  }
  const table = (columns: string, options: Readonly<Record<string, string>> = {}, target = 't', named = 't'): string =>
    `CREATE TABLE ${named} (${columns}) ${withClause(options, target)};\n`

  const columnsOf = (of: (each: TypeCase) => string): string => types.map((each, at) => `c${at} ${of(each)}`).join(', ')
  /** A row of the first values, the second, and so on; NULL where there are no more. */
  const rowsOf = (of: 0 | 1 | 2): string[][] => [0, 1, 2, 3].map((row) => types.map(({ values }) => values[row]?.[of] ?? 'NULL'))

  test('all types are read, and what was read is written, as the client of the database shows them', async () => {
    for (const made of ['t', 'u']) await server.ask(`CREATE TABLE ${made} (id int PRIMARY KEY, ${columnsOf((each) => each.column)})`)
    const tuples = rowsOf(0).map((row, at) => `(${[at, ...row].join(', ')})`)
    await server.ask(`INSERT INTO t VALUES ${tuples.join(', ')}`)
    const columns = `id INT, ${columnsOf((each) => each.type)}, PRIMARY KEY (id) NOT ENFORCED`
    const script = `${table(columns)}${table(columns, {}, 'u', 'u')}`
    const read = await changesOf(`${script} SELECT * FROM t;`)
    expect(read.toSorted()).toEqual(rowsOf(2).map((row, at) => `+I ${[at, ...row].join(', ')}`))
    await changesOf(`${script} INSERT INTO u SELECT * FROM t;`)
    expect(await server.ask('SELECT * FROM u ORDER BY id')).toEqual(rowsOf(1).map((row, at) => [String(at), ...row]))
    expect(await server.ask('SELECT * FROM u ORDER BY id')).toEqual(await server.ask('SELECT * FROM t ORDER BY id'))
  })

  test('conditions leave the same rows, whoever checks them', async () => {
    await server.ask('CREATE TABLE t (id bigint PRIMARY KEY, word varchar(20), price decimal(10, 2), day date)')
    await server.ask("INSERT INTO t VALUES (1, 'a', 1.50, '2024-01-01'), (2, 'A', 2.50, '2024-01-02'), (9007199254740993, 'b', NULL, NULL)")
    const script = table('id BIGINT, word STRING, price DECIMAL(10, 2), `day` DATE')
    const idsOf = async (condition: string) => (await changesOf(`${script} SELECT id FROM t WHERE ${condition};`)).toSorted()
    expect(await idsOf("word = 'a'")).toEqual(['+I 1'])
    expect(await idsOf("word > 'A'")).toEqual(['+I 1', '+I 9007199254740993'])
    expect(await idsOf('id = 9007199254740993')).toEqual(['+I 9007199254740993'])
    expect(await idsOf('id IN (1, 2) AND price > 1.5')).toEqual(['+I 2'])
    expect(await idsOf("`day` <= DATE '2024-01-01'")).toEqual(['+I 1'])
    const snapshot = table('id BIGINT', { 'scan.auto-commit': 'false' })
    expect(await changesOf(`${snapshot} SELECT id FROM t WHERE id < 3;`)).toHaveLength(2)
  })

  test('a table is read in parts by several workers, each row once, within the bounds', async () => {
    await server.ask('CREATE TABLE t (id int PRIMARY KEY, n int)')
    const values = Array.from({ length: 3000 }, (_, id) => `(${id - 500}, ${id})`)
    await server.ask(`INSERT INTO t VALUES ${values.join(',')}`)
    const parts = { column: 'id', num: '7', 'lower-bound': '-400', 'upper-bound': '2000' }
    const options = Object.fromEntries(Object.entries(parts).map(([key, value]) => [`scan.partition.${key}`, value]))
    const script = table('id INT, n INT', { ...options, 'scan.fetch-size': '100' })
    const query = 'SELECT COUNT(*), COUNT(DISTINCT id), MIN(id), MAX(id), SUM(n) FROM t;'
    const set = "SET 'execution.runtime-mode' = 'batch'; SET 'parallelism.default' = '3';"
    const sum = Array.from({ length: 2401 }, (_, at) => at + 100).reduce((a, b) => a + b, 0)
    expect((await changesOf(`${script} ${query}`)).at(-1)).toMatch(new RegExp(`2401, 2401, -400, 2000, ${sum}$`))
    const { status, out, notes } = await commands.run(`${set}${script} ${query}`)
    expect({ status, notes }).toMatchObject({ status: 0 })
    expect(out.replace(/[│\s]+/g, ' ')).toContain(`2401 2401 -400 2000 ${sum}`)
  })

  test('rows are looked up by key, exactly', async () => {
    await server.ask('CREATE TABLE t (id bigint, word varchar(20), name varchar(20), PRIMARY KEY (id, word))')
    await server.ask("INSERT INTO t VALUES (1, 'a', 'one'), (2, 'b', 'two'), (3, 'C', 'three')")
    await server.ask(
      "CREATE TABLE u (id bigint, word varchar(20)); INSERT INTO u VALUES (1, 'a'), (2, 'x'), (2, 'b'), (3, 'c'), (NULL, 'a')",
    )
    const script = `${table('id BIGINT, word STRING, name STRING')}${table('id BIGINT, word STRING, p AS PROCTIME()', {}, 'u', 'u')}
      SELECT u.id, u.word, t.name FROM u LEFT JOIN t FOR SYSTEM_TIME AS OF u.p ON u.id = t.id AND u.word = t.word;`
    const wanted = ['+I 1, a, one', '+I 2, b, two', '+I 2, x, NULL', '+I 3, c, NULL', '+I NULL, a, NULL']
    expect((await changesOf(script)).toSorted()).toEqual(wanted)
  })

  test('rows are changed and deleted by key, and the last change counts', async () => {
    await server.ask('CREATE TABLE t (k int PRIMARY KEY, total bigint, n int)')
    await server.ask('INSERT INTO t VALUES (100, 1, 1)')
    const script = `${table('k INT, total BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED'.replace('n BIGINT', 'n INT'), { 'sink.buffer-flush.max-rows': '10' })}
      ${numbers(1000)}
      INSERT INTO t SELECT k, SUM(n), CAST(COUNT(*) AS INT) FROM (SELECT CAST(MOD(n, 30) AS INT) AS k, n FROM numbers) GROUP BY k HAVING COUNT(*) <= 33;`
    await changesOf(script)
    const kept = Array.from({ length: 20 }, (_, at) => at + 10)
    const sums = kept.map((k) => [k, Array.from({ length: 33 }, (_, at) => k + 30 * at).reduce((a, b) => a + b, 0), 33])
    const wanted = [...sums, [100, 1, 1]].map((row) => row.map(String))
    expect(await server.ask('SELECT * FROM t ORDER BY k')).toEqual(wanted)
  })

  test('what is wrong is said before the run begins', async () => {
    await server.ask('CREATE TABLE t (id int PRIMARY KEY, amount decimal(10, 2) NOT NULL, note varchar(5))')
    const codeOf = async (script: string, query = 'SELECT * FROM t;') =>
      changesOf(`${script} ${query}`).then(
        () => null,
        ({ code, hint, detail, message }: Record<string, string>) => ({ code, text: [message, detail, hint].join(' ') }),
      )
    expect(await codeOf(table('id INT', { password: 'other' }))).toMatchObject({ code: 'CONNECTORS_JDBC_LOGIN_REFUSED' })
    expect(JSON.stringify(await codeOf(table('id INT', { password: 'secret-word' })))).not.toContain('secret-word')
    expect(await codeOf(table('id INT', { url: server.url.replace(/test$/, 'nowhere') }))).toMatchObject({
      code: 'CONNECTORS_JDBC_DATABASE_NOT_FOUND',
    })
    const closed = { url: server.url.replace(/:\d+\//, ':1/'), 'connection.max-retry-timeout': '300 ms' }
    expect(await codeOf(table('id INT', closed))).toMatchObject({ code: 'CONNECTORS_JDBC_DATABASE_UNREACHABLE' })
    const host = { url: server.url.replace('127.0.0.1', 'no-such-host.invalid'), 'connection.max-retry-timeout': '2 s' }
    expect((await codeOf(table('id INT', host)))?.code).toMatch(/CONNECTORS_JDBC_(?:HOST_NOT_FOUND|DATABASE_UNREACHABLE)/)
    expect(await codeOf(table('id INT', {}, 'tt'))).toMatchObject({
      code: 'CONNECTORS_JDBC_TABLE_NOT_FOUND',
      text: expect.stringContaining('"t"'),
    })
    expect(await codeOf(table('id INT, amuont INT'))).toMatchObject({
      code: 'CONNECTORS_JDBC_COLUMN_NOT_FOUND',
      text: expect.stringContaining('Use "amount".'),
    })
    expect(await codeOf(table('id INT, amount INT'))).toMatchObject({
      code: 'CONNECTORS_JDBC_TYPE_MISMATCH',
      text: expect.stringContaining('DECIMAL(10, 2)'),
    })
    const insert = "INSERT INTO t SELECT 1, 'x';"
    expect(await codeOf(table('id INT, note STRING'), insert)).toMatchObject({ code: 'CONNECTORS_JDBC_COLUMN_MISSING' })
    const wrongKey = table('id INT NOT NULL, amount DECIMAL(10, 2) NOT NULL, PRIMARY KEY (amount) NOT ENFORCED')
    expect(await codeOf(wrongKey, 'INSERT INTO t SELECT 1, 2.00;')).toMatchObject({ code: 'CONNECTORS_JDBC_KEY_MISMATCH' })
    await server.ask(
      name === 'postgresql'
        ? "CREATE ROLE guest LOGIN PASSWORD 'guest'"
        : `CREATE USER IF NOT EXISTS 'guest'@'%' IDENTIFIED BY 'guest'; GRANT SELECT ON ${server.database}.t TO 'guest'@'%'`,
    )
    const guest = { username: 'guest', password: 'guest' }
    const whole = 'id INT NOT NULL, amount DECIMAL(10, 2) NOT NULL'
    expect(await codeOf(table(whole, guest), 'INSERT INTO t SELECT 1, 2.00;')).toMatchObject({ code: 'CONNECTORS_JDBC_PERMISSION_MISSING' })
    await expect(opened({ options: guest, schema: { id: integerType, amount: decimalType(10, 2) } })).rejects.toMatchObject({
      code: 'CONNECTORS_JDBC_PERMISSION_MISSING',
    })
  })

  const rowSchema: Record<string, DataType> = { id: bigintType, note: stringType, n: integerType }
  const connectorTable = (
    options: Readonly<Record<string, string>> = {},
    key: readonly string[] = ['id'],
    schema: Readonly<Record<string, DataType>> = rowSchema,
  ): ConnectorTable => ({
    name: 't',
    schema: Object.entries(schema).map(([column, type]) => ({ name: column, type })),
    options: { connector: 'jdbc', url: server.url, username: server.user, password: server.password, 'table-name': 't', ...options },
    primaryKey: key,
    partitionedBy: [],
    metadataColumns: [],
    timeZone: 'UTC',
    clock: systemClock,
  })
  const sinkOf = async (made: ConnectorTable): Promise<Sink> => {
    await loadConnector(made.options)
    const sink = connectorOf(made).sink?.(made)
    if (sink === undefined) throw new Error('the connector writes')
    return sink
  }
  const opened = async (
    how: {
      schema?: Record<string, DataType>
      options?: Record<string, string>
      key?: string[]
      letters?: DeadLetter[]
      durable?: { name: string; id: string; record: unknown }
    } = {},
  ): Promise<{ writer: SinkWriter; meter: ConnectorMeter; write: (rows: unknown[][], kinds?: number[]) => Promise<void> }> => {
    const made = connectorTable(how.options, how.key, how.schema)
    const meter = new ConnectorMeter(systemClock)
    const { letters, durable } = how
    const writer = await (await sinkOf(made)).open({
      schema: made.schema,
      overwrite: false,
      signal: new AbortController().signal,
      meter,
      deadLetters: letters === undefined ? null : (letter) => letters.push(letter),
      ...(durable === undefined ? {} : { durable }),
    })
    return { writer, meter, write: async (rows, given) => writer.write(batchOf(made.schema, rows, given)) }
  }
  const createRows = async (more = ''): Promise<void> => {
    await server.ask(`CREATE TABLE t (id bigint PRIMARY KEY, note varchar(5) NOT NULL, n int${more})`)
  }
  const stored = async (): Promise<string[]> => (await server.ask('SELECT * FROM t ORDER BY id')).map((row) => row.join(','))

  const reading = async (
    made: ConnectorTable,
    how: { work?: string | null; position?: unknown; hasDeadLetters?: boolean } = {},
  ): Promise<SourceReader> => {
    await loadConnector(made.options)
    const source = connectorOf(made).source?.(made)
    if (source === undefined) throw new Error('the connector reads')
    const columns = made.schema.map(({ name: key, type }) => ({ kind: 'physical' as const, key, type }))
    const meter = new ConnectorMeter(systemClock)
    const { work = null, position, hasDeadLetters = false } = how
    return source.open({ columns, conditions: [], position, signal: new AbortController().signal, meter, hasDeadLetters, work })
  }
  const next = async (reader: SourceReader): Promise<{ ids: number[]; letters: readonly DeadLetter[] } | null> => {
    const read = await reader.read()
    if (read === null) return null
    const { batch, deadLetters = [] } = read
    return {
      ids: Array.from({ length: batch.length }, (_, row) => Number(valueAt(batch.columns[0] as Vector, row, bigintType))),
      letters: deadLetters,
    }
  }
  const restOf = async (reader: SourceReader): Promise<number[]> => {
    const ids: number[] = []
    for (let read = await next(reader); read !== null; read = await next(reader)) ids.push(...read.ids)
    return ids
  }

  test.each([
    ['PRIMARY KEY (note, id)', true],
    ['CHECK (id >= 0)', false],
  ])('reading goes on behind what was read, with %s', async (more, outlivesServer) => {
    await server.ask(`CREATE TABLE t (id bigint NOT NULL, note varchar(5) NOT NULL, n int, ${more})`)
    const all = Array.from({ length: 3000 }, (_, id) => id)
    await server.ask(`INSERT INTO t VALUES ${all.map((id) => `(${id}, '${'aBc'[id % 3]}', 1)`).join(',')}`)
    const made = connectorTable({ 'scan.fetch-size': '100' })
    const first = await reading(made, { work: 'work' })
    const ids: number[] = []
    for (let batch = 0; batch < 3; batch++) ids.push(...((await next(first))?.ids ?? []))
    if (outlivesServer) {
      await server.kill()
      await server.restart()
      ids.push(...((await next(first))?.ids ?? []), ...((await next(first))?.ids ?? []))
    }
    const position: unknown = JSON.parse(JSON.stringify(first.position()))
    await first.close()
    expect(ids.length).toBeLessThan(3000)
    const second = await reading(made, { work: 'work', position })
    ids.push(...(await restOf(second)))
    await second.close()
    expect(ids.toSorted((a, b) => a - b)).toEqual(all)
  })

  test('a value that fits no type of ours is a dead letter, or ends the work', async () => {
    const [type, value] = name === 'postgresql' ? ['numeric', "'NaN'"] : ['bigint unsigned', '18446744073709551615']
    await server.ask(`CREATE TABLE t (id ${type}, note varchar(20), n int)`)
    await server.ask(`INSERT INTO t VALUES (1, 'a', 1), (${value}, 'b', 2), (3, 'c', 3)`)
    const table = connectorTable()
    const [id = { name: '', type: bigintType }, ...others] = table.schema
    const made = name === 'postgresql' ? { ...table, schema: [{ ...id, type: decimalType(20, 0) }, ...others] } : table
    const lenient = await reading(made, { hasDeadLetters: true })
    const read = await next(lenient)
    await lenient.close()
    expect(read?.ids).toEqual([1, 3])
    expect(read?.letters).toMatchObject([{ code: 'CONNECTORS_JDBC_VALUE_UNREADABLE' }])
    expect(Buffer.from(read?.letters[0]?.value ?? []).toString()).toContain('"note":"b"')
    const strict = await reading(made)
    await expect(strict.read()).rejects.toMatchObject({ code: 'CONNECTORS_JDBC_VALUE_UNREADABLE' })
    await strict.close()
  })

  test('TLS is had where it is wanted, or said not to be', async () => {
    await createRows()
    const read = async (parameters: string, options: Record<string, string> = {}): Promise<string> =>
      changesOf(`${table('id BIGINT', { url: `${server.url}?${parameters}`, ...options })} SELECT * FROM t;`).then(
        () => 'read',
        ({ code }: { code: string }) => code,
      )
    const mode = name === 'postgresql' ? 'sslmode' : 'sslMode'
    expect(await read(`${mode}=disable`)).toBe('read')
    expect(await read(`${mode}=prefer`)).toBe('read')
    expect(await read(`${mode}=require`)).toBe(server.certificates === null ? 'CONNECTORS_JDBC_TLS_MISMATCH' : 'read')
    expect(await read(`${mode}=verify-ca`)).toBe('CONNECTORS_JDBC_TLS_MISMATCH')
    if (server.certificates === null) return
    const { ca, certificate, key } = server.certificates
    expect(await read(`${mode}=verify-ca`, { 'ssl.ca': ca })).toBe('read')
    expect(await read(`${mode}=verify-full`, { 'ssl.ca': ca })).toBe('CONNECTORS_JDBC_TLS_MISMATCH')
    const sql = "DROP USER IF EXISTS 'card'@'%'; CREATE USER 'card'@'%' IDENTIFIED BY 'card' REQUIRE X509; GRANT ALL ON *.* TO 'card'@'%'"
    await server.ask(sql)
    const card = { username: 'card', password: 'card', 'ssl.ca': ca }
    expect(await read(`${mode}=require`, card)).toBe('CONNECTORS_JDBC_LOGIN_REFUSED')
    expect(await read(`${mode}=require`, { ...card, 'ssl.certificate': certificate, 'ssl.key': key })).toBe('read')
    expect(await read(`${mode}=require`, { 'ssl.ca': `${ca}.gone` })).toBe('CONNECTORS_JDBC_FILE_UNREADABLE')
  })

  const refusedRows = Array.from({ length: 1000 }, (_, id) => [id, id === 777 ? 'too long' : id === 313 ? null : 'ok', id])
  const exactly = { 'sink.exactly-once': 'true' }

  test.each([{}, exactly])('rows that are refused go to the dead letters, and all others are written: %o', async (options) => {
    await createRows(', CHECK (n <> 42)')
    const letters: DeadLetter[] = []
    const { writer, write, meter } = await opened({ letters, options })
    await write(refusedRows)
    const record = JSON.parse(JSON.stringify(await writer.prepare()))
    expect(letters.map(({ position }) => position).toSorted()).toEqual(['{"id":"313"}', '{"id":"42"}', '{"id":"777"}'])
    expect(letters.every(({ code }) => code === 'CONNECTORS_JDBC_ROW_REFUSED')).toBe(true)
    expect(JSON.parse(Buffer.from(letters.find(({ position }) => position.includes('777'))?.value ?? []).toString())).toEqual({
      id: 777,
      note: 'too long',
      n: 777,
    })
    expect(meter.errors).toBe(3)
    await writer.commit(record)
    await writer.close()
    expect(await server.ask('SELECT count(*) FROM t')).toEqual([['997']])
  })

  test('a row that is refused ends the work, with its key and without its values', async () => {
    await createRows()
    const { writer, write } = await opened()
    await write(refusedRows)
    const error = await writer.prepare().then(
      () => null,
      (failure: unknown) => failure as Record<string, string>,
    )
    expect(error).toMatchObject({ code: 'CONNECTORS_JDBC_ROW_REFUSED', message: expect.stringMatching(/id (?:313|777)/) })
    expect(`${error?.['message']} ${error?.['detail']}`).not.toContain('too long,')
    await writer.close()
  })

  test('a commit is done once, however often it is asked for, and a later life finds what was prepared', async () => {
    await server.ask('CREATE TABLE t (id bigint, note varchar(5), n int)')
    const how = { options: exactly, key: [] as string[] }
    const first = await opened({ ...how, durable: { name: 'work', id: 'work', record: null } })
    await first.write(Array.from({ length: 5000 }, (_, id) => [id, 'a', id]))
    const record = JSON.parse(JSON.stringify(await first.writer.prepare()))
    expect(await server.ask('SELECT count(*) FROM t')).toEqual([['0']])
    await first.write([[-1, 'void', 0]])
    await first.writer.prepare()
    await first.writer.close()
    const second = await opened({ ...how, durable: { name: 'work', id: 'work', record } })
    expect(await server.ask('SELECT count(*), count(DISTINCT id), min(id) FROM t')).toEqual([['5000', '5000', '0']])
    await second.writer.commit(record)
    await second.write([[9999, 'b', 1]])
    const next = JSON.parse(JSON.stringify(await second.writer.prepare()))
    await second.writer.commit(next)
    await second.writer.commit(next)
    await second.writer.close()
    const third = await opened({ ...how, durable: { name: 'work', id: 'work', record: next } })
    await third.writer.close()
    expect(await server.ask('SELECT count(*), count(DISTINCT id) FROM t')).toEqual([['5001', '5001']])
    expect(await server.ask('SELECT count(*) FROM millrace_commits_rows')).toEqual([['0']])
  })

  test('a deadlock is waited out', async () => {
    await createRows()
    await server.ask(`INSERT INTO t VALUES ${Array.from({ length: 60 }, (_, id) => `(${id}, 'a', 0)`).join(',')}`)
    const { writer, write, meter } = await opened({ options: { 'sink.max-retries': '0' } })
    const holdSql =
      name === 'postgresql'
        ? "SET deadlock_timeout = '60s'; DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$"
        : 'SELECT SLEEP(3)'
    const other = server.ask(`START TRANSACTION; UPDATE t SET n = 5 WHERE id > 10; ${holdSql}; UPDATE t SET n = 5 WHERE id = 1; COMMIT`)
    while ((await server.ask('SELECT id FROM t WHERE id = 30 FOR UPDATE SKIP LOCKED')).length > 0) await sleep(20)
    await write([1, 2, 3, 20].map((id) => [id, 'b', 1]))
    await writer.prepare()
    await other
    await writer.close()
    expect(meter.retries).toBeGreaterThan(0)
    expect((await stored()).filter((row) => row.includes('b'))).toEqual(['1,b,1', '2,b,1', '3,b,1', '20,b,1'])
    expect(await server.ask('SELECT n FROM t WHERE id = 30')).toEqual([['5']])
  })

  test('a query that runs is cancelled with its run', async () => {
    await createRows()
    await server.ask("INSERT INTO t VALUES (1, 'a', 1)")
    await server.ask(`CREATE VIEW slow AS SELECT id, ${sleepSql} AS n FROM t`)
    const run = startSql(`${table('id BIGINT, n INT', {}, 'slow')} SELECT * FROM t;`)
    const count = async () => Number((await server.ask(running))[0]?.[0])
    for (let waited = 0; (await count()) === 0 && waited < 100; waited++) await sleep(50)
    expect(await count()).toBe(1)
    const stoppedAt = performance.now()
    run.stop()
    await run.ended.catch(() => undefined)
    expect(performance.now() - stoppedAt).toBeLessThan(5000)
    for (let waited = 0; (await count()) > 0 && waited < 60; waited++) await sleep(50)
    expect(await count()).toBe(0)
  })

  test('a database that is restarted is waited for, and nothing is lost', async () => {
    await server.ask('CREATE TABLE t (n bigint PRIMARY KEY, k int)')
    const script = `${table('n BIGINT, k INT, PRIMARY KEY (n) NOT ENFORCED', { 'sink.max-retries': '0' })}${numbers(12_000, 4000)} INSERT INTO t SELECT n, 1 FROM numbers;`
    const run = startSql(script)
    await sleep(700)
    await server.kill()
    await sleep(600)
    await server.restart()
    await run.ended
    expect(await server.ask('SELECT count(*), sum(n) FROM t')).toEqual([['12000', String((12_000 * 11_999) / 2)]])
  })

  const kills = { postgresql: 6, mysql: 1, mariadb: 1 }[name]
  test(`killed ${kills} times, it writes each row once`, { timeout: hugeTimeoutMs }, async () => {
    await server.ask('CREATE TABLE t (n bigint, k int)')
    const count = 5000 * (kills + 1)
    const workers = name === 'mariadb' ? "SET 'parallelism.default' = '2';" : ''
    const script = `${workers}${table('n BIGINT, k INT', exactly)}${numbers(count, 5000)} INSERT INTO t SELECT n, 1 FROM numbers;`
    const lives = await commands.runKilled(script, seededPauses(7, kills, 300))
    expect(lives).toBeGreaterThanOrEqual(kills)
    const counts = [String(count), String(count), String((count * (count - 1)) / 2)]
    expect(await server.ask('SELECT count(*), count(DISTINCT n), sum(n) FROM t')).toEqual([counts])
    expect(await server.ask('SELECT count(*) FROM millrace_commits_rows')).toEqual([['0']])
  })
})
