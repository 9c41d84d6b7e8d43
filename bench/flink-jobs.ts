/**
 * `make bench ARGS=flink-jobs`: how long `millrace job start` takes over what Flink's gateway itself takes for the same statements, and what
 * it costs to look at 200 jobs of one cluster each second, and at all that their subtasks tell every ten. Flink 2.3 runs on this machine.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { systemClock } from '#base'
import { installFlink, newestFlink, startLocalFlink, stopLocalFlink } from '#clusters'
import { FlinkJobs } from '#engines'
import { RemoteSession } from '#query'

const starts = 11
const jobCount = 200
const polls = 60
const looks = 10
const lookEveryMs = 10_000
const millrace = path.join(path.dirname(import.meta.dirname), 'bin', 'millrace')
const run = promisify(execFile)

const folder = await mkdtemp(path.join(tmpdir(), 'millrace-bench-'))
const libraries = await installFlink(newestFlink, process.env, () => undefined)
const marker = `millrace${randomBytes(16).toString('hex')}`
const flink = await startLocalFlink({
  folder: path.join(folder, 'flink'),
  marker,
  libraries,
  slots: jobCount + 4,
  scheduler: 'default',
  taskHeapMb: 2048,
  javaWords: [],
})
try {
  const variables = { env: { ...process.env, MILLRACE_HOME: folder } }
  await run(millrace, ['cluster', 'add', 'bench', '--gateway', flink.gatewayUrl, '--rest', flink.restUrl], variables)
  const definitions = `CREATE TABLE slow (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1');
CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');\n`
  const insert = 'INSERT INTO nowhere SELECT n FROM slow;'
  const script = path.join(folder, 'job.sql')
  await writeFile(script, definitions + insert)
  const jobs = new FlinkJobs({ url: flink.restUrl, headers: {} }, systemClock)
  const { signal } = new AbortController()

  /** Seconds until a job is submitted, as asked of the gateway itself, and by the command. */
  const own: number[] = []
  const ours: number[] = []
  for (let turn = 0; turn < starts; turn++) {
    const session = await RemoteSession.open({ url: flink.gatewayUrl, headers: {} }, {}, { waits: false })
    const submitted: string[] = []
    own.push(await secondsOf(() => session.run(definitions + insert, { submitted: (id) => void submitted.push(id) }, signal)))
    await session.close()
    for (const id of submitted) await jobs.cancel(id)
    ours.push(await secondsOf(() => run(millrace, ['job', 'start', script, '--cluster', 'bench', '--name', `job-${turn}`], variables)))
    await run(millrace, ['job', 'cancel', `job-${turn}`, '--cluster', 'bench'], variables)
  }
  const [alone, whole] = [median(own), median(ours)]
  process.stdout.write(
    `submission: ${whole.toFixed(2)} s by millrace job start, ${alone.toFixed(2)} s of the gateway itself, ${(whole - alone).toFixed(2)} s more (medians of ${starts})\n`,
  )

  const session = await RemoteSession.open(
    { url: flink.gatewayUrl, headers: {} },
    { 'execution.checkpointing.interval': '60 s' },
    { waits: false },
  )
  await session.run(definitions + insert.repeat(jobCount), {}, signal)
  const before = process.cpuUsage()
  const startedMs = systemClock.monotonicMs()
  let running = 0
  for (let poll = 0; poll < polls; poll++) {
    running = (await jobs.list()).filter(({ state }) => state === 'RUNNING').length
    await sleep(1000)
  }
  const { user, system } = process.cpuUsage(before)
  const share = (100 * (user + system)) / 1000 / (systemClock.monotonicMs() - startedMs)
  process.stdout.write(`poll: ${running} jobs running, asked each second for ${polls} s: ${share.toFixed(1)} % of a core\n`)

  /** All that a job tells of its subtasks, its checkpoints and its failures. */
  const readers = (await jobs.list()).flatMap(({ id, state }) => (state === 'RUNNING' ? [jobs.reader(id)] : []))
  const beforeLooks = process.cpuUsage()
  const looksMs = systemClock.monotonicMs()
  for (let look = 0; look < looks; look++) {
    const begunMs = systemClock.monotonicMs()
    for (const reader of readers) await reader.read()
    await sleep(Math.max(0, lookEveryMs - (systemClock.monotonicMs() - begunMs)))
  }
  const used = process.cpuUsage(beforeLooks)
  const lookShare = (100 * (used.user + used.system)) / 1000 / (systemClock.monotonicMs() - looksMs)
  process.stdout.write(
    `watch: ${readers.length} jobs with all their subtasks, each every ${lookEveryMs / 1000} s, ${looks} times: ${lookShare.toFixed(1)} % of a core\n`,
  )
} finally {
  await stopLocalFlink(marker, path.join(folder, 'flink'))
  await rm(folder, { recursive: true, force: true })
}
process.exit(0)

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = systemClock.monotonicMs()
  await work()
  return (systemClock.monotonicMs() - startedMs) / 1000
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
