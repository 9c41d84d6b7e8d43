/**
 * The calls of users' asynchronous functions during a run: how often they are tried, how long they are waited for, and what went wrong.
 * The loop of the run asks it to send what has been answered, and waits while it is full.
 */
import { type Clock, counted, MillraceError, parseDurationMs, printDuration } from '#base'
import type { AsyncCalls } from '#dataflow'
import type { Origin } from '#plan'
import type { RunSettings } from '../../engine.ts'
import { embeddedErrors } from '../errors.ts'
import type { AsyncFunction } from '../functions/evaluation.ts'
import { pauseUntil } from './lookup-retry.ts'
import type { OutsideTask } from './outside-task.ts'

/** How rows are asked for their values: `table.exec.async-scalar.*`. */
export interface AsyncLimits {
  /** Rows under way at a time. */
  readonly capacity: number
  /** For how long a call is waited for, with all its attempts. */
  readonly timeoutMs: number
  readonly attemptsMax: number
  readonly retryDelayMs: number
}

export function asyncLimitsOf(settings: RunSettings): AsyncLimits {
  const setting = (name: string): string => settings[`table.exec.async-scalar.${name}`] ?? ''
  const tries = setting('retry-strategy').toLowerCase() !== 'no_retry'
  return {
    capacity: Number(setting('max-concurrent-operations') || 10),
    timeoutMs: parseDurationMs(setting('timeout')) ?? 180_000,
    attemptsMax: tries ? Number(setting('max-attempts') || 3) : 1,
    retryDelayMs: parseDurationMs(setting('retry-delay')) ?? 100,
  }
}

interface Called {
  readonly name: string
  readonly origin: Origin | undefined
  readonly sinceMs: number
}

export class AsyncTask implements OutsideTask {
  readonly #limits: AsyncLimits
  readonly #clock: Clock
  readonly #abort = new AbortController()
  /** Oldest first. */
  readonly #called = new Set<Called>()
  #operator: AsyncCalls | null = null
  wake: () => void = () => undefined

  constructor(limits: AsyncLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** The operator whose rows make the calls. */
  serve(operator: AsyncCalls): void {
    this.#operator = operator
  }

  /** A function that is tried as often as it takes, and fails as one that names itself and its row. */
  caller(run: AsyncFunction['later'], name: string, origin: Origin | undefined) {
    return async (values: readonly unknown[], row: number): Promise<unknown> => {
      const called: Called = { name, origin, sinceMs: this.#clock.monotonicMs() }
      this.#called.add(called)
      try {
        return await this.#attempt(run, values, row, called)
      } finally {
        this.#called.delete(called)
      }
    }
  }

  async #attempt(run: AsyncFunction['later'], values: readonly unknown[], row: number, { name, origin }: Called): Promise<unknown> {
    const { attemptsMax, retryDelayMs } = this.#limits
    for (let attempt = 1; ; attempt++) {
      try {
        return await run(...(values as never[]))
      } catch (error) {
        const position = positionOf(origin)
        if (error instanceof MillraceError && error.blame === 'user') throw error.position === undefined ? error.with({ position }) : error
        if (attempt >= attemptsMax || this.#abort.signal.aborted) {
          const problem = (error instanceof Error ? error.message : String(error)).slice(0, 60)
          const detail = `It was called for row ${row} of its input, and tried ${counted(attempt, 'time')}.`
          throw embeddedErrors.ENGINE_FUNCTION_THREW({ name, problem }, { position, detail, cause: error })
        }
        await pauseUntil(this.#clock.monotonicMs() + retryDelayMs, this.#clock, this.#abort.signal)
      }
    }
  }

  open(): Promise<void> {
    return Promise.resolve()
  }

  get isFull(): boolean {
    return this.#operator?.isFull === true
  }

  get rows(): number {
    return this.#operator?.waitingRows ?? 0
  }

  get isIdle(): boolean {
    return this.#operator?.isIdle !== false
  }

  /** Sends on the rows that have their values; throws when a call failed, or has been waited for too long. */
  sendAnswered(): void {
    this.#operator?.sendAnswered()
    const [oldest] = this.#called
    const { timeoutMs } = this.#limits
    if (oldest === undefined || this.#clock.monotonicMs() - oldest.sinceMs <= timeoutMs) return
    const { name, origin } = oldest
    throw embeddedErrors.ENGINE_FUNCTION_LATE({ name, limit: printDuration(timeoutMs) }, { position: positionOf(origin) })
  }

  tick(): void {}

  close(): Promise<void> {
    this.#abort.abort()
    return Promise.resolve()
  }
}

function positionOf(origin: Origin | undefined) {
  return origin && { start: 0, end: 0, ...origin }
}
