/** Runs an operator over prepared steps, under all checks. */
import { expect } from 'vitest'
import { batchOf } from '#data'
import type { Operator, OperatorFactory } from '../operator.ts'
import { Changelog } from './changelog.fixture.ts'
import { checked, type OperatorContract } from './checked-operator.fixture.ts'
import { type Restarts, restarted, restartsIn } from './restarted-operator.fixture.ts'
import { varyForms } from './vary-forms.fixture.ts'

export type Step =
  | {
      readonly input?: number
      readonly rows: readonly (readonly unknown[])[]
      /** Change kinds of the rows; all inserts when left out. */
      readonly kinds?: readonly number[]
      /** Watermarks in force before each row. */
      readonly watermarks?: readonly number[]
    }
  | { readonly input?: number; readonly watermarkMs: number }
  | { readonly input?: number; readonly end: true }

/**
 * Takes the steps in order, ends inputs that no step ended, and returns all that was sent. Vectors come in changing forms. An operator
 * with state does all of it twice, and starts anew from saved state now and then the first time.
 */
export function runOperator(contract: OperatorContract, factory: OperatorFactory, steps: readonly Step[]): Changelog {
  const resumed = hasState(factory, contract) ? runOnce(contract, factory, steps, restartsIn(steps.length)) : null
  const straight = runOnce(contract, factory, steps, null)
  if (resumed !== null) expect(resumed.text).toBe(straight.text)
  return straight.changelog
}

function hasState(factory: OperatorFactory, { output }: OperatorContract): boolean {
  return factory(new Changelog(output)).state !== undefined
}

/** What an operator gave. */
interface Run {
  readonly changelog: Changelog
  /** All that was sent, with the watermark in force before each row, and how many late rows were counted: compared fast, as one text. */
  readonly text: string
}

function runOnce(contract: OperatorContract, factory: OperatorFactory, steps: readonly Step[], restartsAfter: Restarts | null): Run {
  let newest: Operator | undefined
  const noted: OperatorFactory = (output) => {
    newest = factory(output)
    return newest
  }
  const changelog = new Changelog(contract.output)
  takeSteps(contract, checked(contract, restartsAfter === null ? noted : restarted(noted, restartsAfter))(changelog), steps)
  const lateRows = newest !== undefined && 'lateRows' in newest ? String(newest.lateRows) : 'no'
  const marks = changelog.changes.map(({ watermarkMs }) => watermarkMs).join()
  return { changelog, text: `${changelog.lines.join('\n')}\nunder ${marks}\n${lateRows} late rows` }
}

function takeSteps(contract: OperatorContract, operator: Operator, steps: readonly Step[]): void {
  const ended = new Set<number>()
  for (const [turn, step] of steps.entries()) {
    const input = step.input ?? 0
    if ('end' in step) {
      ended.add(input)
      operator.finish(input)
    } else if ('watermarkMs' in step) operator.advance(input, step.watermarkMs)
    else if (step.rows.length > 0) {
      const schema = contract.inputs[input] ?? []
      const batch = varyForms(batchOf(schema, step.rows, step.kinds), schema, turn)
      operator.push(input, step.watermarks === undefined ? batch : { ...batch, watermarks: Float64Array.from(step.watermarks) })
    }
  }
  for (const input of contract.inputs.keys()) if (!ended.has(input)) operator.finish(input)
}
