/** Reads single values, boxed: what is nested, and what generated code leaves aside because it is rare. */
import { boxExact, decodeText } from '#data'
import { unreadable } from '../text-value.ts'
import { isUtf8 } from '../utf8.ts'
import type { Item, ScalarKind } from './layout.ts'
import { cut, type WireCursor, wire32, wire64, wireBytes, wireGroup, wireVarint } from './wire.ts'

/** The boxed value at the cursor, which is moved behind it; `unreadable`, with a fault, where there is none. */
export type ReadItem = (cursor: WireCursor) => unknown

export const unrecognized = 'UNRECOGNIZED'
/** A number that a closed enum does not have: as if the field were not there. */
export const ignored: unique symbol = Symbol('ignored')

const wires: Readonly<Record<ScalarKind, number>> = {
  int32: wireVarint,
  uint32: wireVarint,
  sint32: wireVarint,
  int64: wireVarint,
  uint64: wireVarint,
  sint64: wireVarint,
  bool: wireVarint,
  fixed32: wire32,
  sfixed32: wire32,
  float: wire32,
  fixed64: wire64,
  sfixed64: wire64,
  double: wire64,
  string: wireBytes,
  bytes: wireBytes,
}

export function wireOf(item: Item): number {
  if (item.kind === 'message') return item.isGroup ? wireGroup : wireBytes
  return item.kind === 'enum' ? wireVarint : wires[item.kind]
}

export function itemReader(item: Exclude<Item, { kind: 'message' }>, path: string): ReadItem {
  switch (item.kind) {
    case 'enum':
      return enumReader(item)
    case 'bool':
      return (cursor) => readVarint(cursor, (value) => value !== 0n && value !== 0)
    case 'int32':
      return (cursor) => readVarint(cursor, () => cursor.low)
    case 'uint32':
      return (cursor) => readVarint(cursor, () => fitting(cursor, cursor.low >>> 0, item, path))
    case 'sint32':
      return (cursor) => readVarint(cursor, () => (cursor.low >>> 1) ^ -(cursor.low & 1))
    case 'int64':
      return (cursor) => readVarint(cursor, (value) => boxExact(BigInt.asIntN(64, BigInt(value))))
    case 'uint64':
      return (cursor) => readVarint(cursor, (value) => fitting(cursor, boxExact(BigInt(value)), item, path))
    case 'sint64':
      return (cursor) => readVarint(cursor, (value) => boxExact(unzigzag(BigInt(value))))
    case 'fixed32':
      return fixedReader(4, (cursor, at) => fitting(cursor, cursor.view.getUint32(at, true), item, path))
    case 'sfixed32':
      return fixedReader(4, (cursor, at) => cursor.view.getInt32(at, true))
    case 'float':
      return fixedReader(4, (cursor, at) => cursor.view.getFloat32(at, true))
    case 'fixed64':
      return fixedReader(8, (cursor, at) => fitting(cursor, boxExact(cursor.view.getBigUint64(at, true)), item, path))
    case 'sfixed64':
      return fixedReader(8, (cursor, at) => boxExact(cursor.view.getBigInt64(at, true)))
    case 'double':
      return fixedReader(8, (cursor, at) => cursor.view.getFloat64(at, true))
    case 'string':
      return (cursor) => readText(cursor, path)
    case 'bytes':
      return (cursor) => {
        const start = startOfBytes(cursor)
        return start < 0 ? unreadable : cursor.bytes.slice(start, cursor.pos)
      }
  }
}

function readVarint(cursor: WireCursor, take: (value: number | bigint) => unknown): unknown {
  const value = cursor.varint(cursor.bytes, cursor.pos)
  if (!Number.isNaN(value)) return take(value)
  return cursor.wide === null ? unreadable : take(cursor.wide)
}

export function unzigzag(value: bigint): bigint {
  return (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n
}

/** Unsigned numbers must not become negative ones. */
function fitting(cursor: WireCursor, value: number | bigint, item: Item, path: string): unknown {
  if (item.type.kind === 'integer' && value > 2 ** 31 - 1) return refused(cursor, tooLarge(path, value, 'BIGINT'))
  if (item.type.kind === 'bigint' && value > 2n ** 63n - 1n) return refused(cursor, tooLarge(path, value, 'DECIMAL(20, 0)'))
  return value
}

function tooLarge(path: string, value: number | bigint, wider: string): string {
  return `Column "${path}" cannot hold ${value}, which is unsigned; declare it as ${wider}.`
}

function refused(cursor: WireCursor, fault: string): typeof unreadable {
  cursor.fail(fault)
  return unreadable
}

function fixedReader(size: number, take: (cursor: WireCursor, at: number) => unknown): ReadItem {
  return (cursor) => {
    if (cursor.end - cursor.pos < size) return refused(cursor, cut)
    cursor.pos += size
    return take(cursor, cursor.pos - size)
  }
}

/** Where bytes begin, with the cursor behind them; negative, with a fault, when they are not whole. */
function startOfBytes(cursor: WireCursor): number {
  const length = cursor.length()
  if (length < 0 || Number.isNaN(length)) return cursor.fail(cut)
  cursor.pos += length
  return cursor.pos - length
}

function readText(cursor: WireCursor, path: string): unknown {
  const start = startOfBytes(cursor)
  if (start < 0) return unreadable
  if (!isUtf8(cursor.bytes, start, cursor.pos)) return refused(cursor, notUtf8(path))
  return decodeText(cursor.bytes, start, cursor.pos)
}

export function notUtf8(path: string): string {
  return `Column "${path}" holds bytes that are not UTF-8.`
}

function enumReader({ type, values, isClosed }: Extract<Item, { kind: 'enum' }>): ReadItem {
  const words = wordsOf(values)
  const isNumber = type.kind === 'integer'
  return (cursor) =>
    readVarint(cursor, () => {
      const word = words.get(cursor.low)
      if (word === undefined && isClosed) return ignored
      return isNumber ? cursor.low : (word ?? unrecognized)
    })
}

/** The first name of each number. */
export function wordsOf(values: ReadonlyMap<string, number>): ReadonlyMap<number, string> {
  const words = new Map<number, string>()
  for (const [name, value] of values) if (!words.has(value)) words.set(value, name)
  return words
}
