/** Writes rows as messages. */
import type { Schema } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, type RowCells, TextCell, ValueCell, type ValueWriter } from '../cell-writer.ts'
import { protobufErrors } from './errors.ts'
import { wireOf } from './items.ts'
import type { Item, LaidField, Layout } from './layout.ts'
import { wireBytes, wireGroup, wireGroupEnd } from './wire.ts'

export function messageCells(layout: Layout, columns: Schema, nullText: string): RowCells {
  const missing = layout.missing[0]
  if (missing !== undefined) throw unwritable(missing, `Message "${layout.message}" requires the field, and no column is for it.`)
  // Columns are in the order of their places; fields are written in that of their numbers, as others do.
  const ordered = layout.fields.toSorted((a, b) => a.number - b.number)
  return {
    cells: (out) => {
      const writers = new Map(layout.fields.map((field) => [field.slot, fieldWriter(field, nullText)]))
      return columns.map(({ type }, slot): CellWriter => {
        const field = layout.fields[slot] as LaidField
        return plainText(field)
          ? new TextCell(textWriter(field), out, () => new ByteWriter(256))
          : new ValueCell(type, writers.get(slot) as ValueWriter, out)
      })
    },
    write: (row, cells) => {
      for (const { slot, isRequired, path } of ordered) {
        const cell = cells[slot] as CellWriter
        if (!cell.isNull(row)) cell.write(row)
        else if (isRequired) throw unwritable(path, 'It is NULL, and the message requires the field.')
      }
    },
  }
}

function unwritable(column: string, detail: string): Error {
  return protobufErrors.FORMATS_PROTOBUF_VALUE_UNWRITABLE({ column }, { detail })
}

function plainText({ shape }: LaidField): boolean {
  return shape.kind === 'single' && shape.item.kind === 'string'
}

/** A text column, whose bytes are copied as they are. */
function textWriter({ number, hasPresence }: LaidField): (bytes: Uint8Array, start: number, end: number, out: ByteWriter) => void {
  const tag = number * 8 + wireBytes
  return (bytes, start, end, out) => {
    if (start === end && !hasPresence) return
    writeVarint(tag, out)
    writeVarint(end - start, out)
    out.bytes(bytes, start, end)
  }
}

/** Unsigned, up to 2^53. */
function writeVarint(value: number, out: ByteWriter): void {
  out.ensure(10)
  const { data } = out
  let at = out.length
  let rest = value
  for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) data[at++] = (rest % 128) | 128
  for (; rest > 127; rest >>>= 7) data[at++] = (rest & 127) | 128
  data[at++] = rest
  out.length = at
}

/** In two's complement of 64 bits. */
function writeLong(value: number | bigint, out: ByteWriter): void {
  if (typeof value === 'number' && value >= 0) {
    writeVarint(value, out)
    return
  }
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) out.byte(Number(rest & 127n) | 128)
  out.byte(Number(rest))
}

/** Writes the field of a value that is not NULL, its tags included. */
function fieldWriter(field: LaidField, nullText: string): ValueWriter {
  const { shape, number, hasPresence, path } = field
  if (shape.kind === 'map') return mapWriter(number, shape.key, shape.value, path, nullText)
  const { item } = shape
  const write = itemWriter(item, number, path, nullText)
  const tag = number * 8 + wireOf(item)
  if (shape.kind === 'single') {
    return (value, out) => {
      if (!hasPresence && isZero(value)) return
      writeVarint(tag, out)
      write(value, out)
    }
  }
  const zero = nullItem(item, nullText)
  return shape.isPacked && item.kind !== 'message' && item.kind !== 'string' && item.kind !== 'bytes'
    ? packedWriter(write, number, zero)
    : (value, out) => {
        for (const element of value as readonly unknown[]) {
          writeVarint(tag, out)
          write(element ?? zero, out)
        }
      }
}

/** What a field without presence is not written for. Minus zero is not zero. */
function isZero(value: unknown): boolean {
  if (typeof value === 'number') return Object.is(value, 0)
  return value === false || value === '' || (value instanceof Uint8Array && value.length === 0)
}

function packedWriter(write: ValueWriter, number: number, zero: unknown): ValueWriter {
  const within = new ByteWriter(256)
  return (value, out) => {
    const items = value as readonly unknown[]
    if (items.length === 0) return
    within.length = 0
    for (const element of items) write(element ?? zero, within)
    writeVarint(number * 8 + wireBytes, out)
    writeVarint(within.length, out)
    out.bytes(within.data, 0, within.length)
  }
}

/** What stands for NULL where it cannot be held. */
function nullItem(item: Item, nullText: string): unknown {
  switch (item.kind) {
    case 'string':
      return nullText
    case 'bytes':
      return new Uint8Array(0)
    case 'bool':
      return false
    case 'message':
      return item.layout.fields.map(() => null)
    case 'enum': {
      const [name, number] = [...item.values][0] ?? ['', 0]
      return item.type.kind === 'integer' ? number : name
    }
    default:
      return 0
  }
}

const encoder = new TextEncoder()
const scratch = new DataView(new ArrayBuffer(8))
const scratchBytes = new Uint8Array(scratch.buffer)

/** Writes a value without its tag. */
function itemWriter(item: Item, number: number, path: string, nullText: string): ValueWriter {
  switch (item.kind) {
    case 'message':
      return messageWriter(item, number, path, nullText)
    case 'enum':
      return enumWriter(item, path)
    case 'bool':
      return (value, out) => out.byte(value === true ? 1 : 0)
    case 'string':
      return (value, out) => writeBytes(encoder.encode(value as string), out)
    case 'bytes':
      return (value, out) => writeBytes(value as Uint8Array, out)
    case 'float':
      return (value, out) => {
        scratch.setFloat32(0, value as number, true)
        out.bytes(scratchBytes, 0, 4)
      }
    case 'double':
      return (value, out) => {
        scratch.setFloat64(0, value as number, true)
        out.bytes(scratchBytes)
      }
    default:
      return wholeWriter(item.kind, path)
  }
}

function writeBytes(bytes: Uint8Array, out: ByteWriter): void {
  writeVarint(bytes.length, out)
  out.bytes(bytes)
}

type WholeKind = Exclude<Item['kind'], 'message' | 'enum' | 'bool' | 'string' | 'bytes' | 'float' | 'double'>

function wholeWriter(kind: WholeKind, path: string): ValueWriter {
  const bits = kind.endsWith('32') ? 32n : 64n
  const isUnsigned = kind.startsWith('u') || kind.startsWith('fixed')
  const least = isUnsigned ? 0n : -(2n ** (bits - 1n))
  const most = isUnsigned ? 2n ** bits - 1n : 2n ** (bits - 1n) - 1n
  return (given, out) => {
    const value = given as number | bigint
    if (value < least || value > most) throw unwritable(path, `Expected a number of type ${kind}, got ${value}.`)
    if (kind.startsWith('s') && !kind.startsWith('sf')) {
      const wide = BigInt(value)
      if (typeof value === 'number' && Math.abs(value) < 2 ** 51) writeVarint(value < 0 ? -2 * value - 1 : 2 * value, out)
      else writeLong(BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n)), out)
    } else if (!kind.includes('fixed')) {
      writeLong(value, out)
    } else if (bits === 32n) {
      scratch.setUint32(0, Number(value), true)
      out.bytes(scratchBytes, 0, 4)
    } else {
      scratch.setBigUint64(0, BigInt(value), true)
      out.bytes(scratchBytes)
    }
  }
}

function enumWriter({ type, values }: Extract<Item, { kind: 'enum' }>, path: string): ValueWriter {
  if (type.kind === 'integer') return (value, out) => writeLong(value as number, out)
  return (value, out) => {
    const number = values.get(value as string)
    if (number === undefined) throw unwritable(path, 'Its enum has no such name.')
    writeLong(number, out)
  }
}

function messageWriter(
  { layout, isGroup }: Extract<Item, { kind: 'message' }>,
  number: number,
  path: string,
  nullText: string,
): ValueWriter {
  const missing = layout.missing[0]
  if (missing !== undefined)
    throw unwritable(`${path}.${missing}`, `Message "${layout.message}" requires the field, and no column is for it.`)
  const fields = layout.fields.toSorted((a, b) => a.number - b.number).map((field) => ({ field, write: fieldWriter(field, nullText) }))
  const writeFields = (row: readonly unknown[], out: ByteWriter): void => {
    for (const { field, write } of fields) {
      const value = row[field.slot] ?? null
      if (value !== null) write(value, out)
      else if (field.isRequired) throw unwritable(field.path, 'It is NULL, and the message requires the field.')
    }
  }
  if (isGroup) {
    return (value, out) => {
      writeFields(value as readonly unknown[], out)
      writeVarint(number * 8 + wireGroupEnd, out)
    }
  }
  // A message within itself does not come here: the types of tables end somewhere.
  const within = new ByteWriter(256)
  return (value, out) => {
    within.length = 0
    writeFields(value as readonly unknown[], within)
    writeVarint(within.length, out)
    out.bytes(within.data, 0, within.length)
  }
}

function mapWriter(number: number, key: Item, value: Item, path: string, nullText: string): ValueWriter {
  const writeKey = itemWriter(key, 1, path, nullText)
  const writeValue = itemWriter(value, 2, path, nullText)
  const zeroKey = nullItem(key, nullText)
  const zeroValue = nullItem(value, nullText)
  const within = new ByteWriter(256)
  return (map, out) => {
    for (const [name, item] of map as ReadonlyMap<unknown, unknown>) {
      within.length = 0
      writeVarint(8 + wireOf(key), within)
      writeKey(name ?? zeroKey, within)
      writeVarint(16 + (wireOf(value) === wireGroup ? wireBytes : wireOf(value)), within)
      writeValue(item ?? zeroValue, within)
      writeVarint(number * 8 + wireBytes, out)
      writeVarint(within.length, out)
      out.bytes(within.data, 0, within.length)
    }
  }
}
