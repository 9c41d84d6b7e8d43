/** Runs an operator over prepared steps, under all checks. */
import { batchOf } from '#data'
import type { OperatorFactory } from '../operator.ts'
import { Changelog } from './changelog.fixture.ts'
import { checked, type OperatorContract } from './checked-operator.fixture.ts'
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

/** Takes the steps in order, ends inputs that no step ended, and returns all that was sent. Vectors come in changing forms. */
export function runOperator(contract: OperatorContract, factory: OperatorFactory, steps: readonly Step[]): Changelog {
  const changelog = new Changelog(contract.output)
  const operator = checked(contract, factory)(changelog)
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
  return changelog
}
