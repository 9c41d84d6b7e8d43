/** A cluster of one job manager and one task manager with one slot, and a client that runs statements on it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Installation } from './install.ts'

export type Backend = 'hashmap' | 'rocksdb'

/** What the jobs of a comparison run with: Flink's defaults, and what is said here. */
export const jobSettings: Readonly<Record<string, string>> = {
  'parallelism.default': '1',
  'pipeline.object-reuse': 'true',
  'execution.checkpointing.interval': '10 s',
  'execution.checkpointing.incremental': 'true',
  // Otherwise a job that has read everything idles until the next checkpoint.
  'execution.checkpointing.checkpoints-after-tasks-finish': 'false',
}
export const taskHeapMb = Number(process.env['FLINK_TASK_HEAP_MB'] ?? 4096)
export const managedMb = Number(process.env['FLINK_MANAGED_MB'] ?? 2048)
const frameworkHeapMb = 64
const startMs = 90_000

/** What Java must let Flink do. */
const packages = 'java.lang java.net java.io java.nio sun.nio.ch java.lang.reflect java.text java.time java.util java.util.concurrent'
const opens = [
  '--add-exports=java.base/sun.net.util=ALL-UNNAMED',
  ...[...packages.split(' '), 'java.util.concurrent.atomic', 'java.util.concurrent.locks'].map(
    (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
  ),
]

export interface JobUsage {
  /** As the job manager tells it. */
  readonly wallSeconds: number
  /** Of the process of the task manager. */
  readonly cpuSeconds: number
  /** What the rows of its sink come to; null for a sink that takes no digest. */
  readonly digest: { readonly rows: number; readonly digest: string } | null
}

export class Cluster {
  readonly #folder: string
  readonly #children: ChildProcess[] = []
  readonly #installation: Installation
  #taskManager = 0
  #client: ChildProcess | undefined
  #answers: AsyncIterator<string> | undefined

  private constructor(installation: Installation) {
    this.#installation = installation
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-flink-'))
  }

  static async start(installation: Installation, backend: Backend): Promise<Cluster> {
    const cluster = new Cluster(installation)
    try {
      await cluster.#start(backend)
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  async #start(backend: Backend): Promise<void> {
    const [rest = 0, rpc = 0, blobs = 0] = await freePorts(3)
    this.#configure(rest, rpc, blobs)
    const settings = ['--configDir', join(this.#folder, 'conf')]
    this.#java('jobmanager', 1024, ['org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint', ...settings])
    await this.#logged('jobmanager', /Rest endpoint listening/)
    const taskManager = this.#java('taskmanager', taskHeapMb + frameworkHeapMb, [
      '-XX:MaxDirectMemorySize=192m',
      'org.apache.flink.runtime.taskexecutor.TaskManagerRunner',
      ...settings,
    ])
    this.#taskManager = taskManager.pid ?? 0
    await this.#logged('taskmanager', /Successful registration at resource manager/)
    const client = { ...jobSettings, 'execution.target': 'remote', 'rest.address': '127.0.0.1', 'rest.port': String(rest) }
    const state = {
      'state.backend.type': backend,
      'execution.checkpointing.storage': 'filesystem',
      'execution.checkpointing.dir': `file://${join(this.#folder, 'checkpoints')}`,
    }
    const words = Object.entries({ ...client, ...state }).map(([key, value]) => `${key}=${value}`)
    this.#client = this.#java('client', 512, ['millrace.bench.StatementClient', ...words], 'pipe')
    if (this.#client.stdout !== null) this.#answers = createInterface({ input: this.#client.stdout })[Symbol.asyncIterator]()
    const ready = await this.#answers?.next()
    if (ready?.value !== 'ready') throw new Error(`the client of Flink did not start: ${this.#logTail('client')}`)
  }

  /** Runs statements, of which the last one is a job, to its end. */
  async run(statements: readonly string[]): Promise<JobUsage> {
    const file = join(this.#folder, 'statements.sql')
    writeFileSync(file, statements.join('\n;\n'))
    const before = cpuSecondsOf(this.#taskManager)
    this.#client?.stdin?.write(`${file}\n`)
    const answer = await this.#answers?.next()
    const [, ms, rows, digest] = /^done (\d+)(?: (-?\d+) ([0-9a-f]{16}))?$/.exec(String(answer?.value)) ?? []
    if (ms === undefined) throw new Error(`Flink could not run a query: ${String(answer?.value ?? this.#logTail('client'))}`)
    const cpuSeconds = cpuSecondsOf(this.#taskManager) - before
    return { wallSeconds: Number(ms) / 1000, cpuSeconds, digest: digest === undefined ? null : { rows: Number(rows), digest } }
  }

  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #configure(rest: number, rpc: number, blobs: number): void {
    const conf = join(this.#folder, 'conf')
    for (const folder of [conf, join(this.#folder, 'checkpoints'), join(this.#folder, 'tmp')]) mkdirSync(folder, { recursive: true })
    const rows = {
      'jobmanager.rpc.address': '127.0.0.1',
      'jobmanager.rpc.port': rpc,
      'jobmanager.bind-host': '127.0.0.1',
      'jobmanager.memory.process.size': '1600m',
      'blob.server.port': blobs,
      'rest.address': '127.0.0.1',
      'rest.bind-address': '127.0.0.1',
      'rest.port': rest,
      'taskmanager.host': '127.0.0.1',
      'taskmanager.bind-host': '127.0.0.1',
      'taskmanager.numberOfTaskSlots': 1,
      'taskmanager.cpu.cores': 1,
      'taskmanager.memory.framework.heap.size': `${frameworkHeapMb}m`,
      'taskmanager.memory.task.heap.size': `${taskHeapMb}m`,
      'taskmanager.memory.framework.off-heap.size': '64m',
      'taskmanager.memory.task.off-heap.size': '32m',
      'taskmanager.memory.managed.size': `${managedMb}m`,
      'taskmanager.memory.network.min': '64m',
      'taskmanager.memory.network.max': '64m',
      'taskmanager.memory.jvm-metaspace.size': '256m',
      'taskmanager.memory.jvm-overhead.min': '128m',
      'taskmanager.memory.jvm-overhead.max': '128m',
      'io.tmp.dirs': join(this.#folder, 'tmp'),
    }
    writeFileSync(
      join(conf, 'config.yaml'),
      `${Object.entries(rows)
        .map(([key, value]) => `${key}: ${value}`)
        .join('\n')}\n`,
    )
    const log = 'rootLogger.level=INFO\nrootLogger.appenderRef.out.ref=out\nappender.out.type=Console\nappender.out.name=out\n'
    const pattern =
      'appender.out.target=SYSTEM_ERR\nappender.out.layout.type=PatternLayout\nappender.out.layout.pattern=%d %-5p %c{1} %m%n\n'
    writeFileSync(join(conf, 'log4j.properties'), log + pattern)
  }

  #java(name: string, heapMb: number, words: readonly string[], input: 'pipe' | 'ignore' = 'ignore'): ChildProcess {
    const conf = join(this.#folder, 'conf')
    const flags = [`-Xms${heapMb}m`, `-Xmx${heapMb}m`, ...opens, `-Dlog4j.configurationFile=file:${conf}/log4j.properties`]
    const classPath = [
      '-Djava.net.preferIPv4Stack=true',
      `-Djava.io.tmpdir=${join(this.#folder, 'tmp')}`,
      '-cp',
      this.#installation.classPath,
    ]
    const before = words.filter((word) => word.startsWith('-XX:'))
    const rest = words.filter((word) => !word.startsWith('-XX:'))
    const child = spawn('java', [...flags, ...before, ...classPath, ...rest], {
      stdio: [input, input === 'pipe' ? 'pipe' : 'ignore', 'pipe'],
      env: { ...process.env, FLINK_CONF_DIR: conf },
    })
    child.stderr?.pipe(createWriteStream(this.#log(name)))
    this.#children.push(child)
    return child
  }

  #log(name: string): string {
    return join(this.#folder, `${name}.log`)
  }

  #logTail(name: string): string {
    return readFileSync(this.#log(name), 'utf8').split('\n').slice(-20).join('\n')
  }

  async #logged(name: string, pattern: RegExp): Promise<void> {
    const deadline = performance.now() + startMs
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      if (pattern.test(readFileSync(this.#log(name), 'utf8'))) return
      if (performance.now() > deadline) throw new Error(`the ${name} of Flink did not start: ${this.#logTail(name)}`)
    }
  }
}

/** User and system time of a process with all its threads, as Linux counts it: in hundredths of a second. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) / 100
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
