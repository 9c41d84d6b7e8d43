/**
 * A Redis server of its own for a test file: Debian's, with a password, in a folder of its own, writing down each change before it answers,
 * so that nothing is lost when it is killed. Without it the tests fail; they are never skipped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, Redis } from 'ioredis'
import { installPackages } from './packages.fixture.ts'
import { freePort } from './ports.fixture.ts'

/** The same program as redis-server, which it is when it is called so; its package brings no service that would be started. */
const binary = 'redis-check-rdb'
const startMsMax = 20_000

/** Installs the server unless it is there. */
export function installRedisServer(): Promise<void> {
  return installPackages(binary, ['redis-tools'], ['--help'])
}

export interface RedisServer {
  readonly port: number
  readonly password: string
  /** The options of tables that connect to it. */
  readonly options: string
  /** One command; its texts are texts. */
  ask(name: string, ...words: readonly (string | number)[]): Promise<unknown>
  stop(): Promise<void>
  /** As a crash does. */
  kill(): Promise<void>
  /** Starts it again, with what it had. */
  restart(): Promise<void>
  /** Stops it for good and removes what it kept. */
  remove(): Promise<void>
}

/** Starts a server; `words` are further settings, as its command line takes them. */
export async function startRedisServer(...words: readonly string[]): Promise<RedisServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-redis-'))
  const port = await freePort()
  const password = randomBytes(16).toString('hex')
  let child: ChildProcess | null = null
  let client: Redis | null = null
  const start = async (): Promise<void> => {
    child = launch(port, folder, password, words)
    client = await untilItAnswers(port, password, child)
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const running = child
    client?.disconnect()
    child = null
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((resolve) => running.once('close', resolve))
    running.kill(signal)
    await ended
  }
  const endWithUs = (): void => void child?.kill('SIGKILL')
  process.once('exit', endWithUs)
  await start()
  return {
    port,
    password,
    options: `'connector' = 'redis', 'host' = '127.0.0.1', 'port' = '${port}', 'password' = '${password}'`,
    ask: async (name, ...rest) => {
      if (client === null) throw new Error('the Redis server does not run')
      return await client.sendCommand(new Command(name, [...rest], { replyEncoding: 'utf8' }))
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    restart: start,
    remove: async () => {
      await end('SIGKILL')
      process.off('exit', endWithUs)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function launch(port: number, folder: string, password: string, words: readonly string[]): ChildProcess {
  const kept = ['--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password, ...kept, ...words]
  return spawn(binary, settings, { argv0: 'redis-server', stdio: 'ignore' })
}

async function untilItAnswers(port: number, password: string, child: ChildProcess): Promise<Redis> {
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 50) {
    if (child.exitCode !== null) throw new Error(`the Redis server ended with status ${child.exitCode}`)
    const client = new Redis({
      host: '127.0.0.1',
      port,
      password,
      protocol: 2,
      lazyConnect: true,
      retryStrategy: null,
      maxRetriesPerRequest: 0,
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.ping()
      return client
    } catch {
      client.disconnect()
    }
    await sleep(50)
  }
  throw new Error(`the Redis server did not answer within ${startMsMax} ms`)
}
