/** Reads boxed values as a reading says: what is nested, and what generated code leaves aside because it is rare. */
import { boxExact, decodeText, fitDecimal, rescaleDecimal } from '#data'
import { unreadable } from '../text-value.ts'
import { isUtf8 } from '../utf8.ts'
import { type Cursor, cut } from './cursor.ts'
import { unscaledOf } from './default-value.ts'
import type { Reading } from './reading.ts'
import { branchAt, eachItem, type Skips } from './skip.ts'

/** The boxed value at the cursor, which is moved behind it; `unreadable`, with a fault, where there is none. */
export type ReadValue = (cursor: Cursor) => unknown

const decimalBytesMax = 64

/** Makes readers; those of a path name it in faults. */
export function valueReader(reading: Reading, skips: Skips, path: string): ReadValue {
  switch (reading.kind) {
    case 'null':
      return () => null
    case 'constant':
      return () => reading.value
    case 'boolean':
      return readBoolean
    case 'long':
      return (cursor) => cursor.exact() ?? unreadable
    case 'whole':
      return wholeReader(reading.least, reading.most, path)
    case 'scaled':
      return scaledReader(reading, path)
    case 'rounded':
      return (cursor) => {
        const value = cursor.exact()
        return value === null ? unreadable : reading.isSingle ? Math.fround(Number(value)) : Number(value)
      }
    case 'float':
      return (cursor) => (cursor.pass(4) ? cursor.view.getFloat32(cursor.pos - 4, true) : unreadable)
    case 'double':
      return (cursor) => (cursor.pass(8) ? cursor.view.getFloat64(cursor.pos - 8, true) : unreadable)
    case 'text':
      return (cursor) => readText(cursor, path)
    case 'word':
      return wordReader(reading.words, path)
    case 'bytes':
      return (cursor) => {
        const start = startOfBytes(cursor, reading.size)
        return start < 0 ? unreadable : cursor.bytes.slice(start, cursor.pos)
      }
    case 'decimal':
      return decimalReader(reading, path)
    default:
      return containerReader(reading, skips, path)
  }
}

function containerReader(
  reading: Extract<Reading, { kind: 'union' | 'array' | 'map' | 'row' | 'mismatch' }>,
  skips: Skips,
  path: string,
): ReadValue {
  switch (reading.kind) {
    case 'mismatch':
      return (cursor) => refused(cursor, reading.detail)
    case 'union': {
      const branches = reading.branches.map((branch) => valueReader(branch, skips, path))
      return (cursor) => branchAt(cursor, branches)?.(cursor) ?? unreadableUnlessNull(cursor)
    }
    case 'array': {
      const element = valueReader(reading.element, skips, path)
      const isEmpty = skips.isEmpty(reading.items)
      return (cursor) => {
        const values: unknown[] = []
        const isWhole = eachItem(cursor, isEmpty, () => values.push(element(cursor)) > 0 && values.at(-1) !== unreadable)
        return isWhole ? values : unreadable
      }
    }
    case 'map':
      return mapReader(valueReader(reading.value, skips, path), path)
    case 'row':
      return rowReader(reading, skips, path)
  }
}

/** Of a branch that gave nothing: NULL, or no branch at all. */
function unreadableUnlessNull(cursor: Cursor): unknown {
  return cursor.fault === '' ? null : unreadable
}

function refused(cursor: Cursor, fault: string): typeof unreadable {
  cursor.fail(fault)
  return unreadable
}

function readBoolean(cursor: Cursor): unknown {
  if (!cursor.pass(1)) return unreadable
  const byte = cursor.bytes[cursor.pos - 1] as number
  return byte < 2 ? byte === 1 : refused(cursor, `Expected a boolean, got byte ${byte}.`)
}

function wholeReader(least: number, most: number, path: string): ReadValue {
  return (cursor) => {
    const value = cursor.exact()
    if (value === null) return unreadable
    return value >= least && value <= most ? value : refused(cursor, `Expected ${least} to ${most} in column "${path}", got ${value}.`)
  }
}

function scaledReader({ multiply, divide, step, most }: Extract<Reading, { kind: 'scaled' }>, path: string): ReadValue {
  return (cursor) => {
    const given = cursor.exact()
    if (given === null) return unreadable
    const value = scaled(given, multiply, divide, step)
    if (most === null || (value >= 0 && value <= most)) return value
    return refused(cursor, `Expected a time of day in column "${path}", got ${given}.`)
  }
}

function scaled(given: number | bigint, multiply: number, divide: number, step: number): number | bigint {
  if (typeof given === 'number') {
    const product = given * multiply
    if (Number.isSafeInteger(product)) {
      const value = Math.floor(product / divide)
      return value - (((value % step) + step) % step)
    }
  }
  const product = BigInt(given) * BigInt(multiply)
  const unit = BigInt(divide) * BigInt(step)
  const rest = ((product % unit) + unit) % unit
  return boxExact((product - rest) / BigInt(divide))
}

function readText(cursor: Cursor, path: string): unknown {
  const start = startOfBytes(cursor, null)
  if (start < 0) return unreadable
  if (!isUtf8(cursor.bytes, start, cursor.pos)) return refused(cursor, notUtf8(path))
  return decodeText(cursor.bytes, start, cursor.pos)
}

export function notUtf8(path: string): string {
  return `Column "${path}" holds bytes that are not UTF-8.`
}

/** Where bytes begin, with the cursor behind them; negative, with a fault, when they are not whole. */
function startOfBytes(cursor: Cursor, size: number | null): number {
  const length = size ?? cursor.length()
  return length >= 0 && cursor.pass(length) ? cursor.pos - length : -1
}

function wordReader(words: readonly (string | null)[], path: string): ReadValue {
  return (cursor) => {
    const index = cursor.exact()
    const word = typeof index === 'number' ? words[index] : undefined
    return word ?? refused(cursor, unknownSymbol(path))
  }
}

export function unknownSymbol(path: string): string {
  return `Column "${path}" has a symbol that its enum does not have.`
}

function decimalReader({ size, from, precision, scale }: Extract<Reading, { kind: 'decimal' }>, path: string): ReadValue {
  return (cursor) => {
    const start = startOfBytes(cursor, size)
    if (start < 0) return unreadable
    const isLong = cursor.pos - start > decimalBytesMax
    const value = isLong ? null : fitDecimal(rescaleDecimal(unscaledOf(cursor.bytes, start, cursor.pos), from, scale), precision)
    return value ?? refused(cursor, `Expected a number of DECIMAL(${precision}, ${scale}) in column "${path}", got one of more digits.`)
  }
}

function mapReader(value: ReadValue, path: string): ReadValue {
  return (cursor) => {
    const entries = new Map<unknown, unknown>()
    const isWhole = eachItem(cursor, false, () => {
      const key = readText(cursor, path)
      if (key === unreadable || cursor.pos > cursor.end) return false
      const item = value(cursor)
      entries.set(key, item)
      return item !== unreadable
    })
    return isWhole ? entries : unreadable
  }
}

function rowReader(reading: Extract<Reading, { kind: 'row' }>, skips: Skips, path: string): ReadValue {
  const steps = reading.steps.map((step) => ({
    slot: step.slot,
    skip: skips.of(step.schema),
    read: step.reading === null ? null : valueReader(step.reading, skips, `${path}.${step.name}`),
  }))
  return (cursor) => {
    const values = [...reading.constants]
    for (const { slot, skip, read } of steps) {
      if (read === null) {
        if (!skip(cursor)) return unreadable
      } else {
        values[slot] = read(cursor)
        if (values[slot] === unreadable) return unreadable
      }
      if (cursor.pos > cursor.end) return refused(cursor, cut)
    }
    return values
  }
}
