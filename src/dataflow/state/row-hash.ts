/** Hashes of whole rows: equal rows hash alike in whatever forms their vectors come. NULL equals NULL, 0 equals -0, NaN equals NaN. */
import type { DataType, Vector } from '#data'
import { encodeValue } from './canonical.ts'
import { hashBytes, hashPair } from './hash.ts'
import { TextBuffer } from './text.ts'

const nullHash = 0x51ed270b

/** Writes the hash of row `rows[i]` (row i when `rows` is null) to `hashes[i]`. */
export function hashRows(
  types: readonly DataType[],
  columns: readonly Vector[],
  rows: Int32Array | null,
  count: number,
  hashes: Int32Array,
): void {
  hashes.fill(0, 0, count)
  for (let position = 0; position < types.length; position++) {
    const vector = columns[position]
    const type = types[position]
    if (vector !== undefined && type !== undefined) addColumn(vector, type, rows, count, hashes)
  }
}

function addColumn(vector: Vector, type: DataType, rows: Int32Array | null, count: number, hashes: Int32Array): void {
  const hashAt = hasherOf(vector, type)
  const { nulls } = vector
  for (let i = 0; i < count; i++) {
    const row = rows === null ? i : (rows[i] as number)
    const hash = nulls !== null && nulls[row] === 1 ? nullHash : hashAt(row)
    hashes[i] = hashPair(hashes[i] as number, hash)
  }
}

const buffer = new TextBuffer()
const doubleBox = new Float64Array(1)
const doubleWords = new Int32Array(doubleBox.buffer)

function hasherOf(vector: Vector, type: DataType): (row: number) => number {
  switch (vector.form) {
    case 'flags':
    case 'integers': {
      const { data } = vector
      return (row) => data[row] as number
    }
    case 'numbers': {
      const { data } = vector
      return type.kind === 'float' || type.kind === 'double' ? (row) => hashDouble(data[row] as number) : (row) => hashExact(data[row] as number)
    }
    case 'wide': {
      const { data } = vector
      return (row) => {
        const value = data[row] as bigint
        return hashPair(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)))
      }
    }
    case 'bytes': {
      const { data, starts, ends } = vector
      return (row) => hashBytes(data, starts[row] as number, ends[row] as number)
    }
    case 'text': {
      const { data } = vector
      return (row) => hashText(data[row] as string)
    }
    case 'dictionary': {
      const { codes, words } = vector
      const hashesOfWords = new Map<number, number>()
      return (row) => {
        const code = codes[row] as number
        let hash = hashesOfWords.get(code)
        if (hash === undefined) {
          hash = hashText(words[code] as string)
          hashesOfWords.set(code, hash)
        }
        return hash
      }
    }
    case 'values': {
      const { data } = vector
      return (row) => {
        const bytes = encodeValue(data[row])
        return hashBytes(bytes, 0, bytes.length)
      }
    }
  }
}

function hashText(text: string): number {
  return hashBytes(buffer.bytes, 0, buffer.encode(text))
}

function hashExact(value: number): number {
  const low = value | 0
  return hashPair(low, (value - (low >>> 0)) / 4294967296)
}

function hashDouble(value: number): number {
  // Adding 0 turns -0 into 0.
  doubleBox[0] = Number.isNaN(value) ? Number.NaN : value + 0
  return hashPair(doubleWords[0] as number, doubleWords[1] as number)
}
