/** The server as people start it, with the console that was built, in a process that tests may kill. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobSpec } from '#api'
import { systemClock } from '#base'
import { ControlLoop, JobBook, Jobs } from '#jobs'
import { openStore } from '#store'
import { freePort } from '../system/ports.fixture.ts'

const program = path.resolve(import.meta.dirname, '../../bin/millrace')
const startMsMax = 60_000

export class LiveServer {
  readonly folder: string
  readonly port: number
  #child: ChildProcess | null = null
  #printed = ''

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
  }

  /** It is not started yet. */
  static async create(): Promise<LiveServer> {
    return new LiveServer(await mkdtemp(path.join(tmpdir(), 'millrace-live-server-')), await freePort())
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get dataFolder(): string {
    return path.join(this.folder, 'data')
  }

  /** With what it kept; always at the same port. */
  async start(): Promise<void> {
    const words = ['server', '--port', String(this.port), '--data-dir', this.dataFolder]
    const env = { ...process.env, MILLRACE_HOME: path.join(this.folder, 'home') }
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (this.#printed += String(data)))
    for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 10) {
      const answer = await fetch(`${this.origin}/api/v1/health`).catch(() => null)
      if (answer?.ok === true) return
      if (child.exitCode !== null) break
      await sleep(10)
    }
    throw new Error(`the server did not start: ${this.#printed}`)
  }

  /** The link by which the first administrator signs in. */
  async welcome(): Promise<string> {
    for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 20) {
      const link = /http:\S+#link=\S+/.exec(this.#printed)?.[0]
      if (link !== undefined) return link
      await sleep(20)
    }
    throw new Error(`there is no link in: ${this.#printed}`)
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  /** As one does, so that its jobs end with it. */
  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill(signal)
    await ended
  }

  /** Stops it, and removes what it kept. */
  async remove(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }

  /** Writes jobs to its store, past the planner, which would read thousands of scripts for a while. It must not run. */
  async makeJobs(specs: readonly JobSpec[]): Promise<void> {
    await mkdir(this.dataFolder, { recursive: true, mode: 0o700 })
    const store = await openStore('', this.dataFolder, systemClock)
    try {
      const book = await JobBook.load(store, systemClock)
      const loop = new ControlLoop({ book, clock: systemClock, hostOf: () => null, report: () => undefined })
      const createId = (): string => randomBytes(8).toString('hex')
      const jobs = new Jobs({ book, loop, planner: null, clock: systemClock, createId }).of('main')
      await Promise.all(specs.map((spec) => jobs.create(spec, { by: 'ada' })))
    } finally {
      await store.close()
    }
  }
}

/** A job that copies a stream that never ends to nowhere. */
export function specOf(name: string, changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name,
    description: '',
    folder: '',
    tags: [],
    owner: 'ada',
    program: { kind: 'sql', text: copyScript },
    engine: { kind: 'embedded' },
    settings: {},
    variables: {},
    parallelism: 1,
    checkpointIntervalMs: 500,
    restart: { kind: 'back-off', delayMs: 100, delayMsMax: 1000, failuresMax: 5, windowMs: 60_000 },
    upgrade: 'keep-state',
    latencyTier: 'seconds',
    ...changes,
  }
}

export const copyScript = `CREATE TEMPORARY TABLE numbers (n BIGINT)
WITH ('connector' = 'datagen', 'rows-per-second' = '100', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '9007199254740991');
CREATE TEMPORARY TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT n FROM numbers`
