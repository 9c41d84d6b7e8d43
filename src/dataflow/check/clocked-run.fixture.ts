/** Runs an operator that goes by the clock, with a clock that the test sets. */
import { expect } from 'vitest'
import type { Clock } from '#base'
import { batchOf, type Schema } from '#data'
import type { Operator, OperatorFactory, Output } from '../operator.ts'
import type { Retention } from '../state/expiry.ts'
import { Changelog } from './changelog.fixture.ts'
import { type Restarts, restarted, restartsIn } from './restarted-operator.fixture.ts'
import { varyForms } from './vary-forms.fixture.ts'

export class FakeClock implements Clock {
  #nowMs = 0
  /** How often it was looked at. */
  readings = 0

  nowMs(): number {
    this.readings += 1
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  set(nowMs: number): void {
    this.#nowMs = nowMs
  }
}

/** What happens at an instant: rows on an input, a watermark, or only a tick of the clock. */
export interface ClockedStep {
  readonly atMs: number
  readonly input?: number
  readonly rows?: readonly (readonly unknown[])[]
  readonly kinds?: readonly number[]
  readonly watermarkMs?: number
}

export interface ClockedRun {
  readonly inputs: readonly Schema[]
  readonly output: Schema
  /** Slots looked through for each row; by default as many as ever. */
  readonly sweptPerRow?: number
  /** Makes the operator; `retentionOf` gives a retention by the clock of the run. */
  create(output: Output, retentionOf: (ttlMs: number) => Retention): Operator
}

/** The lines of the changelog that each step gave. An operator with state starts anew from saved state now and then, another time. */
export function runClocked<T extends ClockedRun>(run: T, steps: readonly ClockedStep[]): string[][] {
  const resumed = hasState(run) ? takeSteps(run, steps, restartsIn(steps.length)) : null
  const straight = takeSteps(run, steps, null)
  if (resumed !== null) expect(resumed).toEqual(straight)
  return straight
}

function hasState(run: ClockedRun): boolean {
  return run.create(new Changelog(run.output), (ttlMs) => ({ ttlMs, clock: new FakeClock() })).state !== undefined
}

function takeSteps(run: ClockedRun, steps: readonly ClockedStep[], restartsAfter: Restarts | null): string[][] {
  const clock = new FakeClock()
  const changelog = new Changelog(run.output)
  const tuning = run.sweptPerRow === undefined ? {} : { sweptPerRow: run.sweptPerRow }
  const factory: OperatorFactory = (output) => run.create(output, (ttlMs) => ({ ttlMs, clock, ...tuning }))
  const operator = (restartsAfter === null ? factory : restarted(factory, restartsAfter))(changelog)
  return steps.map(({ atMs, input = 0, rows, kinds, watermarkMs }, turn) => {
    clock.set(atMs)
    const from = changelog.lines.length
    const schema = run.inputs[input] ?? []
    if (rows !== undefined) operator.push(input, varyForms(batchOf(schema, rows, kinds), schema, turn))
    if (watermarkMs !== undefined) operator.advance(input, watermarkMs)
    if (rows === undefined && watermarkMs === undefined) operator.tick?.(atMs)
    return changelog.lines.slice(from)
  })
}
