/** Hashes of whole rows: equal rows hash alike in whatever forms their vectors come. NULL equals NULL, 0 equals -0, NaN equals NaN. */
import { boxExact, type DataType, hashBytes, hashCombine, hashExact, hashNumber, hashText, hashValue, type Vector } from '#data'

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
    hashes[i] = hashCombine(hashes[i] as number, hash)
  }
}

function hasherOf(vector: Vector, type: DataType): (row: number) => number {
  switch (vector.form) {
    case 'flags':
    case 'integers': {
      const { data } = vector
      return (row) => data[row] as number
    }
    case 'numbers': {
      const { data } = vector
      return (row) => hashNumber(data[row] as number)
    }
    case 'wide': {
      const { data } = vector
      return (row) => hashExact(boxExact(data[row] as bigint))
    }
    case 'bytes': {
      const { data, starts, ends } = vector
      return (row) => hashBytes(data, starts[row] as number, ends[row] as number)
    }
    case 'text': {
      const { data } = vector
      return (row) => hashText(data[row] as string)
    }
    case 'dictionary':
      return dictionaryHasher(vector.codes, vector.words)
    case 'values': {
      const { data } = vector
      return (row) => hashValue(data[row], type)
    }
  }
}

/** Hashes each word once. */
function dictionaryHasher(codes: Int32Array, words: readonly string[]): (row: number) => number {
  const hashes = new Map<number, number>()
  return (row) => {
    const code = codes[row] as number
    let hash = hashes.get(code)
    if (hash === undefined) {
      hash = hashText(words[code] as string)
      hashes.set(code, hash)
    }
    return hash
  }
}
