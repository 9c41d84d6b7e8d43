/**
 * Sets of whole numbers from 0 to 2^32 − 1 as bytes: the portable form of Roaring bitmaps, by their format specification.
 *
 * A bitmap has a container for each group of numbers that share their upper 16 bits: a list of the lower ones, 65,536 bits, or runs of
 * numbers in a row, whichever is the shortest, and a list before the others. Equal sets have equal bytes.
 */
const cookieWithoutRuns = 12346
const cookieWithRuns = 12347
/** With fewer containers and runs among them, nothing says where containers begin. */
const offsetsFrom = 4
const listMax = 4096
const bitsBytes = 8192

interface Container {
  readonly key: number
  readonly count: number
  readonly isRuns: boolean
  readonly bytes: Uint8Array
}

/** The bytes of a set, given in ascending order. */
export function writeBitmap(numbers: readonly number[]): Uint8Array {
  const containers = Array.from(
    Map.groupBy(numbers, (number) => number >>> 16),
    ([key, group]) =>
      containerOf(
        key,
        group.map((number) => number & 0xffff),
      ),
  )
  const hasRuns = containers.some(({ isRuns }) => isRuns)
  const hasOffsets = !hasRuns || containers.length >= offsetsFrom
  const flags = hasRuns ? Math.ceil(containers.length / 8) : 0
  const headBytes = (hasRuns ? 4 + flags : 8) + containers.length * (hasOffsets ? 8 : 4)
  const bytes = new Uint8Array(containers.reduce((sum, container) => sum + container.bytes.length, headBytes))
  const view = new DataView(bytes.buffer)
  let at = 4
  if (hasRuns) {
    view.setUint32(0, cookieWithRuns | ((containers.length - 1) << 16), true)
    for (const [index, { isRuns }] of containers.entries())
      if (isRuns) bytes[at + (index >> 3)] = (bytes[at + (index >> 3)] ?? 0) | (1 << (index & 7))
    at += flags
  } else {
    view.setUint32(0, cookieWithoutRuns, true)
    view.setUint32(4, containers.length, true)
    at = 8
  }
  let start = headBytes
  for (const [index, container] of containers.entries()) {
    view.setUint16(at + index * 4, container.key, true)
    view.setUint16(at + index * 4 + 2, container.count - 1, true)
    if (hasOffsets) view.setUint32(at + containers.length * 4 + index * 4, start, true)
    bytes.set(container.bytes, start)
    start += container.bytes.length
  }
  return bytes
}

function containerOf(key: number, group: readonly number[]): Container {
  const runs: [start: number, more: number][] = []
  for (const [index, number] of group.entries()) {
    const last = runs.at(-1)
    if (last !== undefined && number === (group[index - 1] ?? 0) + 1) last[1] += 1
    else runs.push([number, 0])
  }
  const plainBytes = group.length > listMax ? bitsBytes : group.length * 2
  const isRuns = 2 + runs.length * 4 < plainBytes
  const words = isRuns ? [runs.length, ...runs.flat()] : group
  const bytes = !isRuns && group.length > listMax ? bitsOf(group) : wordsOf(words)
  return { key, count: group.length, isRuns, bytes }
}

function wordsOf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [index, word] of words.entries()) view.setUint16(index * 2, word, true)
  return bytes
}

function bitsOf(group: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(bitsBytes)
  for (const number of group) bytes[number >> 3] = (bytes[number >> 3] ?? 0) | (1 << (number & 7))
  return bytes
}

/** The numbers of a bitmap, ascending; null when the bytes are none. */
export function readBitmap(bytes: Uint8Array): number[] | null {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Reads beyond the end are range errors of the view. */
function read(bytes: Uint8Array): number[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const cookie = view.getUint32(0, true)
  const hasRuns = (cookie & 0xffff) === cookieWithRuns
  if (!hasRuns && cookie !== cookieWithoutRuns) return null
  const count = hasRuns ? (cookie >>> 16) + 1 : view.getUint32(4, true)
  if (count > 0x10000) return null
  const flagsAt = 4
  const heads = hasRuns ? flagsAt + Math.ceil(count / 8) : 8
  let at = heads + count * (!hasRuns || count >= offsetsFrom ? 8 : 4)
  const numbers: number[] = []
  for (let index = 0; index < count; index++) {
    const base = view.getUint16(heads + index * 4, true) * 0x10000
    const size = view.getUint16(heads + index * 4 + 2, true) + 1
    const isRuns = hasRuns && (view.getUint8(flagsAt + (index >> 3)) & (1 << (index & 7))) !== 0
    const before = numbers.length
    if (isRuns) at = readRuns(view, at, base, numbers)
    else if (size > listMax) at = readBits(view, at, base, numbers)
    else for (const end = at + size * 2; at < end; at += 2) numbers.push(base + view.getUint16(at, true))
    if (numbers.length - before !== size) return null
  }
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0)) ? numbers : null
}

function readRuns(view: DataView, at: number, base: number, numbers: number[]): number {
  const runs = view.getUint16(at, true)
  for (let run = 0; run < runs; run++) {
    const start = view.getUint16(at + 2 + run * 4, true)
    const more = view.getUint16(at + 4 + run * 4, true)
    for (let number = start; number <= start + more; number++) numbers.push(base + number)
  }
  return at + 2 + runs * 4
}

function readBits(view: DataView, at: number, base: number, numbers: number[]): number {
  for (let byte = 0; byte < bitsBytes; byte++) {
    const bits = view.getUint8(at + byte)
    for (let bit = 0; bit < 8; bit++) if ((bits & (1 << bit)) !== 0) numbers.push(base + byte * 8 + bit)
  }
  return at + bitsBytes
}

/** The text of a bitmap, such as `{1,5,4294967295}`. */
export function printBitmap(bitmap: Uint8Array): string {
  return `{${(readBitmap(bitmap) ?? []).join(',')}}`
}
