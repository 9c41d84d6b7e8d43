/**
 * Writes the source of a decoder for the wanted fields of a message: one loop over tags, where the plain fields go straight into the
 * stores, each at its tag. Everything else is left to `rows`: lists, maps, messages, what nobody wants and what is not as it should be.
 * Nothing of a user's text is in the source: numbers and kinds alone shape it.
 */
import { wireOf } from './items.ts'
import type { Item, LaidField } from './layout.ts'

/** So many columns have code of their own, for V8 does not optimise huge functions. */
const casesMax = 32

/**
 * The body of a function of `slots` (stores, cursor, rows) that returns `read(bytes, start, end, row, serial)`: it fills a row of the stores,
 * notes in `rows.seen` which columns it had, and returns the end, or a negative number with a fault in the cursor.
 */
export function protobufSource(fields: readonly LaidField[]): string {
  const plain = fields.filter((field) => isPlain(field)).slice(0, casesMax)
  return `'use strict'
const { stores, cursor, rows } = slots
const seen = rows.seen
${plain.map(constants).join('\n')}
return function read(bytes, start, end, row, serial) {
  const view = cursor.view
  let pos = start, tag = 0, value = 0, stop = 0
  while (pos < end) {
    tag = bytes[pos]
    if (tag < 128) pos++
    else { tag = cursor.varint(bytes, pos); pos = cursor.pos }
    switch (tag) {
${plain.map(fieldCase).join('\n')}
    default:
      pos = rows.other(tag, pos, row, serial)
      if (pos < 0) return pos
    }
    if (pos > end) return rows.cut()
  }
  return pos
}`
}

/** Whether a field is read by code of its own: a scalar outside of oneofs, or a number of an open enum. */
function isPlain({ shape, rivals }: LaidField): boolean {
  if (shape.kind !== 'single' || rivals.length > 0) return false
  return shape.item.kind === 'enum' ? !shape.item.isClosed : shape.item.kind !== 'message'
}

function constants({ slot }: LaidField): string {
  const store = `stores[${slot}]`
  return `const store${slot} = ${store}, flags${slot} = ${store}.flags, integers${slot} = ${store}.integers, numbers${slot} = ${store}.numbers, starts${slot} = ${store}.starts, ends${slot} = ${store}.ends, values${slot} = ${store}.values`
}

function fieldCase(field: LaidField): string {
  const { shape, slot, number } = field
  if (shape.kind !== 'single') return ''
  return `    case ${number * 8 + wireOf(shape.item)}:
${itemCode(shape.item, slot)}
      seen[${slot}] = serial
      break`
}

const varint = `      value = bytes[pos]
      if (value < 128) { pos++; cursor.low = value }
      else { value = cursor.varint(bytes, pos); pos = cursor.pos; if (value !== value && cursor.wide === null) return -1 }`

/** Where numbers may be wide, one read before may have been. */
function renewed(slot: number): string {
  return `      if (seen[${slot}] === serial) store${slot}.clear(row)`
}

function itemCode(item: Item, slot: number): string {
  const target = `${item.type.kind === 'integer' ? 'integers' : 'numbers'}${slot}[row]`
  switch (item.kind) {
    case 'bool':
      return `${varint}\n      flags${slot}[row] = value === 0 ? 0 : 1`
    case 'int32':
      return `${varint}\n      ${target} = cursor.low`
    case 'sint32':
      return `${varint}\n      ${target} = (cursor.low >>> 1) ^ -(cursor.low & 1)`
    case 'enum':
      return item.type.kind === 'integer'
        ? `${varint}\n      ${target} = cursor.low`
        : `${varint}\n      starts${slot}[row] = rows.word(${slot}, cursor.low)`
    case 'int64':
      return `${varint}\n${renewed(slot)}\n      if (value === value) ${target} = value\n      else store${slot}.setBoxed(row, rows.signed())`
    case 'sint64':
      return `${varint}\n${renewed(slot)}
      if (value === value) ${target} = value % 2 === 0 ? value / 2 : -(value + 1) / 2
      else store${slot}.setBoxed(row, rows.zigzag())`
    case 'float':
      return `${fixed(4)}\n      ${target} = view.getFloat32(pos - 4, true)`
    case 'double':
      return `${fixed(8)}\n      ${target} = view.getFloat64(pos - 8, true)`
    case 'sfixed32':
      return `${fixed(4)}\n      ${target} = view.getInt32(pos - 4, true)`
    case 'sfixed64':
      return `${fixed(8)}\n${renewed(slot)}
      value = view.getInt32(pos - 4, true)
      if (value >= -2097152 && value < 2097152) ${target} = value * 4294967296 + view.getUint32(pos - 8, true)
      else store${slot}.setBoxed(row, view.getBigInt64(pos - 8, true))`
    case 'string':
      return textCode(slot)
    case 'bytes':
      return `${lengthCode}\n      values${slot}[row] = bytes.slice(pos, pos + value)\n      pos += value`
    default:
      return `      pos = rows.other(tag, pos, row, serial)\n      if (pos < 0) return pos`
  }
}

function fixed(size: number): string {
  return `      if (end - pos < ${size}) return rows.cut()\n      pos += ${size}`
}

const lengthCode = `      value = bytes[pos]
      if (value < 128) pos++
      else { value = cursor.varint(bytes, pos); pos = cursor.pos }
      if (!(value <= end - pos)) return rows.cut()`

/** Text stays where it is. Bytes of ASCII are looked at four at a time. */
function textCode(slot: number): string {
  return `${lengthCode}
      stop = pos + value
      starts${slot}[row] = pos
      ends${slot}[row] = stop
      while (stop - pos >= 4 && (view.getInt32(pos, true) & 0x80808080) === 0) pos += 4
      while (pos < stop && bytes[pos] < 128) pos++
      if (pos < stop) {
        if (!rows.isUtf8(bytes, pos, stop)) return rows.notUtf8(${slot})
        pos = stop
      }`
}
