/**
 * Flink from Maven: a job manager, a task manager and a SQL gateway, each a process of its own. They are fetched once, by the ordinary client,
 * into the user's cache. Without them the tests fail; they are never skipped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachedPath, fetchArtifact, fetchLibraries, installOnce } from './install.fixture.ts'
import { freePorts } from './ports.fixture.ts'

export const flinkVersion = '2.3.0'
const libraries = `flink-${flinkVersion}`
const startMsMax = 180_000

const flinkModules = [
  'flink-streaming-java',
  'flink-clients',
  'flink-connector-datagen',
  'flink-connector-files',
  'flink-table-planner-loader',
  'flink-table-runtime',
  'flink-table-api-java-uber',
  // The planner needs it for any statement.
  'flink-cep',
  'flink-csv',
  'flink-json',
]

export async function installFlinkServer(): Promise<void> {
  await installOnce(libraries, async (building) => {
    const jars = await fetchLibraries(building, [
      ...flinkModules.map((name) => ['org.apache.flink', name, flinkVersion] as const),
      ['org.apache.logging.log4j', 'log4j-core', '2.25.3'],
      ['org.apache.logging.log4j', 'log4j-slf4j-impl', '2.25.3'],
    ])
    await fetchArtifact(jars, `org.apache.flink:flink-sql-gateway:${flinkVersion}`)
    return jars
  })
}

export interface FlinkServer {
  /** Of the REST interface of the job manager. */
  readonly restUrl: string
  /** Of the SQL gateway. */
  readonly gatewayUrl: string
  remove(): Promise<void>
}

/** What Java must let Flink do. */
const packages = 'java.lang java.net java.io java.nio sun.nio.ch java.lang.reflect java.text java.time java.util java.util.concurrent'
const opens = [
  '--add-exports=java.base/sun.net.util=ALL-UNNAMED',
  ...[...packages.split(' '), 'java.util.concurrent.atomic', 'java.util.concurrent.locks'].map(
    (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
  ),
]

/** Starts a cluster of its own with so many slots, and a gateway to it. */
export async function startFlinkServer(slots = 2): Promise<FlinkServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-flink-'))
  const [rest = 0, rpc = 0, blobs = 0, gateway = 0] = await freePorts(4)
  await configure(folder, slots, { rest, rpc, blobs, gateway })
  const children: ChildProcess[] = []
  const remove = async (): Promise<void> => {
    for (const child of children.toReversed()) {
      const ended = once(child, 'close')
      child.stdin?.end()
      await ended
    }
    await rm(folder, { recursive: true, force: true })
  }
  const start = (name: string, megabytes: number, words: readonly string[]): void => {
    children.push(launch(folder, name, megabytes, words))
  }
  const configured = ['--configDir', path.join(folder, 'conf')]
  try {
    start('jobmanager', 512, ['org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint', ...configured])
    start('gateway', 512, ['org.apache.flink.table.gateway.SqlGateway'])
    await logged(folder, 'jobmanager', /Rest endpoint listening/)
    start('taskmanager', 640, ['-XX:MaxDirectMemorySize=192m', 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner', ...configured])
    await logged(folder, 'taskmanager', /Successful registration at resource manager/)
    await logged(folder, 'gateway', /Rest endpoint listening/)
  } catch (error) {
    await remove()
    throw error
  }
  return { restUrl: `http://127.0.0.1:${rest}`, gatewayUrl: `http://127.0.0.1:${gateway}`, remove }
}

interface Ports {
  readonly rest: number
  readonly rpc: number
  readonly blobs: number
  readonly gateway: number
}

async function configure(folder: string, slots: number, { rest, rpc, blobs, gateway }: Ports): Promise<void> {
  for (const name of ['conf', 'tmp', 'checkpoints', 'savepoints']) await mkdir(path.join(folder, name))
  const local = '127.0.0.1'
  const rows = {
    'jobmanager.rpc.address': local,
    'jobmanager.rpc.port': rpc,
    'jobmanager.bind-host': local,
    'jobmanager.memory.process.size': '1g',
    'blob.server.port': blobs,
    'rest.address': local,
    'rest.bind-address': local,
    'rest.port': rest,
    'rest.bind-port': `"${rest}"`,
    'taskmanager.host': local,
    'taskmanager.bind-host': local,
    'taskmanager.numberOfTaskSlots': slots,
    'taskmanager.cpu.cores': slots,
    'taskmanager.memory.framework.heap.size': '64m',
    'taskmanager.memory.task.heap.size': '512m',
    'taskmanager.memory.framework.off-heap.size': '64m',
    'taskmanager.memory.task.off-heap.size': '32m',
    'taskmanager.memory.managed.size': '128m',
    'taskmanager.memory.network.min': '64m',
    'taskmanager.memory.network.max': '64m',
    'taskmanager.memory.jvm-metaspace.size': '512m',
    'taskmanager.memory.jvm-overhead.min': '128m',
    'taskmanager.memory.jvm-overhead.max': '128m',
    'sql-gateway.endpoint.rest.address': local,
    'sql-gateway.endpoint.rest.bind-address': local,
    'sql-gateway.endpoint.rest.port': gateway,
    'sql-gateway.endpoint.rest.bind-port': `"${gateway}"`,
    'io.tmp.dirs': path.join(folder, 'tmp'),
    'parallelism.default': 1,
    'execution.checkpointing.dir': `file://${folder}/checkpoints`,
    'execution.checkpointing.savepoint-dir': `file://${folder}/savepoints`,
  }
  const lines = Object.entries(rows).map(([key, value]) => `${key}: ${value}\n`)
  await writeFile(path.join(folder, 'conf', 'config.yaml'), lines.join(''))
  await writeFile(
    path.join(folder, 'conf', 'log4j.properties'),
    'rootLogger.level=INFO\nrootLogger.appenderRef.out.ref=out\nappender.out.type=Console\nappender.out.name=out\nappender.out.target=SYSTEM_ERR\nappender.out.layout.type=PatternLayout\nappender.out.layout.pattern=%p %c{1} %m%n\n',
  )
}

/** It ends with this process, however that ends: its shell waits for the end of its input. What ends by itself is started again. */
function launch(folder: string, name: string, megabytes: number, words: readonly string[]): ChildProcess {
  const again = '(while :; do "$@" </dev/null >>"$LOG" 2>&1; sleep 0.5; done) & all=$!'
  const script = `set -m; ${again}; cat >/dev/null; kill -9 -- -$all; wait $all 2>/dev/null; exit 0`
  const java = [
    'java',
    `-Xmx${megabytes}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...opens,
    `-Djava.io.tmpdir=${folder}/tmp`,
    '-Djava.net.preferIPv4Stack=true',
    `-Dlog4j.configurationFile=file:${folder}/conf/log4j.properties`,
    '-cp',
    `${cachedPath(libraries)}/*`,
    ...words,
  ]
  const env = { ...process.env, LOG: logOf(folder, name), FLINK_CONF_DIR: path.join(folder, 'conf') }
  return spawn('bash', ['-c', script, 'bash', ...java], { stdio: ['pipe', 'ignore', 'ignore'], env })
}

function logOf(folder: string, name: string): string {
  return path.join(folder, `${name}.log`)
}

async function logged(folder: string, name: string, pattern: RegExp): Promise<void> {
  const log = logOf(folder, name)
  await appendFile(log, '')
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 100) {
    if (pattern.test(await readFile(log, 'utf8'))) return
    await sleep(100)
  }
  throw new Error(`the ${name} of Flink did not start within ${startMsMax} ms: ${(await readFile(log, 'utf8')).slice(-3000)}`)
}
