/**
 * The seam between pages and vectors: a leaf column collects the values of a batch, page by page and without its NULLs, and makes a
 * vector of them. One class per way to pack values; leaf-type.ts chooses.
 */
import type { Nulls, Vector } from '#data'
import type { FileContext } from './errors.ts'
import type { HybridDecoder } from './hybrid.ts'
import type { PageValues } from './page-values.ts'

export interface LeafValues {
  /** Values collected since `clear`. */
  readonly count: number
  /** Makes room for so many values more. */
  reserve(count: number): void
  clear(): void
  /** Reads the dictionary of a column chunk, in place of the one before. */
  setDictionary(values: PageValues, count: number): void
  takeCodes(codes: HybridDecoder, count: number): void
  takeValues(values: PageValues, count: number): void
  /** The values at the rows that are not NULL, in order. Valid until the next call of any kind. */
  vector(rows: number, nulls: Nulls): Vector
}

/** What leaf columns need to know. */
export interface LeafSource {
  readonly context: FileContext
  /** For errors. */
  readonly column: string
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly length: number
}

type Growable = Uint8Array | Int32Array | Float64Array

/** An array of at least `capacity`, with what is in `array`. */
export function grown<Array extends Growable>(array: Array, capacity: number): Array {
  if (array.length >= capacity) return array
  const Same = array.constructor as new (length: number) => Array
  const larger = new Same(Math.max(capacity, array.length * 2))
  larger.set(array)
  return larger
}

/** Moves values that stand close together to the rows that are not NULL, from the last to the first. */
export function spread<Value>(values: { [index: number]: Value }, count: number, rows: number, nulls: Nulls): void {
  if (nulls === null) return
  let from = count - 1
  for (let row = rows - 1; row >= 0 && from < row; row--) {
    if (nulls[row] === 0) values[row] = values[from--] as Value
  }
}

/** Takes codes and checks that the dictionary has them. */
export class CodeReader {
  codes = new Int32Array(0)
  readonly #context: FileContext

  constructor(context: FileContext) {
    this.#context = context
  }

  take(codes: HybridDecoder, count: number, dictionarySize: number): Int32Array {
    this.codes = grown(this.codes, count)
    codes.take(this.codes, 0, count)
    let most = 0
    for (let index = 0; index < count; index++) {
      const code = (this.codes[index] as number) >>> 0
      if (code > most) most = code
    }
    if (count > 0 && most >= dictionarySize) {
      throw this.#context.damaged(`a page uses word ${most} of a dictionary of ${dictionarySize} words`)
    }
    return this.codes
  }
}
