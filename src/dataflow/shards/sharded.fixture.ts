/** Operators with little memory for their state, and a file that is no file. */
import { systemClock } from '#base'
import type { Batch } from '#data'
import type { Operator, OperatorFactory } from '../operator.ts'
import type { StatePart } from '../state/state-part.ts'
import { type KeyedInput, Sharded } from './sharded.ts'
import type { SpillFile } from './spill-space.ts'
import { StateBudget } from './state-budget.ts'

/** Grows by itself, and remembers how long it ever was. */
export class BytesFile implements SpillFile {
  #bytes = new Uint8Array(1024)
  length = 0

  write(at: number, bytes: Uint8Array): void {
    this.length = Math.max(this.length, at + bytes.length)
    if (this.length > this.#bytes.length) {
      const longer = new Uint8Array(this.length * 2)
      longer.set(this.#bytes)
      this.#bytes = longer
    }
    this.#bytes.set(bytes, at)
  }

  read(at: number, bytes: Uint8Array): void {
    bytes.set(this.#bytes.subarray(at, at + bytes.length))
  }
}

export interface SmallMemory {
  readonly inputs: readonly KeyedInput[]
  readonly limitBytes: number
  /** Whether shards have what waits for them after a call. They have when all inputs have ended. */
  readonly catchesUp: (call: number) => boolean
  /** Bytes of entries that are about to be loaded; left out: nobody knows. */
  readonly expectedBytes?: number
  /** Is told of each operator made. */
  readonly made?: (operator: Sharded, file: BytesFile) => void
}

export function inSmallMemory(
  create: OperatorFactory,
  { inputs, limitBytes, catchesUp, expectedBytes = 0, made }: SmallMemory,
): OperatorFactory {
  return (output) => {
    const file = new BytesFile()
    const budget = new StateBudget(limitBytes, file, systemClock, () => undefined)
    const operator = new Sharded(create, inputs, output, 0, budget)
    made?.(operator, file)
    budget.expect(expectedBytes)
    return new CaughtUp(operator, budget, catchesUp, inputs.length)
  }
}

class CaughtUp implements Operator {
  readonly state: readonly StatePart[]
  readonly #operator: Sharded
  readonly #budget: StateBudget
  readonly #catchesUp: (call: number) => boolean
  #open: number
  #calls = 0

  constructor(operator: Sharded, budget: StateBudget, catchesUp: (call: number) => boolean, inputs: number) {
    this.state = operator.state
    this.#operator = operator
    this.#budget = budget
    this.#catchesUp = catchesUp
    this.#open = inputs
  }

  push(input: number, batch: Batch): void {
    this.#operator.push(input, batch)
    this.#catchUp()
  }

  advance(input: number, watermarkMs: number): void {
    this.#operator.advance(input, watermarkMs)
    this.#catchUp()
  }

  finish(input: number): void {
    this.#operator.finish(input)
    this.#open -= 1
    this.#catchUp()
  }

  #catchUp(): void {
    if (this.#open > 0 && !this.#catchesUp(this.#calls++)) return
    while (this.#budget.catchUp(Number.POSITIVE_INFINITY));
  }
}
