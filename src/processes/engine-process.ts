/**
 * One process of the embedded engine, as its server sees it: orders go in, answers and printed lines come out, and it is known why it
 * ended. Who wants it to end asks; what does not listen is asked by the system, and ended by force after that.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Clock, Failure } from '#base'
import type { ProcessIdentity } from '#blobs'
import { processErrors } from './errors.ts'
import { exitReason, type ProcessExit } from './exit-reason.ts'
import { type MemoryLimits, watchMemory } from './memory-limits.ts'
import { OutputLines } from './output-lines.ts'
import type { Answer, Order } from './protocol.ts'
import { readAnswer } from './read-answer.ts'

export interface ProcessShape {
  /** The file that processes start with: it calls `followOrders`. */
  readonly entry: URL
  readonly memory: MemoryLimits
  readonly clock: Clock
  /** Variables of its environment. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

export interface ProcessListener {
  answered(answer: Answer): void
  /** `output` and `errors` were printed; `note` is about them. */
  printed(from: 'output' | 'errors' | 'note', line: string): void
}

export interface ProcessEnd {
  /** Epoch milliseconds. */
  readonly endedAt: number
  /** Why; null where it left as it should. */
  readonly reason: Failure | null
}

/** How long each step towards an end may take. */
export interface EndPatience {
  /** After it was asked. */
  readonly askedMs: number
  /** After SIGTERM, which asks again. */
  readonly terminatedMs: number
}

/** For what was printed before its end. */
const outputMsMax = 1000
const readyMsMax = 60_000
const lastErrorsMax = 8192
const bytesPerMb = 1_048_576

export class EngineProcess {
  readonly #child: ChildProcess
  readonly #shape: ProcessShape
  readonly #ended = Promise.withResolvers<ProcessEnd>()
  readonly #ready = Promise.withResolvers<ProcessIdentity>()
  readonly #watching = new AbortController()
  #listener: ProcessListener
  #lastErrors = ''
  #forced: ProcessExit['forced'] = null
  #broken: Failure | null = null
  #hasEnded = false

  constructor(shape: ProcessShape, listener: ProcessListener) {
    this.#shape = shape
    this.#listener = listener
    this.#ready.promise.catch(() => undefined)
    this.#child = spawn(process.execPath, [...flagsOf(shape), fileURLToPath(shape.entry)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: environmentOf(shape),
    })
    this.#listen()
    void watchMemory(this.pid, shape.memory.totalBytes, () => this.#force('memory'), this.#watching.signal)
    setTimeout(() => this.#giveUpStart(), readyMsMax).unref()
  }

  /** 0 where it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Resolves when it takes orders, with what it is known by; fails where it ends before. */
  get ready(): Promise<ProcessIdentity> {
    return this.#ready.promise
  }

  /** Resolves when it has ended and all that it printed is there; never fails. */
  get ended(): Promise<ProcessEnd> {
    return this.#ended.promise
  }

  /** Who is told from now on. */
  listenWith(listener: ProcessListener): void {
    this.#listener = listener
  }

  /** What it was ordered after its end goes nowhere. */
  send(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }

  /** Ends it; `order` asks it, and without one its channel is closed. */
  end(order: Order | null, patience: EndPatience): Promise<ProcessEnd> {
    if (order !== null) this.send(order)
    else if (this.#child.connected) this.#child.disconnect()
    return this.#insist(patience)
  }

  async #insist({ askedMs, terminatedMs }: EndPatience): Promise<ProcessEnd> {
    await this.#endsWithin(askedMs)
    if (!this.#hasEnded) this.#child.kill('SIGTERM')
    await this.#endsWithin(terminatedMs)
    if (!this.#hasEnded) this.#force('stuck')
    return this.ended
  }

  async #endsWithin(ms: number): Promise<void> {
    const over = new AbortController()
    await Promise.race([this.ended, sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)])
    over.abort()
  }

  /** Ends it at once. */
  kill(why: 'stuck' | 'protocol' = 'stuck'): Promise<ProcessEnd> {
    this.#force(why)
    return this.ended
  }

  #force(why: NonNullable<ProcessExit['forced']>): void {
    if (this.#hasEnded) return
    this.#forced ??= why
    this.#child.kill('SIGKILL')
  }

  #giveUpStart(): void {
    this.#ready.reject(processErrors.PROCESSES_READY_LATE({ seconds: readyMsMax / 1000 }))
  }

  #listen(): void {
    const child = this.#child
    child.on('message', (message) => this.#take(message))
    child.on('error', (cause) => {
      this.#ready.reject(processErrors.PROCESSES_START_FAILED({}, { detail: `${cause.message}.`, cause }))
      // One that was never there will not tell of its end.
      if (child.pid === undefined) this.#settle(null, null)
    })
    const printed = Promise.all([this.#read('output', child.stdout), this.#read('errors', child.stderr)])
    child.on('exit', (code, signal) => {
      // What it started itself may hold its output open for as long as it likes.
      const patience = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
      }, outputMsMax)
      void printed.then(() => {
        clearTimeout(patience)
        this.#settle(code, signal)
      })
    })
  }

  /** Resolves when nothing more can be read. */
  #read(from: 'output' | 'errors', stream: Readable | null): Promise<void> {
    const lines = new OutputLines(
      this.#shape.clock,
      (line) => this.#listener.printed(from, line),
      (note) => this.#listener.printed('note', note),
    )
    stream?.on('data', (bytes: Buffer) => {
      if (from === 'errors') this.#lastErrors = (this.#lastErrors + bytes.toString('latin1')).slice(-lastErrorsMax)
      lines.add(bytes)
    })
    stream?.on('error', () => undefined)
    return new Promise((resolve) => {
      stream?.on('close', () => {
        lines.end()
        resolve()
      })
    })
  }

  #take(message: unknown): void {
    const answer = readAnswer(message)
    if (answer?.kind === 'broken') this.#broken = answer.failure
    if (answer === null) this.#force('protocol')
    else if (answer.kind === 'ready') this.#ready.resolve(answer.identity)
    else this.#listener.answered(answer)
  }

  #settle(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#watching.abort()
    const { clock, memory } = this.#shape
    const reason = exitReason({
      code,
      signal,
      lastErrors: this.#lastErrors,
      forced: this.#forced,
      broken: this.#broken,
      memoryBytes: this.#forced === 'memory' ? memory.totalBytes : memory.heapBytes,
    })
    this.#ready.reject(processErrors.PROCESSES_START_FAILED({}, { detail: reason === null ? undefined : `It said: ${reason.message}.` }))
    this.#ended.resolve({ endedAt: clock.nowMs(), reason })
  }
}

/** What bin/millrace gives to its own process, and how much memory there is. A build needs nothing to be found. */
function flagsOf({ entry, memory }: ProcessShape): string[] {
  const ofSources = path.extname(entry.pathname) === '.ts' ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : []
  return [...ofSources, '--max-semi-space-size=8', `--max-old-space-size=${Math.floor(memory.heapBytes / bytesPerMb)}`]
}

/** Code that is kept compiled is where this process has it, so that processes start fast. */
function environmentOf({ variables }: ProcessShape): NodeJS.ProcessEnv {
  const own = getCompileCacheDir()
  const cache = variables['NODE_COMPILE_CACHE'] ?? (own === undefined ? undefined : path.dirname(own))
  const { NODE_CHANNEL_FD: _, ...given } = variables
  return { ...given, ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) }
}
