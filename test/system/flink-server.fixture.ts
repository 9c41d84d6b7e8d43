/** Flink, fetched once by Maven: a cluster of its own for a test file, with a SQL gateway. Without it the tests fail; they are never skipped. */
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type FlinkScheduler, installFlink, newestFlink, startLocalFlink, stopLocalFlink } from '#clusters'
import { installPackages } from './packages.fixture.ts'

export const flinkVersion = newestFlink

export async function installFlinkServer(): Promise<void> {
  await installPackages('mvn', ['maven'])
  await installFlink(flinkVersion, process.env, () => undefined)
}

export interface FlinkServer {
  /** Of the REST interface of the job manager. */
  readonly restUrl: string
  /** Of the SQL gateway. */
  readonly gatewayUrl: string
  /** Kills a process, which is started again. */
  kill(part: keyof typeof parts): Promise<void>
  remove(): Promise<void>
}

const parts = { jobmanager: 'StandaloneSessionClusterEntrypoint', taskmanager: 'TaskManagerRunner', gateway: 'SqlGateway' }

/** Starts a cluster with so many slots, and a gateway to it. */
export async function startFlinkServer(slots = 2, scheduler: FlinkScheduler = 'default'): Promise<FlinkServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-flink-'))
  const libraries = await installFlink(flinkVersion, process.env, () => undefined)
  const javaWords = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const marker = `millrace${randomBytes(16).toString('hex')}`
  const { restUrl, gatewayUrl } = await startLocalFlink({ folder, marker, libraries, slots, scheduler, taskHeapMb: 512, javaWords })
  // It ends with this process, however that ends: the guard waits for the end of its input.
  const script = 'cat >/dev/null; pkill -9 -f "$0"'
  const guard = spawn('bash', ['-c', script, marker.replace('millrace', '[m]illrace')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const remove = async (): Promise<void> => {
    await stopLocalFlink(marker, folder)
    guard.stdin.end()
    await once(guard, 'close')
    await rm(folder, { recursive: true, force: true })
  }
  const kill = async (part: keyof typeof parts): Promise<void> => {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,command='], { maxBuffer: 2 ** 26 })
    const isIt = (line: string): boolean => line.includes(marker) && line.includes(parts[part]) && !line.includes('while :')
    const pid = Number.parseInt(stdout.split('\n').find(isIt) ?? '', 10)
    process.kill(pid, 'SIGKILL')
  }
  return { restUrl, gatewayUrl, kill, remove }
}
