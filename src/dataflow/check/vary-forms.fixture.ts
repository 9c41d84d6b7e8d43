/** Gives the columns of a batch other forms that hold the same values, as different sources would. */
import { type Batch, familyOf, isExactInteger, type Schema, type Vector, valueAt } from '#data'

const utf8 = new TextEncoder()

/** The same batch; `turn` chooses among the forms. Texts share one list of words a schema, as a reader's batches do. */
export function varyForms(batch: Batch, schema: Schema, turn: number): Batch {
  const columns = batch.columns.map((vector, index) => {
    const type = schema[index]?.type
    if (type === undefined) return vector
    const values = Array.from({ length: batch.length }, (_, row) => valueAt(vector, row, type))
    const choice = (turn + index) % 4
    if (familyOf(type) === 'text' && choice === 1) return bytesOf(values)
    if (familyOf(type) === 'text' && choice === 2) return codesOf(values, wordsOf(schema))
    if (isExactInteger(type) && choice % 2 === 1) return wideOf(values)
    return vector
  })
  return { ...batch, columns }
}

function nullsOf(values: readonly unknown[]): Uint8Array {
  return Uint8Array.from(values, (value) => (value === null ? 1 : 0))
}

/** Texts as a reader finds them: stretches of a buffer. */
export function bytesOf(values: readonly unknown[]): Vector {
  const parts = values.map((value) => utf8.encode(typeof value === 'string' ? value : 'junk'))
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 3))
  const starts = new Int32Array(values.length)
  const ends = new Int32Array(values.length)
  let at = 3
  for (const [i, part] of parts.entries()) {
    data.set(part, at)
    starts[i] = at
    at += part.length
    ends[i] = at
  }
  return { form: 'bytes', data, starts, ends, nulls: nullsOf(values) }
}

/** A list of words and the place of each. */
interface Words {
  readonly list: string[]
  readonly places: Map<string, number>
}

const wordsBySchema = new WeakMap<Schema, Words>()

function wordsOf(schema: Schema): Words {
  const words = wordsBySchema.get(schema) ?? { list: [''], places: new Map([['', 0]]) }
  wordsBySchema.set(schema, words)
  return words
}

function codesOf(values: readonly unknown[], { list, places }: Words): Vector {
  const codes = Int32Array.from(values, (value) => {
    if (typeof value !== 'string') return 0
    const place = places.get(value) ?? list.push(value) - 1
    places.set(value, place)
    return place
  })
  return { form: 'dictionary', codes, words: list, nulls: nullsOf(values) }
}

function wideOf(values: readonly unknown[]): Vector {
  const data = values.map((value) => (typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : 0n))
  return { form: 'wide', data, nulls: nullsOf(values) }
}
