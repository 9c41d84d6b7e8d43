/**
 * What must hold of every operator, checked from outside, so that no operator checks itself. Wrap the factory of an operator in a test.
 *
 * 1. Each batch has the columns of its schema, in forms that their types allow, with arrays long enough, and 1 to 4,096 rows.
 * 2. Watermarks never go back, neither between batches nor within one.
 * 3. No row is taken away that is not there; in a stream by key, no key is.
 * 4. Each side finishes once, and nothing follows.
 * 5. A batch is not read after the call that handed it over: it is overwritten then.
 */
import { assert } from '#base'
import {
  type Batch,
  batchRows,
  changeDelete,
  changeInsert,
  changeUpdateBefore,
  type DataType,
  familyOf,
  isExactInteger,
  plainFormOf,
  rowAt,
  type Schema,
  type Vector,
  watermarkNone,
} from '#data'
import type { Operator, OperatorFactory, Output } from '../operator.ts'
import type { StatePart } from '../state/state-part.ts'
import { printValues } from './print-rows.fixture.ts'

export interface OperatorContract {
  readonly inputs: readonly Schema[]
  readonly output: Schema
  /** The output only inserts. */
  readonly appends?: boolean
  /** Places of the key columns when the output leaves out −U, so that a key is there or not, whatever its row. */
  readonly key?: readonly number[]
}

export function checked(contract: OperatorContract, factory: OperatorFactory): OperatorFactory {
  return (output) => {
    const receiver = new CheckedOutput(contract, output)
    return new CheckedOperator(contract, factory(receiver), receiver)
  }
}

class CheckedOperator implements Operator {
  readonly state?: readonly StatePart[]
  readonly #inputs: readonly StreamCheck[]
  readonly #operator: Operator
  readonly #receiver: CheckedOutput

  constructor(contract: OperatorContract, operator: Operator, receiver: CheckedOutput) {
    this.#inputs = contract.inputs.map((schema, index) => new StreamCheck(`input ${index}`, schema, false, null))
    this.#operator = operator
    this.#receiver = receiver
    if (operator.state !== undefined) this.state = operator.state
  }

  push(input: number, batch: Batch): void {
    this.#check(input).batch(batch)
    this.#operator.push(input, batch)
    overwrite(batch)
  }

  advance(input: number, watermarkMs: number): void {
    this.#check(input).watermark(watermarkMs)
    this.#operator.advance(input, watermarkMs)
  }

  setIdle(input: number, isIdle: boolean): void {
    this.#operator.setIdle?.(input, isIdle)
  }

  finish(input: number): void {
    this.#check(input).finish()
    this.#operator.finish(input)
    const allFinished = this.#inputs.every((check) => check.isFinished)
    assert(this.#receiver.isFinished === allFinished, 'the output finishes with the last input')
  }

  #check(input: number): StreamCheck {
    const check = this.#inputs[input]
    assert(check !== undefined, `input ${input} exists`)
    return check
  }
}

class CheckedOutput implements Output {
  readonly #check: StreamCheck
  readonly #output: Output

  constructor(contract: OperatorContract, output: Output) {
    this.#check = new StreamCheck('output', contract.output, contract.appends ?? false, contract.key ?? null)
    this.#output = output
  }

  get isFinished(): boolean {
    return this.#check.isFinished
  }

  push(batch: Batch): void {
    this.#check.batch(batch)
    this.#output.push(batch)
  }

  advance(watermarkMs: number): void {
    this.#check.watermark(watermarkMs)
    this.#output.advance(watermarkMs)
  }

  setIdle(isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#check.finish()
    this.#output.finish()
  }
}

class StreamCheck {
  isFinished = false
  readonly #name: string
  readonly #schema: Schema
  readonly #appends: boolean
  readonly #key: readonly number[] | null
  readonly #weights = new Map<string, number>()
  #watermarkMs = watermarkNone

  constructor(name: string, schema: Schema, appends: boolean, key: readonly number[] | null) {
    this.#name = name
    this.#schema = schema
    this.#appends = appends
    this.#key = key
  }

  batch(batch: Batch): void {
    assert(!this.isFinished, `${this.#name}: no batch follows the end`)
    assert(batch.length > 0 && batch.length <= batchRows, `${this.#name}: a batch has 1 to ${batchRows} rows, got ${batch.length}`)
    assert(
      batch.columns.length === this.#schema.length,
      `${this.#name}: expected ${this.#schema.length} columns, got ${batch.columns.length}`,
    )
    for (const [index, column] of this.#schema.entries()) {
      checkVector(`${this.#name}, column ${column.name}`, batch.columns[index] as Vector, column.type, batch.length)
    }
    this.#checkWatermarks(batch)
    for (let row = 0; row < batch.length; row++) this.#weigh(batch, row)
  }

  watermark(watermarkMs: number): void {
    assert(!this.isFinished, `${this.#name}: no watermark follows the end`)
    assert(watermarkMs >= this.#watermarkMs, `${this.#name}: watermark goes back from ${this.#watermarkMs} to ${watermarkMs}`)
    this.#watermarkMs = watermarkMs
  }

  finish(): void {
    assert(!this.isFinished, `${this.#name}: finishes once`)
    this.isFinished = true
  }

  #checkWatermarks({ watermarks, length }: Batch): void {
    if (watermarks === null) return
    assert(watermarks.length >= length, `${this.#name}: a watermark for each row`)
    for (let row = 0; row < length; row++) this.watermark(watermarks[row] as number)
  }

  #weigh(batch: Batch, row: number): void {
    const change = batch.kinds === null ? changeInsert : (batch.kinds[row] as number)
    assert(change >= changeInsert && change <= changeDelete, `${this.#name}: ${change} is a kind of change`)
    assert(!this.#appends || change === changeInsert, `${this.#name}: only inserts, got change ${change}`)
    const values = rowAt(batch, this.#schema, row)
    const key = this.#key
    const text = printValues(key === null ? values : key.map((column) => values[column]))
    const taken = change === changeUpdateBefore || change === changeDelete
    if (key !== null && change === changeUpdateBefore) return
    const before = this.#weights.get(text) ?? 0
    assert(!taken || before > 0, `${this.#name}: change ${change} takes ${text} away, which is not there`)
    if (key !== null) this.#weights.set(text, taken ? 0 : 1)
    else if (taken && before === 1) this.#weights.delete(text)
    else this.#weights.set(text, before + (taken ? -1 : 1))
  }
}

function checkVector(name: string, vector: Vector, type: DataType, rows: number): void {
  assert(formsOf(type).includes(vector.form), `${name}: form ${vector.form} does not hold ${type.kind}`)
  assert(vector.nulls === null || vector.nulls.length >= rows, `${name}: ${rows} flags for NULL`)
  const arrays = vector.form === 'dictionary' ? [vector.codes] : vector.form === 'bytes' ? [vector.starts, vector.ends] : [vector.data]
  for (const array of arrays) assert(array.length >= rows, `${name}: ${rows} values, got ${array.length}`)
  for (let row = 0; row < rows; row++) {
    if (vector.nulls !== null && vector.nulls[row] === 1) continue
    if (vector.form === 'text') assert(typeof vector.data[row] === 'string', `${name}: a text is a string`)
    if (vector.form === 'wide') assert(typeof vector.data[row] === 'bigint', `${name}: a wide value is a bigint`)
    if (vector.form === 'values') assert((vector.data[row] ?? null) !== null, `${name}: NULL is flagged`)
    if (vector.form === 'dictionary') assert(vector.words[vector.codes[row] as number] !== undefined, `${name}: a code has its word`)
    if (vector.form === 'numbers' && isExactInteger(type)) assert(Number.isSafeInteger(vector.data[row]), `${name}: a narrow value is safe`)
  }
}

function formsOf(type: DataType): readonly Vector['form'][] {
  const form = plainFormOf(type)
  if (form === 'text') return ['text', 'bytes', 'dictionary']
  if (form === 'numbers' && isExactInteger(type)) return ['numbers', 'wide']
  return familyOf(type) === 'bytes' ? ['values', 'bytes'] : [form]
}

/** Makes whoever still holds the batch read nonsense. Words of a dictionary stay: they are shared by design. */
function overwrite(batch: Batch): void {
  batch.kinds?.fill(changeDelete)
  batch.watermarks?.fill(Number.NaN)
  for (const vector of batch.columns) {
    vector.nulls?.fill(1)
    if (vector.form === 'dictionary') vector.codes.fill(0)
    else if (vector.form === 'wide') (vector.data as bigint[]).fill(-99n)
    else if (vector.form === 'text') (vector.data as string[]).fill('overwritten')
    else if (vector.form === 'values') (vector.data as unknown[]).fill('overwritten')
    else vector.data.fill(99)
  }
}
