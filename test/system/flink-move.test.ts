/** Durable work of the embedded engine that goes on as a job of Flink, in the middle of its input. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBlobs } from '#blobs'
import { Commands, type Ended, type Started } from './command.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'
import { type KafkaServer, startKafkaServer } from './kafka-server.fixture.ts'

const rows = 12_000

let commands: Commands
let kafka: KafkaServer
let flink: FlinkServer

beforeAll(async () => {
  commands = await Commands.open()
  commands.variables = { MILLRACE_HOME: path.join(commands.folder, 'home') }
  ;[kafka, flink] = [await startKafkaServer(), await startFlinkServer(4)]
  await command('cluster', 'add', 'far', '--gateway', flink.gatewayUrl, '--rest', flink.restUrl)
}, 300_000)
afterAll(async () => {
  await commands.close()
  await flink.remove()
  await kafka.remove()
})

function command(...words: string[]): Promise<Ended> {
  return commands.start(words).ended
}

function kafkaTable(name: string, topic: string, more = "'scan.startup.mode' = 'earliest-offset'"): string {
  return `CREATE TABLE ${name} (id BIGINT, k BIGINT) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'format' = 'json',
  'properties.bootstrap.servers' = '127.0.0.1:${kafka.port}', ${more});\n`
}

/** Fills a topic of two partitions over some seconds. */
async function feed(topic: string): Promise<Started> {
  await kafka.createTopic(topic, 2, {})
  const script = `CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '${rows}', 'rows-per-second' = '2000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '${rows}');
${kafkaTable('fed', topic)}SET 'execution.checkpointing.interval' = '100 ms';
INSERT INTO fed SELECT id, MOD(id, 7) FROM numbers;`
  return commands.start(['run', await commands.script(script)])
}

/** Runs a script durably, and kills it when it has taken some checkpoints. */
async function runAndKill(script: string, dataDir: string): Promise<void> {
  const running = commands.start(['run', script, '--data-dir', dataDir, '--checkpoint-interval', '200ms'])
  const blobs = openBlobs(path.join(commands.folder, dataDir, 'statement-1'))
  const count = async (): Promise<number> => Number(/\d+/.exec((await blobs.list('checkpoints/')).at(-1)?.name ?? '0')?.[0])
  const before = await count()
  while ((await count()) < before + 5) await sleep(20)
  running.end('SIGKILL')
  await running.ended
}

function move(script: string, dataDir: string, name: string): Promise<Ended> {
  return command(
    'job',
    'start',
    script,
    '--cluster',
    'far',
    '--name',
    name,
    '--from-data-dir',
    dataDir,
    '--set',
    'execution.checkpointing.interval=1s',
  )
}

/** Asks until a query over finished transactions answers with as many rows as expected, or a minute is over; those rows. */
async function answered(query: string, isThere: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
  for (let tried = 0; ; tried++) {
    const { out } = await command('run', await commands.script(query), '--format', 'json')
    const lines = out.split('\n').filter((line) => line !== '')
    if (isThere(lines) || tried === 60) return lines
    await sleep(500)
  }
}

const bounded =
  "'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'properties.isolation.level' = 'read_committed'"

test('what keeps nothing goes on where it stood: no row is lost, and none is there twice', async () => {
  const fed = await feed('orders')
  await kafka.createTopic('kept', 2, {})
  const exactly =
    "'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'kept', 'properties.transaction.timeout.ms' = '60000'"
  const script = await commands.script(
    `${kafkaTable('orders', 'orders')}${kafkaTable('kept', 'kept', exactly)}INSERT INTO kept SELECT id, k FROM orders WHERE MOD(id, 2) = 0;`,
  )
  await runAndKill(script, 'kept-data')
  const moved = await move(script, 'kept-data', 'kept')
  expect([moved.status, moved.notes]).toEqual([0, expect.stringContaining('note: "orders" goes on where it stood')])
  expect((await move(script, 'kept-data', 'kept')).notes).toContain('runs already')
  const here = await command('run', script, '--data-dir', 'kept-data')
  expect(here.notes).toContain('goes on as job "kept" on cluster "far"')
  expect((await fed.ended).status).toBe(0)
  const query = `${kafkaTable('kept', 'kept', bounded)}SELECT id FROM kept;`
  const lines = await answered(query, (found) => found.length >= rows / 2)
  const ids = lines.map((line) => Number((JSON.parse(line) as { id: string | number }).id)).toSorted((a, b) => a - b)
  expect(ids).toEqual(Array.from({ length: rows / 2 }, (_, index) => 2 * (index + 1)))
  expect((await command('job', 'stop', 'kept', '--cluster', 'far')).status).toBe(0)
  // From where the work stood then, rows would be there twice now.
  expect((await move(script, 'kept-data', 'kept')).notes).toContain('QUERY_WORK_MOVED')
})

test('what is kept is made again where rows replace themselves', async () => {
  const fed = await feed('clicks')
  await kafka.createTopic('totals', 1, { 'cleanup.policy': 'compact' })
  const totals = `CREATE TABLE totals (k BIGINT, n BIGINT, total BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals',
  'properties.bootstrap.servers' = '127.0.0.1:${kafka.port}', 'key.format' = 'json', 'value.format' = 'json');\n`
  const insert = 'INSERT INTO totals SELECT k, COUNT(*), SUM(id) FROM clicks GROUP BY k;'
  const script = await commands.script(`${kafkaTable('clicks', 'clicks')}${totals}${insert}`)
  await runAndKill(script, 'totals-data')
  const moved = await move(script, 'totals-data', 'totals')
  expect([moved.status, moved.notes]).toEqual([0, expect.stringContaining('"clicks" is read again from where it was begun')])
  expect(moved.notes).toContain('"totals" gets rows again, which replace themselves')
  expect((await fed.ended).status).toBe(0)
  const expected = Array.from({ length: 7 }, (_, k) => {
    const ids = Array.from({ length: rows }, (_each, index) => index + 1).filter((id) => id % 7 === k)
    return `{"k":${k},"n":${ids.length},"total":${ids.reduce((sum, id) => sum + id, 0)}}`
  })
  const query = `${totals.replace("'key.format'", "'scan.bounded.mode' = 'latest-offset', 'key.format'")}SELECT * FROM totals;`
  const sorted = (lines: readonly string[]): string[] => lines.toSorted()
  expect(sorted(await answered(query, (lines) => sorted(lines).join('') === expected.join('')))).toEqual(expected)
  expect((await command('job', 'cancel', 'totals', '--cluster', 'far')).status).toBe(0)
})

test('what would write rows twice stays here, and goes on here', async () => {
  const fed = await feed('visits')
  await kafka.createTopic('first', 1, {})
  const script = await commands.script(`${kafkaTable('visits', 'visits')}${kafkaTable('first', 'first')}INSERT INTO first
SELECT id, k FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY PROCTIME()) AS place FROM visits) WHERE place = 1;`)
  expect((await move(script, 'first-data', 'first')).notes).toContain('ENGINE_CHECKPOINTS_NOT_FOUND')
  await runAndKill(script, 'first-data')
  const refused = await move(script, 'first-data', 'first')
  expect([refused.status, refused.notes]).toEqual([1, expect.stringContaining('"first" would get rows twice')])
  expect(refused.notes).toMatch(/Flink does not take over what is kept by \S/)
  await runAndKill(script, 'first-data')
  expect((await fed.ended).status).toBe(0)
})

test('a refusal by the cluster leaves the work here', async () => {
  const data = path.join(commands.folder, 'refused-data')
  await kafka.createTopic('few', 1, {})
  const script =
    await commands.script(`${kafkaTable('few', 'few')}CREATE TABLE here (id BIGINT) WITH ('connector' = 'topic', 'path' = '${path.join(commands.folder, 'topics')}', 'topic' = 'here', 'format' = 'json');
INSERT INTO here SELECT id FROM few;`)
  await runAndKill(script, 'refused-data')
  const refused = await command('job', 'start', script, '--cluster', 'far', '--name', 'few', '--from-data-dir', 'refused-data')
  expect([refused.status, refused.notes]).toEqual([1, expect.stringContaining('"few" goes on where it stood')])
  await expect(readFile(path.join(data, 'statement-1', 'moved'))).rejects.toThrow('ENOENT')
})
