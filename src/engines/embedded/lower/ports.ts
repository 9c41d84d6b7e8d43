/** The joints between operators. */
import { type Batch, numbersIn, selectBatch, type Vector } from '#data'
import { type Operator, type Output, PassingOutput } from '#dataflow'

/** One input of an operator, as an output of the operator before it. */
export class InputPort implements Output {
  readonly #operator: Operator
  readonly #input: number

  constructor(operator: Operator, input = 0) {
    this.#operator = operator
    this.#input = input
  }

  push(batch: Batch): void {
    this.#operator.push(this.#input, batch)
  }

  advance(watermarkMs: number): void {
    this.#operator.advance(this.#input, watermarkMs)
  }

  setIdle(isIdle: boolean): void {
    this.#operator.setIdle?.(this.#input, isIdle)
  }

  finish(): void {
    this.#operator.finish(this.#input)
  }
}

/** Hands everything to several receivers, in the order in which they were added. */
export class Tee implements Output {
  readonly #outputs: Output[] = []

  add(output: Output): void {
    this.#outputs.push(output)
  }

  push(batch: Batch): void {
    for (const output of this.#outputs) output.push(batch)
  }

  advance(watermarkMs: number): void {
    for (const output of this.#outputs) output.advance(watermarkMs)
  }

  setIdle(isIdle: boolean): void {
    for (const output of this.#outputs) output.setIdle?.(isIdle)
  }

  finish(): void {
    for (const output of this.#outputs) output.finish()
  }
}

/** Passes columns on in another order; copies nothing. */
export class Reorder extends PassingOutput {
  readonly #places: readonly number[]

  constructor(places: readonly number[], output: Output) {
    super(output)
    this.#places = places
  }

  push(batch: Batch): void {
    const columns = this.#places.map((place) => batch.columns[place] as Batch['columns'][number])
    this.output.push({ ...batch, columns })
  }
}

/** Passes on the rows with a count above zero in one column. */
export class Counted extends PassingOutput {
  readonly #place: number

  constructor(place: number, output: Output) {
    super(output)
    this.#place = place
  }

  push(batch: Batch): void {
    const counts = numbersIn(batch.columns[this.#place] as Vector)
    const selection = new Int32Array(batch.length)
    let count = 0
    for (let row = 0; row < batch.length; row++) if ((counts[row] as number) > 0) selection[count++] = row
    if (count > 0) this.output.push(count === batch.length ? batch : selectBatch(batch, selection, count))
  }
}
