/**
 * A Flink cluster of this machine, for development: a job manager, a task manager and a SQL gateway, bound to 127.0.0.1. Each is a process
 * group of its own that outlives the command; what ends by itself is started again by its shell.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { MillraceError } from '#base'
import { clusterErrors } from './errors.ts'
import { checkProgram, lastLines } from './install-flink.ts'

export type FlinkScheduler = 'default' | 'adaptive'

export interface LocalFlinkShape {
  /** Holds its configuration, logs, checkpoints and savepoints; empty or not there. */
  readonly folder: string
  /** Stands in the command of each process, which is known by it: letters and digits that nothing else has. */
  readonly marker: string
  /** The folder with its libraries. */
  readonly libraries: string
  readonly slots: number
  /** The adaptive one changes the parallelism of jobs while they run, and runs them with fewer slots than they want. */
  readonly scheduler: FlinkScheduler
  /** Heap of the task manager for the work of jobs. */
  readonly taskHeapMb: number
  /** Further words for each Java. */
  readonly javaWords: readonly string[]
  /** JARs besides those in the folder. */
  readonly jars?: readonly string[]
}

export interface LocalFlink {
  /** Of the REST interface of the job manager. */
  readonly restUrl: string
  readonly gatewayUrl: string
}

export const startMsMax = 180_000
const endMsMax = 15_000
const pollMs = 200
/** Starts what ends by itself again. */
const forEver = 'while :; do "$@"; sleep 1; done'

/** What Java must let Flink do. */
const packages = 'java.lang java.net java.io java.nio sun.nio.ch java.lang.reflect java.text java.time java.util java.util.concurrent'
const opens = [
  '--add-exports=java.base/sun.net.util=ALL-UNNAMED',
  ...[...packages.split(' '), 'java.util.concurrent.atomic', 'java.util.concurrent.locks'].map(
    (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
  ),
]

/** Resolves when the cluster has its slots and the gateway answers; leaves nothing behind when it fails. */
export async function startLocalFlink(shape: LocalFlinkShape): Promise<LocalFlink> {
  await checkProgram('java', ['-version'])
  const { folder } = shape
  const { restUrl, gatewayUrl } = await configure(shape, {})
  try {
    await launch(shape, 'jobmanager', [
      '-Xmx512m',
      'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint',
      ...configured(shape),
    ])
    await launch(shape, 'gateway', ['-Xmx512m', 'org.apache.flink.table.gateway.SqlGateway'])
    await launchTaskManager(shape)
    await answers(folder, 'jobmanager', `${restUrl}/overview`, (answer) => Number(answer['slots-total']) > 0)
    await answers(folder, 'gateway', `${gatewayUrl}/v1/info`, () => true)
    return { restUrl, gatewayUrl }
  } catch (error) {
    await endAll(shape.marker)
    throw error
  }
}

/** Ends what was started with a marker, and removes all of its folder but savepoints; whether those are left. */
export async function stopLocalFlink(marker: string, folder: string): Promise<boolean> {
  await endAll(marker)
  const kept = await promisify(execFile)('find', [path.join(folder, 'savepoints'), '-type', 'f']).catch(() => ({ stdout: '' }))
  if (kept.stdout.trim() === '') {
    await rm(folder, { recursive: true, force: true })
    return false
  }
  for (const name of ['conf', 'log', 'tmp', 'checkpoints']) await rm(path.join(folder, name), { recursive: true, force: true })
  return true
}

const frameworkHeapMb = 64
const networkMb = 192

/** Who develops wants to see at once what was changed. Where no scheduler is named, Flink takes one that suits the job. */
const adaptiveRows = {
  'jobmanager.scheduler': 'adaptive',
  'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling': '1s',
  'jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout': '2s',
}

/** Starts a task manager; its process group. */
export function launchTaskManager(shape: LocalFlinkShape): Promise<number> {
  return launch(shape, 'taskmanager', [
    `-Xmx${shape.taskHeapMb + frameworkHeapMb}m`,
    `-XX:MaxDirectMemorySize=${networkMb + 128}m`,
    'org.apache.flink.runtime.taskexecutor.TaskManagerRunner',
    ...configured(shape),
  ])
}

/** The words that tell a process where its configuration is. */
export function configured({ folder }: LocalFlinkShape): readonly string[] {
  return ['--configDir', path.join(folder, 'conf')]
}

/**
 * Makes the folder of a cluster, and gives it ports that are free.
 *
 * @param more of its configuration, under Flink's keys
 */
export async function configure(
  { folder, slots, scheduler, taskHeapMb }: LocalFlinkShape,
  more: Readonly<Record<string, string>>,
): Promise<LocalFlink> {
  const [rest = 0, rpc = 0, blobs = 0, gateway = 0] = await freePorts(4)
  for (const name of ['conf', 'log', 'tmp', 'checkpoints', 'savepoints']) await mkdir(path.join(folder, name), { recursive: true })
  const local = '127.0.0.1'
  const rows = {
    'jobmanager.rpc.address': local,
    'jobmanager.rpc.port': rpc,
    'jobmanager.bind-host': local,
    'jobmanager.memory.process.size': '1g',
    ...(scheduler === 'adaptive' ? adaptiveRows : {}),
    'metrics.fetcher.update-interval': 1000,
    'blob.server.port': blobs,
    'rest.address': local,
    'rest.bind-address': local,
    'rest.port': rest,
    'rest.bind-port': JSON.stringify(String(rest)),
    'taskmanager.host': local,
    'taskmanager.bind-host': local,
    'taskmanager.numberOfTaskSlots': slots,
    'taskmanager.cpu.cores': slots,
    'taskmanager.memory.framework.heap.size': `${frameworkHeapMb}m`,
    'taskmanager.memory.task.heap.size': `${taskHeapMb}m`,
    'taskmanager.memory.framework.off-heap.size': '64m',
    'taskmanager.memory.task.off-heap.size': '32m',
    'taskmanager.memory.managed.size': '128m',
    'taskmanager.memory.network.min': `${networkMb}m`,
    'taskmanager.memory.network.max': `${networkMb}m`,
    'taskmanager.memory.jvm-metaspace.size': '512m',
    'taskmanager.memory.jvm-overhead.min': '128m',
    'taskmanager.memory.jvm-overhead.max': '128m',
    'sql-gateway.endpoint.rest.address': local,
    'sql-gateway.endpoint.rest.bind-address': local,
    'sql-gateway.endpoint.rest.port': gateway,
    'sql-gateway.endpoint.rest.bind-port': JSON.stringify(String(gateway)),
    'io.tmp.dirs': JSON.stringify(path.join(folder, 'tmp')),
    'parallelism.default': 1,
    'execution.checkpointing.dir': JSON.stringify(`file://${folder}/checkpoints`),
    'execution.checkpointing.savepoint-dir': JSON.stringify(`file://${folder}/savepoints`),
    ...more,
  }
  const lines = Object.entries(rows).map(([key, value]) => `${key}: ${value}\n`)
  await writeFile(path.join(folder, 'conf', 'config.yaml'), lines.join(''))
  await writeFile(
    path.join(folder, 'conf', 'log4j.properties'),
    'rootLogger.level=INFO\nrootLogger.appenderRef.out.ref=out\nappender.out.type=Console\nappender.out.name=out\nappender.out.target=SYSTEM_ERR\nappender.out.layout.type=PatternLayout\nappender.out.layout.pattern=%d %p %c{1} %m%n\n',
  )
  return { restUrl: `http://${local}:${rest}`, gatewayUrl: `http://${local}:${gateway}` }
}

/**
 * Starts a Java; its process group.
 *
 * @param script of the shell that runs it, with words for that before those of Java
 */
export async function launch(
  { folder, marker, libraries, javaWords, jars = [] }: LocalFlinkShape,
  name: string,
  words: readonly string[],
  [script, ...before]: readonly [string, ...string[]] = [forEver],
): Promise<number> {
  const java = [
    'java',
    ...javaWords,
    ...opens,
    `-Dmillrace.cluster=${marker}`,
    `-Djava.io.tmpdir=${folder}/tmp`,
    '-Djava.net.preferIPv4Stack=true',
    `-Dlog4j.configurationFile=file:${folder}/conf/log4j.properties`,
    '-cp',
    [`${libraries}/*`, ...jars].join(path.delimiter),
    ...words,
  ]
  const log = await open(logOf(folder, name), 'a')
  try {
    const child = spawn('sh', ['-c', script, marker, ...before, ...java], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, FLINK_CONF_DIR: path.join(folder, 'conf') },
    })
    child.unref()
    if (child.pid === undefined) throw clusterErrors.CLUSTER_START({ part: name })
    return child.pid
  } finally {
    await log.close()
  }
}

export function logOf(folder: string, name: string): string {
  return path.join(folder, 'log', `${name}.log`)
}

async function answers(folder: string, name: string, url: string, isReady: (answer: Record<string, unknown>) => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 200) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
      if (response.ok && isReady((await response.json()) as Record<string, unknown>)) return
    } catch (error) {
      if (error instanceof MillraceError) throw error
    }
    await sleep(200)
  }
  const detail = lastLines(await readFile(logOf(folder, name), 'utf8').catch(() => ''))
  throw clusterErrors.CLUSTER_START({ part: name }, { detail })
}

export async function endAll(marker: string): Promise<void> {
  for (const group of await groupsOf(marker)) signal(group, 'SIGTERM')
  for (let waitedMs = 0; waitedMs < endMsMax; waitedMs += pollMs) {
    if ((await groupsOf(marker)).length === 0) return
    await sleep(pollMs)
  }
  for (;;) {
    const groups = await groupsOf(marker)
    if (groups.length === 0) return
    for (const group of groups) signal(group, 'SIGKILL')
    await sleep(pollMs)
  }
}

/** The process groups of what runs with a marker. */
async function groupsOf(marker: string): Promise<number[]> {
  const env = { ...process.env, LC_ALL: 'C' }
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pgid=,command='], { env, maxBuffer: 2 ** 26 })
  const lines = stdout.split('\n').filter((line) => line.includes(marker))
  return [...new Set(lines.map((line) => Number.parseInt(line, 10)))]
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name)
  } catch {
    // It has just ended.
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports: number[] = []
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address !== null && typeof address === 'object') ports.push(address.port)
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  return ports
}
