import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Commands, type Ended } from './command.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'
import { runSqlClient, untilAnswering } from './gateway-clients.fixture.ts'
import { freePort } from './ports.fixture.ts'

let commands: Commands
let flink: FlinkServer

beforeAll(async () => {
  commands = await Commands.open()
  flink = await startFlinkServer()
}, 300_000)
afterAll(async () => {
  await commands.close()
  await flink.remove()
})

async function run(script: string, ...words: string[]): Promise<Ended> {
  return commands.start(['run', await commands.script(script), ...words]).ended
}

const onFlink = (): string[] => ['--gateway', flink.gatewayUrl]

const numbers = (rows: number): string => `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000',
  'number-of-rows' = '${rows}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${rows}');\n`

/** What both must answer alike, final rows in an order of their own. */
const queries = {
  'local times': `SET 'table.local-time-zone' = 'Asia/Tokyo'; SELECT TO_TIMESTAMP_LTZ(1700000000, 0) AS s, ARRAY[TO_TIMESTAMP_LTZ(-1, 3)] AS a,
    CAST(TO_TIMESTAMP_LTZ(1700000000, 0) AS STRING) AS t`,
  'values of every type': `SELECT TRUE AS a, CAST(-1 AS TINYINT) AS b, CAST(9223372036854775807 AS BIGINT) AS c, CAST(1.5 AS FLOAT) AS d,
    CAST('12345678901234567890123456789012345678' AS DECIMAL(38, 0)) AS f, CAST(1.10 AS DECIMAL(5, 3)) AS g, 'ü' AS h, X'00FF' AS i, DATE '2024-02-29' AS j, TIME '10:20:30' AS k,
    TIMESTAMP '2024-01-01 00:00:00' AS l, TIMESTAMP '2024-01-01 00:00:00.123456789' AS m, TO_TIMESTAMP_LTZ(-1500, 3) AS n, ARRAY[1, 2] AS q,
    MAP['x', 1.5] AS r, ROW(1, 'y') AS s, CAST(NULL AS INT) AS t, 0.1 AS v,
    INTERVAL '14' MONTH AS o, INTERVAL '1 02:03:04.567' DAY TO SECOND(3) AS p, CAST(1.0E10 AS DOUBLE) AS w, CAST('NaN' AS DOUBLE) AS e`,
  'sums by key': `${numbers(3000)}SELECT MOD(n, 7) AS k, COUNT(*) AS c, SUM(n) AS s, AVG(n) AS a FROM numbers GROUP BY MOD(n, 7)`,
  'joins and filters': `${numbers(50)}CREATE TEMPORARY VIEW squares AS SELECT n, n * n AS square FROM numbers;
    SELECT a.n, b.square FROM numbers a JOIN squares b ON a.n = b.n WHERE a.n > 40`,
  'the largest of each group': `${numbers(100)}SELECT k, n FROM (SELECT MOD(n, 3) AS k, n,
    ROW_NUMBER() OVER (PARTITION BY MOD(n, 3) ORDER BY n DESC) AS place FROM numbers) WHERE place <= 2`,
  windows: `${numbers(100)}CREATE TEMPORARY VIEW timed AS SELECT n, TO_TIMESTAMP_LTZ(n * 1000, 3) AS ts FROM numbers;
    CREATE TABLE stamped (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n * 1000, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '100',
      'rows-per-second' = '1000000', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '100');
    SELECT window_start, COUNT(*) AS c, SUM(n) AS s FROM TABLE(TUMBLE(TABLE stamped, DESCRIPTOR(ts), INTERVAL '30' SECOND)) GROUP BY window_start, window_end`,
}

describe('a query on Flink', () => {
  test.each(Object.entries(queries))('gives what it gives here: %s', async (_name, script) => {
    const [there, here] = await Promise.all([run(script, '--format', 'json', ...onFlink()), run(script, '--format', 'json')])
    expect([there.status, there.notes]).toEqual([0, ''])
    expect(here.status).toBe(0)
    expect(there.out.split('\n').toSorted()).toEqual(here.out.split('\n').toSorted())
    expect(there.out).not.toBe('')
  })
})

test('tables have the options of their connections, which Flink does not know', async () => {
  const script = `CREATE CONNECTION made WITH ('connector' = 'datagen', 'rows-per-second' = '1000000');
CREATE TABLE numbers (n BIGINT) USING CONNECTION made WITH ('number-of-rows' = '3', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1',
  'fields.n.end' = '3');
DROP CONNECTION made;
SELECT n FROM numbers;`
  const { status, notes, out } = await run(script, '--format', 'json', ...onFlink())
  expect([status, notes]).toEqual([0, ''])
  expect(out.trim().split('\n').toSorted()).toEqual([1, 2, 3].map((n) => expect.stringContaining(`"n":${n}`)))
  const wrong = await run('CREATE TABLE x (n INT) USING CONNECTION nowhere;', ...onFlink())
  expect([wrong.status, wrong.notes.includes('connection "nowhere" does not exist')]).toEqual([1, true])
})

test('an INSERT is waited for, and has written its rows', async () => {
  const folder = path.join(commands.folder, 'kept')
  const script = `${numbers(500)}CREATE TABLE kept (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://${folder}', 'format' = 'csv');
SET 'execution.runtime-mode' = 'batch';
INSERT INTO kept SELECT n FROM numbers;`
  const { status, notes } = await run(script, ...onFlink())
  expect([status, notes]).toEqual([0, ''])
  const files = (await readdir(folder)).filter((name) => !name.startsWith('.'))
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))
  expect(texts.join('').split('\n')).toHaveLength(501)
})

test('Ctrl-C stops the job on the cluster', async () => {
  const script = `CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');
SET 'pipeline.name' = 'the endless one';
INSERT INTO nowhere SELECT n FROM endless;`
  const running = commands.start(['run', await commands.script(script), ...onFlink()])
  const job = async (): Promise<{ state: string } | undefined> => {
    const { jobs } = (await (await fetch(`${flink.restUrl}/jobs/overview`)).json()) as { jobs: { name: string; state: string }[] }
    return jobs.find(({ name }) => name === 'the endless one')
  }
  while ((await job())?.state !== 'RUNNING') await sleep(100)
  running.end('SIGTERM')
  expect((await running.ended).status).toBe(130)
  expect((await job())?.state).toMatch(/CANCEL|FINISHED/)
})

test.each([
  ['SELECT 1;\nSELECT *\n  FROM missing;', /Object 'missing' not found/, ':3:8'],
  ['SELECT FROM x', /Incorrect syntax near the keyword 'FROM'/, ':1:8'],
  [
    "CREATE TABLE t (n INT) WITH ('connector' = 'nothing');\nSELECT * FROM t",
    /Could not find any factory for identifier 'nothing'/,
    ':2:1',
  ],
])('what Flink refuses is told in one line at its place: %j', async (script, reason, place) => {
  const { status, notes } = await run(script, ...onFlink())
  expect(status).toBe(1)
  expect(notes.split('\n')[0]).toMatch(reason)
  expect(notes).toContain(place)
  expect(notes).not.toContain('\tat ')
})

test("Flink's SQL client comes to a cluster through a gateway of Millrace, whose engine others use meanwhile", async () => {
  const token = 'a-token-of-the-tests'
  const variables = { MILLRACE_HOME: path.join(commands.folder, 'home'), MILLRACE_SECRET_GATEWAY_TOKEN: token }
  expect((await commands.start(['cluster', 'add', 'far', '--gateway', flink.gatewayUrl], variables).ended).status).toBe(0)
  const place = { port: await freePort(), token }
  const gateway = commands.start(['gateway', '--port', String(place.port), '--cluster', 'far'], variables)
  await untilAnswering(place)
  const script = `SET 'sql-client.execution.result-mode' = 'tableau';
${numbers(7)}SHOW JARS;
SELECT COUNT(*) AS counted FROM numbers;
SELECT * FROM missing;
`
  const { out } = await runSqlClient(place, script, commands.folder)
  expect(out).toMatch(/\| \+U \| +7 \|/)
  expect(out).toContain("Object 'missing' not found")
  // A table of the embedded engine alone.
  const here = await commands.script(`CREATE TABLE events (event_type INT) WITH ('connector' = 'nexmark', 'events.num' = '50');
SET 'execution.runtime-mode' = 'batch'; SELECT COUNT(*) AS counted FROM events;`)
  const words = ['run', here, '--format', 'json', '--gateway', `http://127.0.0.1:${place.port}`, '--set', 'millrace.cluster=']
  const headers = { FLINK_REST_CLIENT_HEADERS: `Authorization:Bearer ${token}` }
  expect((await commands.start(words, headers).ended).out).toBe('{"counted":50}\n')
  gateway.end('SIGTERM')
  expect((await gateway.ended).status).toBe(130)
})
