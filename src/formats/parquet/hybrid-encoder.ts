/** Writes small numbers as hybrid.ts reads them: eight or more equal ones as a run, others packed in groups of eight. */
import type { ByteWriter } from '../byte-writer.ts'

const groupLength = 8

export function encodeHybrid(values: Int32Array, count: number, width: number, out: ByteWriter): void {
  let at = 0
  while (at < count) {
    const run = runLength(values, at, count)
    if (run >= groupLength) {
      writeVarint(run * 2, out)
      for (let byte = 0; byte < width; byte += 8) out.byte(((values[at] as number) >>> byte) & 255)
      at += run
      continue
    }
    const start = at
    do at += groupLength
    while (at < count && runLength(values, at, Math.min(count, at + groupLength)) < groupLength)
    writeVarint(((at - start) / groupLength) * 2 + 1, out)
    pack(values, start, at, count, width, out)
  }
}

function runLength(values: Int32Array, start: number, end: number): number {
  const value = values[start]
  let at = start + 1
  while (at < end && values[at] === value) at++
  return at - start
}

/** Values from `count` on are 0: they fill the last group up. */
function pack(values: Int32Array, start: number, end: number, count: number, width: number, out: ByteWriter): void {
  out.ensure(((end - start) * width) / 8 + 8)
  /** Bits not yet written, as a number: fewer than 8 before each value, so at most 40 with it. */
  let bits = 0
  let bitCount = 0
  for (let at = start; at < end; at++) {
    bits += (at < count ? (values[at] as number) >>> 0 : 0) * 2 ** bitCount
    bitCount += width
    while (bitCount >= 8) {
      out.data[out.length++] = bits & 255
      bits = Math.floor(bits / 256)
      bitCount -= 8
    }
  }
}

function writeVarint(value: number, out: ByteWriter): void {
  let rest = value
  while (rest >= 128) {
    out.byte((rest & 127) | 128)
    rest = Math.floor(rest / 128)
  }
  out.byte(rest)
}
