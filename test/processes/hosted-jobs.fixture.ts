/** A host of jobs in a folder of its own, and what its jobs write there. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#base'
import type { ProcessIdentity } from '#blobs'
import type { RunOrder, SavepointSight, SeenRun } from '#jobs'
import { type MemoryLimits, ProcessHost, type ProcessHostOptions } from '#processes'

const mb = 1_048_576
const entry = new URL('../../src/session-process.ts', import.meta.url)
const smallMemory: MemoryLimits = { heapBytes: 128 * mb, stateBytes: 32 * mb, totalBytes: 700 * mb }

/** Short enough for tests, long enough for a machine that has other work. */
const patience = { checkpointMs: 15_000, nowMs: 500, terminatedMs: 1000, graceMs: 5000 }

/** Compiled code is kept for all processes of all tests. */
const variables = { NODE_COMPILE_CACHE: path.join(tmpdir(), 'millrace-test-code'), ...process.env }

export function hostOptions(dataFolder: string, changes: Partial<ProcessHostOptions> = {}): ProcessHostOptions {
  return { dataFolder, process: { entry, memory: smallMemory, clock: systemClock, variables }, workersMax: 4, patience, ...changes }
}

export class HostedJobs {
  readonly folder: string
  host: ProcessHost
  readonly #changes: Partial<ProcessHostOptions>

  private constructor(folder: string, host: ProcessHost, changes: Partial<ProcessHostOptions>) {
    this.folder = folder
    this.host = host
    this.#changes = changes
  }

  static async create(changes: Partial<ProcessHostOptions> = {}): Promise<HostedJobs> {
    const folder = await mkdtemp(path.join(tmpdir(), 'millrace-hosted-'))
    return new HostedJobs(folder, await ProcessHost.open(hostOptions(path.join(folder, 'data'), changes)), changes)
  }

  /** What a new server finds. */
  async reopen(): Promise<void> {
    this.host = await ProcessHost.open(hostOptions(path.join(this.folder, 'data'), this.#changes))
  }

  async remove(): Promise<void> {
    await this.host.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  order(script: string, changes: Partial<RunOrder> = {}): RunOrder {
    return {
      workspace: 'main',
      jobId: 'job',
      attempt: 1,
      version: 1,
      name: 'a job',
      script,
      settings: {},
      parallelism: 1,
      checkpointIntervalMs: 100,
      from: { kind: 'newest' },
      allowsDroppedState: false,
      ...changes,
    }
  }

  /** Copies numbers from 0 on to files, so many a second. */
  copyNumbers(count: number, perSecond: number): string {
    return `
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${count - 1}');
CREATE TABLE copies (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${this.folder}/copies', 'format' = 'csv');
INSERT INTO copies SELECT n FROM numbers;`
  }

  /** The numbers that are there, in their order. */
  async copiedNumbers(): Promise<number[]> {
    const folder = path.join(this.folder, 'copies')
    const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'))
    const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))
    return texts
      .flatMap((text) => text.split('\n').filter((line) => line !== ''))
      .map(Number)
      .sort((a, b) => a - b)
  }

  async file(name: string, text: string): Promise<string> {
    const file = path.join(this.folder, name)
    await writeFile(file, text)
    return file
  }

  async seen(jobId = 'job'): Promise<SeenRun | null> {
    const evidence = (await this.host.observe([jobId])).get(jobId)
    return evidence?.kind === 'present' ? evidence.run : null
  }

  /** The run, once it is as it should be. */
  async seenWhen(holds: (run: SeenRun) => boolean, jobId = 'job'): Promise<SeenRun> {
    return until(async () => {
      const run = await this.seen(jobId)
      return run !== null && holds(run) ? run : null
    })
  }

  ended(jobId = 'job'): Promise<SeenRun> {
    return this.seenWhen(({ endedAt }) => endedAt !== null, jobId)
  }

  /** Waits for a checkpoint of the run, other than the newest that was known. */
  checkpointed(known: string | null = null): Promise<string> {
    const folder = path.join(this.folder, 'data', 'jobs', 'job', 'checkpoints', 'statement-1', 'checkpoints')
    return until(async () => {
      const newest =
        (await readdir(folder).catch(() => []))
          .filter((name) => !name.startsWith('.'))
          .sort()
          .at(-1) ?? null
      return newest === known ? null : newest
    })
  }

  savepoint(attempt: number, savepointId: string, stops: boolean): Promise<SavepointSight> {
    return until(async () => {
      const sight = await this.host.savepoint('job', attempt, { savepointId, stops })
      return sight.state === 'in-progress' ? null : sight
    })
  }

  /** The process of the newest run. */
  async identity(attempt = 1): Promise<ProcessIdentity> {
    const text = await readFile(path.join(this.folder, 'data', 'jobs', 'job', 'runs', `${attempt}.json`), 'utf8')
    return (JSON.parse(text) as { readonly identity: ProcessIdentity }).identity
  }

  async logTexts(): Promise<string[]> {
    const { lines } = await (await this.host.log('job')).read({ limit: 1000 })
    return lines.map(({ text }) => text).reverse()
  }
}

export function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}

const patienceMs = 60_000

/** What it gives in the end. */
export async function until<T>(look: () => Promise<T | null>): Promise<T> {
  const startMs = systemClock.monotonicMs()
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (systemClock.monotonicMs() - startMs > patienceMs) throw new Error('it did not happen in time')
    await sleep(20)
  }
}
