/**
 * `make bench ARGS=connectors`: rows between real systems, each run a whole process, in CPU-seconds of that process. `make
 * bench-flink-connectors` measures one of them beside Flink as well, which runs the same statements in one slot.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Cluster, type JobUsage } from './flink/cluster.ts'
import { installFlink } from './flink/install.ts'
import { runOnce, type Usage } from './measure.ts'

const rows = Number(process.env['BENCH_EVENTS'] ?? 10_000_000)
const runs = Number(process.env['BENCH_RUNS'] ?? 3)
const withFlink = process.argv.includes('--flink')
const root = path.dirname(import.meta.dirname)
const millrace = path.join(root, 'bin', 'millrace')
const folder = mkdtempSync(path.join(tmpdir(), 'millrace-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A server of the tests, for as long as this process needs it. */
async function serve(
  name: string,
  ...before: readonly string[]
): Promise<{ readonly shown: Record<string, string>; stop(): Promise<void> }> {
  const words = [
    '--conditions=source',
    '--disable-warning=ExperimentalWarning',
    path.join(root, 'test', 'system', 'serve.ts'),
    name,
    ...before,
  ]
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  const stop = async (): Promise<void> => {
    child.stdin.end()
    await ended
  }
  return { shown: JSON.parse(String(line.value)) as Record<string, string>, stop }
}

const columns = 'id BIGINT, kind STRING, price DOUBLE, person STRING, at_ms BIGINT'
const time = ', ts AS TO_TIMESTAMP_LTZ(at_ms, 3), WATERMARK FOR ts AS ts'
const event = "CASE WHEN MOD(n, 2) = 0 THEN 'view' ELSE 'order' END, RAND(1) * 1000, CAST(MOD(n * 7919, 100003) AS STRING)"

function numbers(count: number): string {
  return `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000000', 'number-of-rows' = '${count}',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${count - 1}');\n`
}

interface KafkaTable {
  readonly format: string
  readonly options: string
  readonly computed?: string
}

function kafkaTable(name: string, address: string, topic: string, { format, options, computed = '' }: KafkaTable): string {
  return `CREATE TABLE ${name} (${columns}${computed}) WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '${address}',
    'topic' = '${topic}', 'format' = '${format}'${options})`
}

const wholeTopic = ", 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'"

/** Statements of which the last one is a job. */
function copyStatements(address: string, run: string, from = 'events-json'): string[] {
  const exactlyOnce = `, 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'copy-${run}',
    'properties.transaction.timeout.ms' = '600000'`
  return [
    kafkaTable('events', address, from, { format: 'json', options: wholeTopic }),
    kafkaTable('orders', address, `orders-${run}`, { format: 'json', options: exactlyOnce }),
    "INSERT INTO orders SELECT id, kind, price, person, at_ms FROM events WHERE kind = 'order'",
  ]
}

function scriptOf(statements: readonly string[]): string {
  const file = path.join(folder, 'script.sql')
  writeFileSync(file, `${statements.join(';\n')};\n`)
  return file
}

function durable(run: string): string[] {
  return ['--data-dir', path.join(folder, `state-${run}`), '--checkpoint-interval', '10s']
}

type Statements = (run: string) => readonly string[]

function runDurably(name: string, run: number, statements: Statements): Promise<Usage> {
  return runOnce(millrace, ['run', scriptOf(statements(String(run))), ...durable(`${name}-${run}`)])
}

async function runAll(name: string, statements: Statements): Promise<Usage> {
  const usages: Usage[] = []
  for (let run = 0; run < runs; run++) usages.push(await runDurably(name, run, statements))
  return middleOf(usages)
}

async function measure(name: string, count: number, statements: Statements): Promise<void> {
  const middle = await runAll(name, statements)
  console.log(`${name}: ${describe(count, middle)}, peak ${middle.peakMb.toFixed(0)} MB`)
}

function describe(count: number, { cpuSeconds, wallSeconds }: Pick<Usage, 'cpuSeconds' | 'wallSeconds'>): string {
  const rate = (seconds: number): string => `${Math.round(count / seconds / 1000)} K`
  return `${rate(cpuSeconds)} rows per CPU-second, ${rate(wallSeconds)} rows/s, ${cpuSeconds.toFixed(2)} CPU-seconds, ${wallSeconds.toFixed(2)} s`
}

const runNumbers = Array.from({ length: runs + 1 }, (_, run) => run)
const topics = [
  'nothing',
  ...['json', 'avro'].map((format) => `events-${format}`),
  ...runNumbers.flatMap((run) => [`orders-${run}`, `orders-flink-${run}`]),
]
const kafka = await serve('kafka', ...topics)
const postgres = await serve('postgres', 'CREATE TABLE latest (person BIGINT PRIMARY KEY, price DOUBLE PRECISION, at_ms BIGINT)')
try {
  const { address = '' } = kafka.shown
  for (const format of ['json', 'avro']) {
    const events = kafkaTable('events', address, `events-${format}`, { format, options: '' })
    const fill = [`${numbers(rows)}${events}`, `INSERT INTO events SELECT n, ${event}, n FROM numbers`]
    const usage = await runOnce(millrace, ['run', scriptOf(fill)])
    console.log(`filling a topic with ${rows.toLocaleString('en-US')} events in ${format}: ${describe(rows, usage)}`)
  }
  const copy = 'Kafka JSON to Kafka, half of the rows, exactly-once'
  const copying: Statements = (run) => copyStatements(address, run)
  const copyingNothing: Statements = (run) => copyStatements(address, run, 'nothing')
  await (withFlink ? measureBesideFlink(copy, copying, copyingNothing) : measure(copy, rows, copying))
  for (const format of ['json', 'avro'])
    await measure(`Kafka ${format}, sums by person in windows of a minute`, rows, () => [
      kafkaTable('events', address, `events-${format}`, { format, options: wholeTopic, computed: time }),
      "CREATE TABLE sums (person STRING, ends TIMESTAMP_LTZ(3), price DOUBLE) WITH ('connector' = 'blackhole')",
      `INSERT INTO sums SELECT person, window_end, SUM(price) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
        GROUP BY person, window_start, window_end`,
    ])
  await measure('Parquet files from a generator', rows, (run) => [
    `${numbers(rows)}CREATE TABLE files (${columns}) WITH ('connector' = 'filesystem', 'path' = '${folder}/parquet-${run}', 'format' = 'parquet')`,
    `INSERT INTO files SELECT n, ${event}, n FROM numbers`,
  ])
  const upserts = Math.min(rows, 500_000)
  const { url = '', user = '', password = '' } = postgres.shown
  const login = `'url' = '${url}', 'username' = '${user}', 'password' = '${password}'`
  await measure('PostgreSQL, upserts of 100,000 keys', upserts, () => [
    `${numbers(upserts)}CREATE TABLE latest (person BIGINT, price DOUBLE, at_ms BIGINT, PRIMARY KEY (person) NOT ENFORCED) WITH (
      'connector' = 'jdbc', 'table-name' = 'latest', ${login})`,
    'INSERT INTO latest SELECT MOD(n * 7919, 100000), RAND(1), n FROM numbers',
  ])
} finally {
  await kafka.stop()
  await postgres.stop()
}

/**
 * Millrace and Flink in turns, so that what else the machine does meets both. The task manager of Flink stays up, so that its start counts
 * for nothing; what Millrace needs to start is told beside.
 */
async function measureBesideFlink(name: string, statements: Statements, nothing: Statements): Promise<void> {
  const cluster = await Cluster.start(await installFlink(), 'hashmap')
  try {
    await cluster.run(statements('flink-0'))
    const ours: Usage[] = []
    const theirs: JobUsage[] = []
    for (let run = 0; run < runs; run++) {
      ours.push(await runDurably(name, run, statements))
      theirs.push(await cluster.run(statements(`flink-${run + 1}`)))
    }
    const [own, other, start] = [middleOf(ours), middleOf(theirs), await runAll(`start-${name}`, nothing)]
    console.log(`${name}: ${describe(rows, own)}, peak ${own.peakMb.toFixed(0)} MB`)
    console.log(
      `the same by Flink: ${describe(rows, other)}; ${(other.cpuSeconds / own.cpuSeconds).toFixed(1)} times the CPU-seconds of Millrace`,
    )
    const net = own.cpuSeconds - start.cpuSeconds
    console.log(
      `a run of Millrace without rows: ${start.cpuSeconds.toFixed(2)} CPU-seconds; net of them ${Math.round(rows / net / 1000)} K rows per CPU-second, ${(other.cpuSeconds / net).toFixed(1)} times`,
    )
  } finally {
    await cluster.stop()
  }
}

/** That of middle CPU time. */
function middleOf<T extends Pick<Usage, 'cpuSeconds'>>(usages: readonly T[]): T {
  return usages.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[usages.length >> 1] as T
}
