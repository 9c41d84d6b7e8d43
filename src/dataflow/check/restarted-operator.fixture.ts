/**
 * Lets an operator go on in another one of its make: after every call its changed pages are saved, as bytes, and now and then all of them
 * are loaded into a fresh operator, which takes over. Nobody who watches may see a difference.
 *
 * 1. Before each restart the newest version of every page is compared with what the page holds: a change without a mark is noticed.
 *    Every second restart has nothing saved before: pages are frozen, and those that can wait are saved while the old operator takes the
 *    next call as well, unheard.
 * 2. When the output has ended, a last operator starts from what is left, and has nothing more to send.
 */
import { assert } from '#base'
import type { Batch } from '#data'
import type { Operator, OperatorFactory, Output } from '../operator.ts'
import { SavedParts } from './saved-parts.fixture.ts'

/** Whether an operator starts anew after a call. */
export type Restarts = (call: number) => boolean

/** Some four restarts in so many calls, which differ from test to test. */
export function restartsIn(calls: number): Restarts {
  const period = Math.max(3, Math.ceil(calls / 4))
  return (call) => call % period === calls % 3
}

export function restarted(factory: OperatorFactory, restartsAfter: Restarts): OperatorFactory {
  return (output) => new RestartedOperator(factory, new LivesOutput(output), restartsAfter)
}

class RestartedOperator implements Operator {
  readonly #factory: OperatorFactory
  readonly #output: LivesOutput
  readonly #restartsAfter: Restarts
  readonly #marks = new Map<number, number>()
  readonly #ended = new Set<number>()
  #operator: Operator
  #saved: SavedParts
  #calls = 0
  #freezes = false

  constructor(factory: OperatorFactory, output: LivesOutput, restartsAfter: Restarts) {
    this.#factory = factory
    this.#output = output
    this.#restartsAfter = restartsAfter
    this.#operator = factory(output)
    this.#saved = new SavedParts(this.#operator.state ?? [], 1)
  }

  push(...call: Parameters<Operator['push']>): void {
    this.#call((operator) => operator.push(...call))
  }

  advance(input: number, watermarkMs: number): void {
    this.#call(
      (operator) => operator.advance(input, watermarkMs),
      () => this.#marks.set(input, watermarkMs),
    )
  }

  tick(nowMs: number): void {
    this.#call((operator) => operator.tick?.(nowMs))
  }

  finish(input: number): void {
    this.#call(
      (operator) => operator.finish(input),
      () => this.#ended.add(input),
    )
  }

  /** `note` keeps what a fresh operator is told again. */
  #call(call: (operator: Operator) => void, note: () => void = () => undefined): void {
    if (this.#restartsAfter(this.#calls) && !this.#output.hasEnded) this.#restart(call)
    note()
    call(this.#operator)
    this.#calls += 1
    if (!this.#freezes) this.#saved.update()
    if (this.#output.hasEnded) this.#restart(() => undefined)
  }

  #saveFrozen(next: (operator: Operator) => void): void {
    const saveNext = this.#saved.freeze()
    saveNext()
    this.#output.isUnheard = true
    next(this.#operator)
    this.#output.isUnheard = false
    while (saveNext());
  }

  /** Watermarks are announced again first, then the ends of inputs, as a run does it. `next` is what the old operator does unheard. */
  #restart(next: (operator: Operator) => void): void {
    if (this.#freezes) this.#saveFrozen(next)
    else {
      this.#saved.update()
      this.#saved.compare()
    }
    this.#freezes = !this.#freezes
    this.#operator = this.#factory(this.#output)
    this.#saved = this.#saved.loadInto(this.#operator.state ?? [])
    this.#output.isResuming = true
    for (const [input, watermarkMs] of this.#marks) this.#operator.advance(input, watermarkMs)
    for (const input of this.#ended) this.#operator.finish(input)
    this.#output.isResuming = false
  }
}

/** The output of several lives: what a fresh operator says while it is told again what was known already is not heard twice. */
class LivesOutput implements Output {
  readonly #output: Output
  #watermarkMs = Number.NEGATIVE_INFINITY
  isResuming = false
  isUnheard = false
  hasEnded = false

  constructor(output: Output) {
    this.#output = output
  }

  push(batch: Batch): void {
    if (this.isUnheard) return
    assert(!this.isResuming, 'an operator sends no rows when it is told again what was known already')
    if (batch.watermarks !== null) this.#watermarkMs = Math.max(this.#watermarkMs, batch.watermarks[batch.length - 1] as number)
    this.#output.push(batch)
  }

  advance(watermarkMs: number): void {
    if (this.isUnheard || (this.isResuming && (watermarkMs <= this.#watermarkMs || this.hasEnded))) return
    this.#watermarkMs = watermarkMs
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    if (this.isUnheard || (this.isResuming && this.hasEnded)) return
    this.hasEnded = true
    this.#output.finish()
  }
}
