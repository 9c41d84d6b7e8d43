/** Writes values in the encoding PLAIN, as plain-values.ts reads them. */
import type { ExactInteger } from '#data'
import type { ByteWriter } from '../byte-writer.ts'
import { parquetErrors } from './errors.ts'

function viewOf(out: ByteWriter): DataView {
  return new DataView(out.data.buffer, out.data.byteOffset, out.data.byteLength)
}

export function writeInt32(value: number, out: ByteWriter): void {
  out.ensure(4)
  const { data } = out
  data[out.length++] = value
  data[out.length++] = value >> 8
  data[out.length++] = value >> 16
  data[out.length++] = value >> 24
}

export function writeInt64(value: ExactInteger, out: ByteWriter, column: string): void {
  if (typeof value === 'number') {
    writeInt32(value | 0, out)
    writeInt32(Math.floor(value / 4294967296), out)
    return
  }
  if (BigInt.asIntN(64, value) !== value) throw parquetErrors.FORMATS_PARQUET_VALUE_OUT_OF_RANGE({ column, type: 'INT64' })
  writeInt32(Number(BigInt.asIntN(32, value)), out)
  writeInt32(Number(BigInt.asIntN(32, value >> 32n)), out)
}

export function writeFloat(value: number, out: ByteWriter): void {
  out.ensure(4)
  viewOf(out).setFloat32(out.length, value, true)
  out.length += 4
}

export function writeDouble(value: number, out: ByteWriter): void {
  out.ensure(8)
  viewOf(out).setFloat64(out.length, value, true)
  out.length += 8
}

export function writeBigEndian(value: bigint, length: number, out: ByteWriter): void {
  out.ensure(length)
  let rest = value
  for (let at = out.length + length - 1; at >= out.length; at--) {
    out.data[at] = Number(rest & 255n)
    rest >>= 8n
  }
  out.length += length
}

export function writeBytes(value: Uint8Array, out: ByteWriter): void {
  writeInt32(value.length, out)
  out.bytes(value)
}

/** The length comes first and is known last. */
export function writeText(value: unknown, out: ByteWriter): void {
  const lengthAt = out.length
  writeInt32(0, out)
  out.text(value as string)
  const end = out.length
  out.length = lengthAt
  writeInt32(end - lengthAt - 4, out)
  out.length = end
}
