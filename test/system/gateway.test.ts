import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Commands, type Started } from './command.fixture.ts'
import { type GatewayPlace, runJava, runPython, runSqlClient, untilAnswering } from './gateway-clients.fixture.ts'
import { freePort } from './ports.fixture.ts'

const token = 'a-token-of-the-tests'
const sources = path.resolve('test/system/gateway-clients')

let commands: Commands
let running: Started
let place: GatewayPlace

beforeAll(async () => {
  commands = await Commands.open()
  place = { port: await freePort(), token }
  running = commands.start(['gateway', '--port', String(place.port)], { MILLRACE_SECRET_GATEWAY_TOKEN: token })
  await untilAnswering(place)
})
afterAll(() => commands.close())

const tables = `SET 'sql-client.execution.result-mode' = 'tableau';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '5', 'rows-per-second' = '100',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '5');
CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');
`

describe("Flink's SQL client", () => {
  test('runs a script: definitions, answers, rows, changes, jobs and statement sets', async () => {
    const script = `${tables}SHOW TABLES;
SELECT n, CAST(n AS DECIMAL(10, 2)) AS d, TIMESTAMP '2024-01-01 00:00:00' AS ts, CAST(NULL AS STRING) AS nul, ARRAY[1, 2] AS a, MAP['x', 1] AS m,
  ROW(1, 'y') AS r, X'0AFF' AS b, INTERVAL '1' DAY AS i, INTERVAL '3' MONTH AS o, TO_TIMESTAMP_LTZ(1500, 3) AS l, TIME '10:20:30' AS t FROM numbers;
SELECT COUNT(*) AS counted FROM numbers;
INSERT INTO nowhere SELECT n FROM numbers;
BEGIN STATEMENT SET;
INSERT INTO nowhere SELECT n FROM numbers;
INSERT INTO nowhere SELECT n + 1 FROM numbers;
END;
EXPLAIN SELECT n FROM numbers;
SET 'table.local-time-zone' = 'Asia/Tokyo';
SELECT TO_TIMESTAMP_LTZ(1700000000, 0) AS tokyo;
`
    const { out } = await runSqlClient(place, script, commands.folder)
    expect(out).not.toContain('ERROR')
    for (const table of ['nowhere', 'numbers']) expect(out).toMatch(new RegExp(`\\| +${table} \\|`))
    const cells = ['5', '5.00', '2024-01-01 00:00:00', '<NULL>', '[1, 2]', '{x=1}', '(1, y)', "x'0aff'"]
    expect(out.split('\n').find((line) => line.startsWith('| +I |                    5 |'))).toMatch(
      new RegExp(cells.map((cell) => `\\| +${cell.replace(/[[\](){}+|]/g, '\\$&')} `).join('')),
    )
    expect(out).toContain('Received a total of 5 rows')
    expect(out).toMatch(/\| \+U \| +5 \|/)
    expect(out.match(/Job ID: [0-9a-f]{32}/g)).toHaveLength(2)
    expect(out).toContain('== Optimized Plan ==')
    expect(out).toMatch(/\| \+I \| 2023-11-15 07:13:20/)
  })
  test('shows what is wrong, and where', async () => {
    const { out } = await runSqlClient(place, 'SELECT * FROM missing;\n', commands.folder)
    expect(out).toContain('Could not execute SQL statement')
    expect(out).toContain('line 1, column 15: table "missing" does not exist')
  })
  test('without the token gets no session', async () => {
    const { out, notes } = await runSqlClient({ ...place, token: 'wrong' }, 'SELECT 1;\n', commands.folder).catch(
      (error: { stdout: string; stderr: string }) => ({ out: error.stdout, notes: error.stderr }),
    )
    expect(out + notes).not.toContain('Received')
    expect(out + notes).toContain('does not carry the token')
  })
})

test("Flink's JDBC driver reads rows of all pages, types and errors", async () => {
  const { out } = await runJava(place, path.join(sources, 'Jdbc.java'), [`127.0.0.1:${place.port}`], commands.folder)
  expect(out.trim().split('\n')).toEqual([
    'default_catalog.default_database',
    '20000 rows, sum 200010000',
    'big BIGINT NOT NULL 12345678901234567',
    'price DECIMAL(5, 2) NOT NULL 1.50',
    'seen TIMESTAMP(1) NOT NULL 2024-01-01 10:20:30.5',
    'word CHAR(1) NOT NULL ü',
    'nothing INT null',
    'yes BOOLEAN NOT NULL true',
    'born DATE NOT NULL 2024-01-02',
    'tenth DOUBLE NOT NULL 0.1',
    'refused: true',
    'default_catalog',
  ])
})

test('clients of Python read rows of all pages and types', async () => {
  const { out } = await runPython(path.join(sources, 'client.py'), [`http://127.0.0.1:${place.port}`, token], commands.folder)
  expect(out.trim().split('\n')).toEqual(["PAYLOAD [[23, 'Ada']]", 'CLOSED', '12000 72006000 2024-01-01T10:20:30 [1, 2]'])
})

test('Ctrl-C ends the gateway, and no token is in what it said', async () => {
  running.end('SIGTERM')
  const { status, out, notes } = await running.ended
  expect([status, out]).toEqual([130, `http://127.0.0.1:${place.port}\n`])
  expect(notes).toContain('the token that is the secret gateway-token')
  expect(out + notes).not.toContain(token)
})
