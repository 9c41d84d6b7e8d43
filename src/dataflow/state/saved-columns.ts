/** The facts that stand beside a key or a row, by its number, as columns of a state part. */
import {
  booleanType,
  type DataType,
  decimalPrecisionMax,
  decimalType,
  doubleType,
  type ExactInteger,
  flagsIn,
  numbersIn,
  numberVector,
  type Vector,
  valueAt,
  vectorOf,
} from '#data'

export interface SavedColumns {
  readonly types: readonly DataType[]
  /** The values of these entries. */
  save(entries: Int32Array, count: number): Vector[]
  /** Sets the values of these entries, which may be new. */
  load(entries: Int32Array, columns: readonly Vector[], count: number): void
}

const numberType: DataType = { ...doubleType, nullable: false }
const flagType: DataType = { ...booleanType, nullable: false }

/** One number an entry, which may be infinite. */
export function savedNumber(get: (entry: number) => number, set: (entry: number, value: number) => void): SavedColumns {
  return {
    types: [numberType],
    save: (entries, count) => {
      const data = new Float64Array(count)
      for (let i = 0; i < count; i++) data[i] = get(entries[i] as number)
      return [{ form: 'numbers', data, nulls: null }]
    },
    load: (entries, [column], count) => {
      const data = numbersIn(column as Vector)
      for (let i = 0; i < count; i++) set(entries[i] as number, data[i] as number)
    },
  }
}

/** One number an entry, in an array that may be replaced by a longer one. */
export function savedNumbersIn(array: () => Float64Array): SavedColumns {
  return {
    types: [numberType],
    save: (entries, count) => {
      const [from, data] = [array(), new Float64Array(count)]
      for (let i = 0; i < count; i++) data[i] = from[entries[i] as number] as number
      return [{ form: 'numbers', data, nulls: null }]
    },
    load: (entries, [column], count) => {
      const [to, data] = [array(), numbersIn(column as Vector)]
      for (let i = 0; i < count; i++) to[entries[i] as number] = data[i] as number
    },
  }
}

/** One yes or no an entry. */
export function savedFlag(get: (entry: number) => boolean, set: (entry: number, value: boolean) => void): SavedColumns {
  return {
    types: [flagType],
    save: (entries, count) => {
      const data = new Uint8Array(count)
      for (let i = 0; i < count; i++) data[i] = get(entries[i] as number) ? 1 : 0
      return [{ form: 'flags', data, nulls: null }]
    },
    load: (entries, [column], count) => {
      const data = flagsIn(column as Vector)
      for (let i = 0; i < count; i++) set(entries[i] as number, data[i] === 1)
    },
  }
}

const exactType = decimalType(decimalPrecisionMax, 0)

/** One whole number an entry, however large. */
export function savedExact(get: (entry: number) => ExactInteger, set: (entry: number, value: ExactInteger) => void): SavedColumns {
  return {
    types: [exactType],
    save: (entries, count) => [numberVector(exactType, count, (i) => get(entries[i] as number))],
    load: (entries, [column], count) => {
      if (column?.form === 'numbers') for (let i = 0; i < count; i++) set(entries[i] as number, column.data[i] as number)
      else for (let i = 0; i < count; i++) set(entries[i] as number, valueAt(column as Vector, i, exactType) as ExactInteger)
    },
  }
}

/** One boxed value of a type an entry, or null. */
export function savedValue(type: DataType, get: (entry: number) => unknown, set: (entry: number, value: unknown) => void): SavedColumns {
  return {
    types: [type],
    save: (entries, count) => {
      const values: unknown[] = []
      for (let i = 0; i < count; i++) values.push(get(entries[i] as number) ?? null)
      return [vectorOf(type, values)]
    },
    load: (entries, [column], count) => {
      for (let i = 0; i < count; i++) set(entries[i] as number, valueAt(column as Vector, i, type))
    },
  }
}

/** Several, one after another. */
export function savedTogether(columns: readonly SavedColumns[]): SavedColumns {
  return {
    types: typesOf(columns),
    save: (entries, count) => saveColumns(columns, entries, count),
    load: (entries, vectors, count) => {
      loadColumns(columns, entries, vectors, count)
    },
  }
}

/** The types of several, one after another. */
export function typesOf(columns: readonly SavedColumns[]): DataType[] {
  return columns.flatMap((each) => each.types)
}

export function saveColumns(columns: readonly SavedColumns[], entries: Int32Array, count: number): Vector[] {
  return columns.flatMap((each) => each.save(entries, count))
}

export function loadColumns(columns: readonly SavedColumns[], entries: Int32Array, vectors: readonly Vector[], count: number): void {
  let at = 0
  for (const each of columns) {
    each.load(entries, vectors.slice(at, at + each.types.length), count)
    at += each.types.length
  }
}
