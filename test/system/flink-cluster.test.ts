/** `millrace cluster`: Flink started on this machine by its name, and the same script run here and there, over Kafka too. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Commands, type Ended } from './command.fixture.ts'
import type { DatabaseServer } from './database-server.fixture.ts'
import { type KafkaServer, startKafkaServer } from './kafka-server.fixture.ts'
import { startMysqlServer } from './mysql-server.fixture.ts'
import { startPostgresServer } from './postgres-server.fixture.ts'

let commands: Commands
let kafka: KafkaServer
let postgres: DatabaseServer
let started: Ended
const home = (): string => path.join(commands.folder, 'home')

beforeAll(async () => {
  commands = await Commands.open()
  commands.variables = { MILLRACE_HOME: home() }
  kafka = await startKafkaServer()
  postgres = await startPostgresServer()
  started = await cluster('start', 'flink', '--name', 'dev', '--slots', '3')
}, 300_000)
afterAll(async () => {
  for (const name of ['app', 'dev']) await cluster('stop', name)
  await kafka.remove()
  await postgres.remove()
  await commands.close()
})

function cluster(...words: string[]): Promise<Ended> {
  return commands.start(['cluster', ...words]).ended
}

interface State {
  readonly slots: { readonly all: number } | null
  readonly unreachable: string | null
}

async function stateOf(name: string): Promise<State> {
  const { out } = await cluster('list', '--json')
  const states = out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as State & { readonly name: string }]))
  const state = states.find((each) => each.name === name)
  if (state === undefined) throw new Error(`cluster ${name} is not listed: ${out}`)
  return state
}

async function run(script: string, ...words: string[]): Promise<Ended> {
  return commands.start(['run', await commands.script(script), '--format', 'json', ...words]).ended
}

/** The processes of Flink that were started in the folder of the tests. */
async function processes(of: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,command='], { maxBuffer: 2 ** 26 })
  const ours = stdout.split('\n').filter((line) => line.includes(home()) && line.includes(of) && !line.includes('while :'))
  return ours.map((line) => Number.parseInt(line, 10))
}

test('it is listed with what it says of itself', async () => {
  expect(started.notes).toContain('--engine flink --cluster dev')
  expect(started).toMatchObject({ status: 0, out: expect.stringMatching(/^gateway {2}http:\S+\nrest {5}http:\S+\n$/) })
  expect(await stateOf('dev')).toMatchObject({ engine: 'flink', version: '2.3.0', slots: { free: 3, all: 3 }, jobs: 0, unreachable: null })
})

test('a script over Kafka answers there as it does here', async () => {
  await kafka.createTopic('orders', 2, {})
  const orders = `CREATE TABLE orders (id INT, item STRING, price DECIMAL(8, 2)) WITH ('connector' = 'kafka', 'topic' = 'orders',
  'properties.bootstrap.servers' = '127.0.0.1:${kafka.port}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');\n`
  const rows = Array.from({ length: 40 }, (_, id) => `(${id}, 'item ${id % 3}', ${id}.50)`)
  expect(await run(`${orders}INSERT INTO orders VALUES ${rows.join(', ')};`)).toMatchObject({ status: 0 })
  const query = `${orders}SELECT item, COUNT(*) AS n, SUM(price) AS total FROM orders GROUP BY item;`
  const [here, there] = [await run(query), await run(query, '--engine', 'flink', '--cluster', 'dev')]
  expect([here.status, there.status]).toEqual([0, 0])
  expect(there.out.split('\n').toSorted()).toEqual(here.out.split('\n').toSorted())
  expect(here.out).toContain('{"item":"item 0","n":14,"total":280.00}')
})

test('connectors and formats that Flink lacks are brought along', async () => {
  await postgres.ask('CREATE TABLE totals (item TEXT PRIMARY KEY, n BIGINT, total NUMERIC(12, 2))')
  const files = path.join(commands.folder, 'sales')
  const script = `CREATE TABLE sales (item STRING, price DECIMAL(8, 2)) WITH ('connector' = 'filesystem', 'path' = '${files}', 'format' = 'parquet');
CREATE TABLE totals (item STRING, n BIGINT, total DECIMAL(12, 2), PRIMARY KEY (item) NOT ENFORCED) WITH ('connector' = 'jdbc',
  'url' = '${postgres.url}', 'table-name' = 'totals', 'username' = '${postgres.user}', 'password' = '${postgres.password}');
INSERT INTO sales VALUES ('ink', 1.50), ('pen', 2.25), ('ink', 3.00);
INSERT INTO totals SELECT item, COUNT(*), SUM(price) FROM sales GROUP BY item;
SELECT item, total FROM totals ORDER BY item;`
  const there = await run(script, '--engine', 'flink', '--cluster', 'dev', '--set', 'execution.runtime-mode=batch')
  expect(there).toMatchObject({ status: 0, out: '{"item":"ink","total":4.50}\n{"item":"pen","total":2.25}\n' })
  expect(await postgres.ask('SELECT * FROM totals ORDER BY item')).toEqual([
    ['ink', '2', '4.50'],
    ['pen', '1', '2.25'],
  ])
  // The same files, read here.
  const [sales = ''] = script.split(';')
  const here = await run(`SET 'execution.runtime-mode' = 'batch'; ${sales}; SELECT COUNT(*) AS n, SUM(price) AS total FROM sales;`)
  expect(here).toMatchObject({ status: 0, out: '{"n":3,"total":6.75}\n' })
})

test('so is what a table in MySQL takes', async () => {
  const mysql = await startMysqlServer()
  try {
    await mysql.ask('CREATE TABLE totals (item VARCHAR(20) PRIMARY KEY, n BIGINT)')
    const script = `CREATE TABLE totals (item STRING, n BIGINT, PRIMARY KEY (item) NOT ENFORCED) WITH ('connector' = 'jdbc',
  'url' = '${mysql.url}', 'table-name' = 'totals', 'username' = '${mysql.user}', 'password' = '${mysql.password}');
INSERT INTO totals VALUES ('ink', 1), ('pen', 2);`
    expect(await run(script, '--cluster', 'dev', '--set', 'execution.runtime-mode=batch')).toMatchObject({ status: 0 })
    expect(await mysql.ask('SELECT * FROM totals ORDER BY item')).toEqual([
      ['ink', '1'],
      ['pen', '2'],
    ])
  } finally {
    await mysql.remove()
  }
})

test.each([
  ['run', ['--engine', 'flink']],
  ['topology', []],
  ['job', ['--name', 'never']],
])('what Flink has not is refused by %s before anything runs', async (command, words) => {
  const script = await commands.script(`CREATE TABLE n (x INT) WITH ('connector' = 'datagen');
CREATE TABLE t (x INT) WITH ('connector' = 'topic');
INSERT INTO t SELECT * FROM n;`)
  const action = { topology: ['show'], job: ['start'] }[command] ?? []
  const { status, out, notes } = await commands.start([command, ...action, script, ...words, '--cluster', 'dev']).ended
  expect(notes).toMatch(/engine "flink" has no connector "topic"[\s\S]*:2:44[\s\S]*The embedded engine has it/)
  expect([status, out]).toEqual([1, ''])
})

test('a cluster for one script has its job, and ends with it', async () => {
  const script = await commands.script(`CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');
CREATE TABLE nowhere (n INT, c BIGINT) WITH ('connector' = 'blackhole');
SET 'execution.checkpointing.interval' = '500 ms';
INSERT INTO nowhere SELECT MOD(n, 10), COUNT(*) FROM endless GROUP BY MOD(n, 10);`)
  const app = await cluster('start', 'flink', '--name', 'app', '--slots', '1', '--application', script)
  expect(app).toMatchObject({ status: 0, out: expect.stringMatching(/^rest {5}http:\S+\n$/) })
  expect(await stateOf('app')).toMatchObject({ slots: { all: 1 }, jobs: 1, unreachable: null })
  expect((await run('SELECT 1;', '--cluster', 'app')).notes).toContain('cluster "app" runs one script, and takes no statements')
  for (let isRunning = false; !isRunning; await sleep(200)) {
    const { out } = await commands.start(['job', 'show', 'app', '--cluster', 'app', '--json']).ended
    isRunning = (JSON.parse(out) as { vertices: { state: string }[] }).vertices.every(({ state }) => state === 'RUNNING')
  }
  const stopped = await commands.start(['job', 'stop', 'app', '--cluster', 'app']).ended
  expect(stopped.notes).toBe('note: the job is stopped; start it again with --from-savepoint\n')
  expect(stopped).toMatchObject({ status: 0, out: expect.stringMatching(/^file:\S+savepoint-\S+\n$/) })
  while ((await processes('clusters/app')).length > 0) await sleep(100)
  expect((await stateOf('app')).unreachable).toBe('its job has ended')
  expect((await cluster('stop', 'app')).notes).toMatch(/^note: cluster "app" is stopped; its savepoints are in \S+\n$/)
})

test('a cluster for a script that does not run is told why, and leaves nothing', async () => {
  const script = await commands.script("CREATE TABLE n (x INT) WITH ('connector' = 'datagen');\nINSERT INTO missing SELECT x FROM n;")
  const { status, notes } = await cluster('start', 'flink', '--name', 'wrong', '--application', script)
  expect(notes).toMatch(/the script does not run on Flink: Cannot find table .*missing/)
  expect(status).toBe(1)
  expect(await processes('clusters/wrong')).toEqual([])
  expect((await cluster('list')).out).not.toContain('wrong')
})

test('a process that is killed is started again', async () => {
  const [before = 0] = await processes('TaskManagerRunner')
  process.kill(before, 'SIGKILL')
  for (;;) {
    const [now = before] = await processes('TaskManagerRunner')
    if (now !== before) break
    await sleep(200)
  }
  const script = "CREATE TABLE n (x INT) WITH ('connector' = 'datagen', 'number-of-rows' = '7'); SELECT COUNT(x) AS n FROM n;"
  expect(await run(script, '--cluster', 'dev')).toMatchObject({ status: 0, out: '{"n":7}\n' })
})

test('a cluster elsewhere has a name too, and may be away', async () => {
  expect(await cluster('add', 'away', '--gateway', 'http://127.0.0.1:9', '--rest', 'http://127.0.0.1:9')).toMatchObject({ status: 0 })
  const { unreachable } = await stateOf('away')
  expect(unreachable).not.toBeNull()
  expect((await run('SELECT 1;', '--cluster', 'away')).notes).toContain('ENGINE_FLINK_UNREACHABLE')
  expect((await cluster('stop', 'away')).notes).toContain('was not started here')
  expect(await cluster('remove', 'away')).toMatchObject({ status: 0 })
  expect((await run('SELECT 1;', '--cluster', 'awa')).notes).toContain('cluster "awa" is not known')
})

test.each([
  [['start', 'flink', '--name', 'dev'], 'cluster "dev" is known already'],
  [['start', 'flink', '--name', '../x'], '"../x" is no name of a cluster'],
  [['start', 'flink', '--name', 'other', '--flink-version', '9.9.9'], 'version 9.9.9 of Flink is not known'],
  [['start', 'spark'], 'expects flink, got "spark"'],
  [['add', 'other'], 'option "--gateway" is missing'],
  [['add', 'other', '--gateway', 'nonsense'], '"nonsense" is no address'],
  [['remove', 'dev'], 'cluster "dev" was started here'],
  [['stop'], 'argument <target>'],
])('wrong input is refused: %j', async (words, problem) => {
  const { status, notes } = await cluster(...words)
  expect(notes).toContain(problem)
  expect(status).toBeGreaterThan(0)
})

test('its start can be broken off, and leaves nothing', async () => {
  const starting = commands.start(['cluster', 'start', 'flink', '--name', 'torn'])
  while ((await processes('TaskManagerRunner')).length < 2) await sleep(100)
  starting.end('SIGTERM')
  expect((await starting.ended).status).toBe(130)
  expect(await processes('clusters/torn')).toEqual([])
  expect((await cluster('list')).out).not.toContain('torn')
})

test('a start that was killed is known, and can be stopped', async () => {
  const starting = commands.start(['cluster', 'start', 'flink', '--name', 'torn'])
  while ((await processes('clusters/torn')).length === 0) await sleep(100)
  starting.end('SIGKILL')
  await starting.ended
  expect((await stateOf('torn')).unreachable).toContain('its start was broken off')
  expect((await run('SELECT 1;', '--cluster', 'torn')).notes).toContain('CLUSTER_STARTING')
  expect(await cluster('stop', 'torn')).toMatchObject({ status: 0 })
  expect(await processes('clusters/torn')).toEqual([])
})

test('of two starts at once one has the name', async () => {
  const both = await Promise.all([cluster('start', 'flink', '--name', 'twin'), cluster('start', 'flink', '--name', 'twin')])
  expect(both.map(({ status }) => String(status)).toSorted()).toEqual(['0', '1'])
  expect(both.map(({ notes }) => notes).join('')).toContain('cluster "twin" is known already')
  expect(await run('SELECT 1 AS one_;', '--cluster', 'twin')).toMatchObject({ status: 0, out: '{"one_":1}\n' })
  expect(await cluster('stop', 'twin')).toMatchObject({ status: 0 })
})

test('its end leaves no process and no file', async () => {
  expect(await processes('org.apache.flink')).toHaveLength(3)
  expect(await cluster('stop', 'dev')).toMatchObject({ status: 0, notes: 'note: cluster "dev" is stopped\n' })
  expect(await processes('org.apache.flink')).toEqual([])
  expect(existsSync(path.join(home(), 'clusters', 'dev'))).toBe(false)
})
