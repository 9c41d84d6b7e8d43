/**
 * What one worker measures of one operator. The clock is read when work goes from one operator to another, which is once or twice a
 * batch, and never for a row: at each moment the time of a thread belongs to one meter.
 */
import type { Clock } from '#base'
import { watermarkEnd, watermarkNone } from '#data'
import type { KeySampler } from './key-sampler.ts'

/** Whose work a thread does. */
export class Stopwatch {
  readonly #clock: Clock
  /** Takes the time that is no operator's. */
  readonly outside: OperatorMeter
  #current: OperatorMeter
  #sinceMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.outside = new OperatorMeter(this)
    this.#current = this.outside
    this.#sinceMs = clock.monotonicMs()
  }

  get nowMs(): number {
    return this.#clock.monotonicMs()
  }

  /** Lets all time until now count. */
  settle(): void {
    const nowMs = this.#clock.monotonicMs()
    this.#current.busyMs += nowMs - this.#sinceMs
    this.#sinceMs = nowMs
  }

  /** From now on the time is another meter's. Returns whose it was. */
  change(meter: OperatorMeter): OperatorMeter {
    const before = this.#current
    if (before === meter) return before
    const nowMs = this.#clock.monotonicMs()
    before.busyMs += nowMs - this.#sinceMs
    this.#sinceMs = nowMs
    this.#current = meter
    return before
  }
}

export class OperatorMeter {
  readonly #stopwatch: Stopwatch
  busyMs = 0
  backPressuredMs = 0
  rowsIn = 0
  rowsOut = 0
  /** How far each input is, and the least of them as far as it was known before they ended. */
  readonly #inputs: number[] = []
  inputWatermark = watermarkNone
  outputWatermark = watermarkNone
  keys: KeySampler | null = null

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch
  }

  /** The operator begins to work. Returns whose work is interrupted, which begins again when this one is done. */
  begin(): OperatorMeter {
    return this.#stopwatch.change(this)
  }

  /** Adds an input, and returns its place. */
  addInput(): number {
    return this.#inputs.push(watermarkNone) - 1
  }

  advanceInput(place: number, watermarkMs: number): void {
    this.#inputs[place] = watermarkMs
    const least = Math.min(...this.#inputs)
    if (least < watermarkEnd) this.inputWatermark = least
  }

  advanceOutput(watermarkMs: number): void {
    if (watermarkMs < watermarkEnd) this.outputWatermark = watermarkMs
  }
}
