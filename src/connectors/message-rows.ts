/** Rows of messages while they are put together: those of keys and those of values, by the places of their messages. */
import { type Batch, changeDelete, type DataType, numberVector, selectBatch, selectRows, type Vector, vectorOf } from '#data'
import type { MessageFault } from '#formats'

/** Decoded rows of keys or values: of messages from `from` to before `end`. */
export interface Decoded {
  readonly batch: Batch
  readonly places: Int32Array
  readonly faults: readonly MessageFault[]
  readonly from: number
  readonly end: number
}

export interface PlacedRows {
  readonly length: number
  readonly columns: readonly Vector[]
  readonly places: Int32Array
  readonly kinds: Uint8Array | null
}

/** For each message from some place on: the row of its key, −1 where there is none. */
export interface KeyRows {
  readonly rows: Int32Array
  /** Whether the rows are those of the messages, one each. */
  readonly isEach: boolean
}

export function keyRowsOf({ batch, places }: Decoded, from: number, end: number): KeyRows {
  const rows = new Int32Array(end - from).fill(-1)
  let isEach = true
  for (let row = 0; row < batch.length; row++) {
    const message = (places[row] as number) - from
    if (message < 0) continue
    if (message >= rows.length) break
    rows[message] = row
    isEach &&= message === row
  }
  return { rows, isEach: isEach && batch.length >= rows.length }
}

/** The column of a key for each row, by its message; NULL where the message has no key. */
export function keyColumn(vector: Vector, type: DataType, { rows, isEach }: KeyRows, placed: PlacedRows, from: number): Vector {
  const { places, length } = placed
  const selection = new Int32Array(length)
  let isSame = isEach
  let missing = false
  for (let row = 0; row < length; row++) {
    const at = rows[(places[row] as number) - from] as number
    isSame &&= at === row
    missing ||= at < 0
    selection[row] = Math.max(0, at)
  }
  if (isSame) return vector
  if (!missing) return selectRows(vector, selection, length)
  const selected = rows.every((row) => row < 0) ? nullVector(type, length) : selectRows(vector, selection, length)
  const nulls = selected.nulls?.slice(0, length) ?? new Uint8Array(length)
  for (let row = 0; row < length; row++) if ((rows[(places[row] as number) - from] as number) < 0) nulls[row] = 1
  return { ...selected, nulls }
}

function nullVector(type: DataType, length: number): Vector {
  return vectorOf(
    type,
    Array.from({ length }, () => null),
  )
}

export function withoutFaulty({ batch, places }: Decoded, faulty: ReadonlySet<number>): PlacedRows {
  const whole = { length: batch.length, columns: batch.columns, places, kinds: batch.kinds }
  if (faulty.size === 0) return whole
  const selection = new Int32Array(batch.length)
  let length = 0
  for (let row = 0; row < batch.length; row++) if (!faulty.has(places[row] as number)) selection[length++] = row
  if (length === batch.length) return whole
  const { columns, kinds } = selectBatch(batch, selection, length)
  return { length, columns, places: Int32Array.from(selection.subarray(0, length), (row) => places[row] as number), kinds }
}

/** A vector that nobody else has, with NULL in the rows that are deletes. */
export function withNulls(vector: Vector, kinds: Uint8Array, length: number): Vector {
  const nulls = vector.nulls ?? new Uint8Array(length)
  let any = vector.nulls !== null
  for (let row = 0; row < length; row++) {
    if (kinds[row] !== changeDelete) continue
    nulls[row] = 1
    any = true
  }
  return { ...vector, nulls: any ? nulls : null }
}

/** A metadata column of numbers, by the places of messages. */
export function numberColumn(type: DataType, numbers: ArrayLike<number>, places: Int32Array, length: number): Vector {
  return numberVector(type, length, (row) => numbers[places[row] as number] as number)
}
