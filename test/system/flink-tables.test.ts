/** `millrace topology edit` on a real Flink whose scheduler changes no job: what reads and writes tables has its parallelism from them. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Commands, type Ended } from './command.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'
import { type KafkaServer, startKafkaServer } from './kafka-server.fixture.ts'

let commands: Commands
let flink: FlinkServer
let kafka: KafkaServer

beforeAll(async () => {
  ;[flink, kafka] = await Promise.all([startFlinkServer(4), startKafkaServer()])
  commands = await Commands.open()
  commands.variables = { MILLRACE_HOME: commands.folder }
  await commands.start(['cluster', 'add', 'near', '--gateway', flink.gatewayUrl, '--rest', flink.restUrl]).ended
}, 300_000)
afterAll(async () => {
  await commands.close()
  await kafka.stop()
  await flink.remove()
})

function command(...words: string[]): Promise<Ended> {
  return commands.start([...words, '--cluster', 'near']).ended
}

interface Graph {
  readonly vertices: readonly {
    readonly id: string
    readonly parallelism: number
    readonly operators: readonly { readonly id: string; readonly name: string }[]
  }[]
}

async function graphOf(script: string): Promise<Graph> {
  return JSON.parse((await command('topology', 'show', script, '--json')).out) as Graph
}

/** The id of the operator whose name begins so. */
function idOf({ vertices }: Graph, name: string): string {
  const found = vertices.flatMap(({ operators }) => operators).find((operator) => operator.name.startsWith(name))
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found.id
}

/** As the job manager has it. */
async function runningAs(name: string): Promise<string[]> {
  const { jobs } = (await (await fetch(`${flink.restUrl}/jobs/overview`)).json()) as { jobs: { jid: string; name: string }[] }
  const job = (await (await fetch(`${flink.restUrl}/jobs/${jobs.find((each) => each.name === name)?.jid}`)).json()) as Graph
  return job.vertices.map(({ id, parallelism }) => `${id} ${parallelism}`).toSorted()
}

const orders = "CREATE TABLE orders (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');\n"
const totals = "CREATE TABLE totals (k BIGINT, n BIGINT) WITH ('connector' = 'print');\n"
const query = 'INSERT INTO totals SELECT MOD(id, 7), id FROM orders;\n'

test('a source and a sink get it by options of their tables, and what comes of it is what runs', async () => {
  const script = await commands.script(orders + totals + query)
  const plain = await graphOf(script)
  const source = await command('topology', 'edit', script, '--parallelism', `${idOf(plain, 'Source: orders').slice(0, 8)}=3`)
  expect([source.status, source.out]).toEqual([0, expect.stringMatching(/parallelism 3\n {5}Source: orders\[\d+\]\n/)])
  expect(source.notes).toContain('3 operators of 3 get other ids')
  const sink = await command('topology', 'edit', script, '--parallelism', `${idOf(plain, 'Sink: totals')}=2`)
  expect([sink.status, sink.notes]).toEqual([0, expect.stringContaining('the job needs 3 slots instead of 1')])

  const edited = await graphOf(script)
  expect(edited.vertices.map(({ parallelism }) => parallelism)).toEqual([3, 1, 2])
  expect(await command('job', 'start', script, '--name', 'wide')).toMatchObject({ status: 0, notes: 'note: job "wide" is started\n' })
  expect(await runningAs('wide')).toEqual(edited.vertices.map(({ id, parallelism }) => `${id} ${parallelism}`).toSorted())
  expect((await command('job', 'cancel', 'wide')).status).toBe(0)

  // Both taken back, the job is as it was.
  for (const name of ['Source: orders', 'Sink: totals']) await command('topology', 'edit', script, '--parallelism', `${idOf(plain, name)}=`)
  const ids = ({ vertices }: Graph): string[] => vertices.map(({ id, parallelism }) => `${id} ${parallelism}`)
  expect(ids(await graphOf(script))).toEqual(ids(plain))
})

test('tables are altered for a job whose plan is edited, too', async () => {
  const script = await commands.script(`${orders}${totals}INSERT INTO totals SELECT id, COUNT(*) FROM orders GROUP BY id;\n`)
  const plain = await graphOf(script)
  const [source, sum] = [idOf(plain, 'Source: orders'), idOf(plain, 'GroupAggregate')]
  const edited = await command('topology', 'edit', script, '--parallelism', `${source}=2`, '--state-ttl', `${sum}=1 h`)
  expect([edited.status, edited.out]).toEqual([0, expect.stringMatching(/ {2}keeps groupAggregateState for 1 h\n/)])
  expect((await command('job', 'start', script, '--name', 'both')).status).toBe(0)
  const wanted = (await graphOf(script)).vertices.map(({ id, parallelism }) => `${id} ${parallelism}`).toSorted()
  expect(await runningAs('both')).toEqual(wanted)
  expect((await command('job', 'cancel', 'both')).status).toBe(0)
})

test('what no option reaches is refused, and nothing is kept', async () => {
  const hole = "CREATE TABLE hole (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');\n"
  const script = await commands.script(
    `${orders}${totals}${hole}EXECUTE STATEMENT SET BEGIN\n${query}INSERT INTO hole SELECT id, COUNT(*) FROM orders GROUP BY id;\nEND;\n`,
  )
  const plain = await graphOf(script)
  const sum = idOf(plain, 'GroupAggregate')
  for (const [id, problem] of [
    [sum, `gives task ${sum} no parallelism of its own`],
    [idOf(plain, 'hole'), 'the sink of table "hole" has no option for its parallelism'],
    [idOf(plain, 'Calc'), 'no single task has an id'],
  ] as const) {
    const { status, notes } = await command('topology', 'edit', script, '--parallelism', `${id}=2`)
    expect([status !== 0, notes]).toEqual([true, expect.stringContaining(problem)])
  }
  const temporary = await commands.script((orders + totals + query).replace('CREATE TABLE orders', 'CREATE TEMPORARY TABLE orders'))
  const { notes } = await command('topology', 'edit', temporary, '--parallelism', `${idOf(plain, 'Source: orders')}=2`)
  expect(notes).toContain("Write 'scan.parallelism' = '2' among its options in the script.")
  const wide = await commands.script(orders + totals + query)
  await command('topology', 'edit', wide, '--parallelism', `${idOf(await graphOf(wide), 'Sink: totals')}=2`)
  await writeFile(path.join(commands.folder, wide), `${orders}${totals}INSERT INTO totals SELECT id, COUNT(*) FROM orders GROUP BY id;`)
  expect((await command('job', 'start', wide, '--name', 'gone')).notes).toContain('no vertex is')
})

test('what a job takes of the memory of the cluster is told, and refused where it cannot begin', async () => {
  const text = `${orders}${totals}INSERT INTO totals SELECT id, COUNT(*) FROM orders GROUP BY id;\n`
  const script = await commands.script(`SET 'state.backend.type' = 'rocksdb';\n${text}`)
  const shown = await command('topology', 'show', script)
  expect(shown.notes).toMatch(/note: state of 1 operator is kept with 33\.6 MB of managed memory in a slot, and on disk beyond\n/)
  expect(shown.notes).toMatch(/note: its tasks take 2 network buffers or more, and \d+ of 6144 are free\n/)
  const wide = await commands.script(`SET 'parallelism.default' = '80';\n${text}`)
  const lack = 'the job needs 6480 network buffers to begin, and all task managers have 6144'
  const { status, out, notes } = await command('topology', 'show', wide)
  expect([status, out, notes]).toEqual([0, expect.stringContaining('parallelism 80'), expect.stringContaining(`warning: ${lack}\n`)])
  expect(notes).toContain('note: state of 1 operator is kept on the heap, of which a slot has ')
  const edited = await command('topology', 'edit', wide, '--state-ttl', `${idOf(await graphOf(wide), 'GroupAggregate')}=1 h`)
  expect([edited.status, edited.notes]).toEqual([1, expect.stringContaining(lack)])
  expect(existsSync(path.join(commands.folder, `${wide}.topology.json`))).toBe(false)
})

test('readers that are more than the partitions of their topics are told', async () => {
  await kafka.createTopic('three', 3)
  await kafka.createTopic('two', 2)
  const table = (topic: string, port = kafka.port): string =>
    `CREATE TABLE events (id BIGINT) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '127.0.0.1:${port}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset');\n`
  const insert = 'INSERT INTO totals SELECT id, id FROM events;\n'
  for (const [definition, count, said] of [
    [table('three'), 8, 'reads with 8 subtasks, but topic "three" has 3 partitions: 5 subtasks have nothing to read'],
    [table('three;two'), 6, 'reads with 6 subtasks, but topic "three" and topic "two" have 5 partitions: 1 subtask has nothing to read'],
    [table('absent'), 2, 'reads with 2 subtasks; how many partitions there are could not be asked: topic "absent" does not exist'],
    [table('three', 1), 2, 'could not be asked: could not reach Kafka at "127.0.0.1:1"'],
    [table('three'), 3, 'the job needs 3 slots'],
  ] as const) {
    const script = await commands.script(definition + totals + insert)
    const [source] = (await graphOf(script)).vertices
    const { status, notes } = await command('topology', 'edit', script, '--parallelism', `${source?.id}=${count}`)
    expect([status, notes]).toEqual([0, expect.stringContaining(said)])
    expect(notes.includes('reads with')).toBe(said.includes('could not be asked') || said.includes('reads with'))
  }
})
