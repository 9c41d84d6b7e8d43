/** Runs of the command line as processes of their own, in a folder that is gone after the tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBlobs } from '#blobs'

export interface Ended {
  readonly status: number | null
  readonly out: string
  readonly notes: string
}

export interface Started {
  /** What it has printed so far. */
  readonly out: string
  readonly notes: string
  readonly ended: Promise<Ended>
  end(signal: 'SIGKILL' | 'SIGTERM'): void
}

export class Commands {
  readonly folder: string
  /** What processes find in their environment besides that of the test. */
  variables: Readonly<Record<string, string>> = {}
  readonly #started: Started[] = []
  #scripts = 0

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(): Promise<Commands> {
    return new Commands(await mkdtemp(path.join(tmpdir(), 'millrace-commands-')))
  }

  start(words: readonly string[], variables: Readonly<Record<string, string>> = {}): Started {
    // A group of its own, since the launcher may start another Node.
    const child = spawn(path.resolve('bin/millrace'), words, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.folder,
      env: { ...process.env, ...this.variables, ...variables },
    })
    const texts = { out: '', notes: '' }
    child.stdout.on('data', (bytes: Buffer) => {
      texts.out += bytes.toString()
    })
    child.stderr.on('data', (bytes: Buffer) => {
      texts.notes += bytes.toString()
    })
    const ended = new Promise<Ended>((resolve) => child.on('close', (status) => resolve({ status, ...texts })))
    const started = {
      get out() {
        return texts.out
      },
      get notes() {
        return texts.notes
      },
      ended,
      end: (signal: 'SIGKILL' | 'SIGTERM') => endGroup(child, signal),
    }
    this.#started.push(started)
    return started
  }

  async script(text: string): Promise<string> {
    const name = `script-${++this.#scripts}.sql`
    await writeFile(path.join(this.folder, name), text)
    return name
  }

  /** Runs a script to its end. */
  async run(text: string, variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(['run', await this.script(text)], variables).ended
  }

  /** The rows that a script prints, sorted as text. */
  async rows(text: string, variables: Readonly<Record<string, string>> = {}): Promise<unknown[][]> {
    const { status, out, notes } = await this.start(['run', await this.script(text), '--format', 'json'], variables).ended
    if (status !== 0) throw new Error(`the run ended with status ${status}: ${notes}`)
    const lines = out.split('\n').filter((line) => line !== '')
    return lines.sort().map((line) => Object.values(JSON.parse(line) as object))
  }

  /** Runs a durable script again and again; each life is killed so long after its first checkpoint. Returns how many lives there were. */
  async runKilled(text: string, killsAfterMs: readonly number[], words: readonly string[] = []): Promise<number> {
    const script = await this.script(text)
    const state = path.join(this.folder, `state-${this.#scripts}`)
    let lives = 0
    for (;;) {
      const life = this.start(['run', script, '--data-dir', state, '--checkpoint-interval', '100ms', ...words])
      const killAfterMs = killsAfterMs[lives++]
      const over = new AbortController()
      void life.ended.then(() => over.abort())
      if (killAfterMs !== undefined) {
        const before = await newestCheckpoint(state)
        while (!over.signal.aborted && (await newestCheckpoint(state)) === before) await sleep(10)
        await sleep(killAfterMs)
        life.end('SIGKILL')
      }
      const { status, notes } = await life.ended
      if (status === 0) return lives
      if (status !== null && status !== 137) throw new Error(`life ${lives} ended with status ${status}: ${notes}`)
    }
  }

  async close(): Promise<void> {
    for (const started of this.#started) started.end('SIGKILL')
    await Promise.all(this.#started.map(({ ended }) => ended))
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function newestCheckpoint(state: string): Promise<string> {
  return (await openBlobs(`${state}/statement-1`).list('checkpoints/')).at(-1)?.name ?? ''
}

function endGroup(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): void {
  try {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}

/** Numbers from 0 on, as many times a second. */
export function numbers(count: number, perSecond = 10_000_000): string {
  return `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}', 'number-of-rows' = '${count}',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${count - 1}');\n`
}

/** Pauses from a seed, so that every run of a test has the same ones. */
export function seededPauses(seed: number, count: number, msMax: number): number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * msMax)
  })
}
