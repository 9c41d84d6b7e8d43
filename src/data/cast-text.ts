/** Casts to CHAR and VARCHAR, BINARY and VARBINARY: text of every value, cut or padded to a length. */
import type { Convert } from './convert.ts'
import { type DataType, unboundedLength } from './type.ts'
import { valueLengthMax, valueTooLong } from './value-length.ts'
import { textFunction } from './value-text.ts'

export type LengthType = Extract<DataType, { length: number }>

/** CHAR(n) is padded with blanks to n characters, and what is longer than n is cut off. */
export function castToText(from: DataType, to: LengthType, zoneId: string): Convert {
  const text = textFunction(from, zoneId)
  const pads = to.kind === 'char' && to.length < unboundedLength
  const fits = (from.kind === 'char' || from.kind === 'varchar') && from.length <= to.length
  if (!pads && (fits || to.length === unboundedLength)) return text
  const { length } = to
  // As in Flink, the length counts UTF-16 units for what is assembled from parts or decoded from bytes, and code points for all others.
  const inUnits = ['array', 'multiset', 'map', 'row', 'binary', 'varbinary', 'bitmap'].includes(from.kind)
  if (inUnits) return (value) => padUnits(text(value).slice(0, length), pads ? length : 0)
  return (value) => padPoints(cutPoints(text(value), length), pads ? length : 0)
}

function cutPoints(text: string, length: number): string {
  if (text.length <= length) return text
  let end = 0
  for (let count = 0; count < length && end < text.length; count++) end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1
  return text.slice(0, end)
}

function padPoints(text: string, length: number): string {
  if (text.length >= 2 * length) return text
  let count = 0
  for (let at = 0; at < text.length; count++) at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1
  return count < length ? text + ' '.repeat(length - count) : text
}

function padUnits(text: string, length: number): string {
  return text.padEnd(length, ' ')
}

const utf8 = new TextEncoder()

/** BINARY(n) is padded with zero bytes to n bytes, and what is longer than n is cut off. Text becomes UTF-8. */
export function castToBytes(from: DataType, to: LengthType): Convert {
  const isText = from.kind === 'char' || from.kind === 'varchar'
  const pads = to.kind === 'binary' && to.length < unboundedLength
  return (value) => {
    const bytes = isText ? utf8.encode(value as string) : (value as Uint8Array)
    if (bytes.length > to.length) return bytes.slice(0, to.length)
    if (!pads || bytes.length === to.length) return bytes
    if (to.length > valueLengthMax) throw valueTooLong()
    const padded = new Uint8Array(to.length)
    padded.set(bytes)
    return padded
  }
}
