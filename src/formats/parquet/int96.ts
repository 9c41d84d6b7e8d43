/** Time stamps of INT96: the nanoseconds of a day in eight bytes and the Julian day in four. */
import { boxExact, dayMs, type ExactInteger } from '#data'
import type { ByteWriter } from '../byte-writer.ts'
import { writeInt32 } from './plain-writer.ts'

const julianEpochDay = 2_440_588

/** Units since the epoch, of which `perMs` make a millisecond; what is finer is cut off. */
export function readInt96(bytes: Uint8Array, start: number, perMs: number): ExactInteger {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, 12)
  const nanos = view.getInt32(4, true) * 4_294_967_296 + view.getUint32(0, true)
  const days = view.getInt32(8, true) - julianEpochDay
  const perDay = dayMs * perMs
  const ofDay = perMs === 1_000_000 ? nanos : Math.floor(nanos / (1_000_000 / perMs))
  const value = days * perDay + ofDay
  const isSafe = Number.isSafeInteger(days * perDay) && Number.isSafeInteger(value)
  return isSafe ? value : boxExact(BigInt(days) * BigInt(perDay) + BigInt(ofDay))
}

export function writeInt96(ms: number, nanosOfMs: number, out: ByteWriter): void {
  const days = Math.floor(ms / dayMs)
  const nanos = (ms - days * dayMs) * 1_000_000 + nanosOfMs
  writeInt32(nanos | 0, out)
  writeInt32(Math.floor(nanos / 4_294_967_296), out)
  writeInt32(days + julianEpochDay, out)
}
